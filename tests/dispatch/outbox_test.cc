// Delivery from the log to a real mail server and back into the log, over restarts.
#include "dispatch/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits/sendings.h"
#include "events/codec.h"
#include "events/json.h"
#include "log/memory_log.h"
#include "scheduler/recover.h"
#include "tests/components/support.h"
#include "tests/support/mail_server.h"

namespace daybook::dispatch {
namespace {

using components::kPatience;
using testing::HasSubstr;

class OutboxTest : public testing::Test {
 protected:
  ~OutboxTest() override { close(); }

  // Begins on whatever the log holds.
  void open(const std::string& mail_url) {
    components::SenderOptions options;
    options.mail.url = mail_url;
    options.mail.from = "shop@example.org";
    options.mail.tls = components::MailTls::kOff;
    options.http.allow_private = true;
    sender = std::move(*components::Sender::open(options, clock));
    scheduler::State state;
    ASSERT_TRUE(scheduler::fold(state, log, log.last()));
    sequencer = std::make_unique<scheduler::Sequencer>(log, clock, std::move(state),
                                                       scheduler::SequencerOptions{});
    outbox = std::make_unique<Outbox>(log, *sequencer, *sender, clock, entropy, OutboxOptions{});
    outbox->recover(sequencer->state(), sequencer->state().applied());
    sequencer->start();
    ASSERT_TRUE(sequencer->call(scheduler::StartServer{"1", "h", 1}, "system"));
    outbox->start();
  }
  void close() {
    if (outbox) {
      outbox->stop();
      sequencer->stop();
    }
    outbox.reset();
    sequencer.reset();
    sender.reset();
  }
  SendingId create(const std::string& to) {
    scheduler::CreateSending command;
    command.sending.id = {0x8000, ++made};
    command.sending.recipient = to;
    command.sending.category = "reactor";
    command.sending.content = R"({"subject":"s","body":{"plainText":"p"}})";
    const auto reply = sequencer->call(command, "local");
    EXPECT_TRUE(reply) << reply.error().text();
    return command.sending.id;
  }
  // Waits for the next event of that type and gives its JSON; the clock runs while it waits.
  template <typename E>
  std::string next_event(Duration step = {}) {
    for (int tries = 0; tries < 3000; ++tries) {
      if (!log.durable().wait(next(read_), std::chrono::milliseconds(10))) {
        clock.advance(step);
        continue;
      }
      const auto cursor = log.read(next(read_));
      events::RecordView record;
      EXPECT_TRUE(*(*cursor)->next(record));
      read_ = record.header.seq;
      const auto recorded = events::decode(record);
      if (std::holds_alternative<E>(recorded->event)) {
        return events::data_json(recorded->event);
      }
    }
    ADD_FAILURE() << "the event does not come";
    return {};
  }

  FakeClock clock;
  SystemEntropy entropy;
  log::MemoryLog log;
  components::TestDirectory directory;
  std::unique_ptr<components::Sender> sender;
  std::unique_ptr<scheduler::Sequencer> sequencer;
  std::unique_ptr<Outbox> outbox;
  std::uint64_t made = 0;

 private:
  Seq read_;
};

TEST_F(OutboxTest, WhatIsPendingLeavesAndIsRecorded) {
  test::MailServer server(directory.path());
  open(server.url());
  const SendingId id = create("ann@example.org");
  EXPECT_THAT(server.next_mail().value_or(""), HasSubstr("Message-ID: <" + id.text() + "@"));
  EXPECT_THAT(next_event<events::SendingSent>(), HasSubstr("stored as 0001"));
  outbox->stop();
  EXPECT_EQ(outbox->metrics().pending, 0U);
  EXPECT_EQ(outbox->metrics().sent, 1U);
}

TEST_F(OutboxTest, DeferredIsTriedFourTimesInItsTimeAndThenBounces) {
  test::MailServer server(directory.path());
  open(server.url());
  create("later@example.org");
  const Micros begin = clock.wall();
  for (const int attempt : {1, 2, 3}) {
    EXPECT_THAT(next_event<events::SendingRetryScheduled>(seconds(1)),
                HasSubstr("\"attempt\":" + std::to_string(attempt)));
  }
  const std::string bounced = next_event<events::SendingBounced>(seconds(1));
  EXPECT_THAT(bounced, HasSubstr("\"attempt\":4"));
  EXPECT_THAT(bounced, HasSubstr("SMTP_DEFERRED"));
  EXPECT_GE((clock.wall() - begin), seconds((10 + 60 + 300) * 9 / 10));
  EXPECT_EQ(server.count(), 0U);
}

TEST_F(OutboxTest, RefusedBouncesAtOnce) {
  test::MailServer server(directory.path());
  open(server.url());
  create("never@example.org");
  EXPECT_THAT(next_event<events::SendingBounced>(), HasSubstr("\"attempt\":1"));
}

TEST_F(OutboxTest, WithoutAMailServerItWaitsADayAndThenBounces) {
  open("");
  create("ann@example.org");
  const Micros begin = clock.wall();
  const std::string bounced = next_event<events::SendingBounced>(hours(1));
  EXPECT_THAT(bounced, HasSubstr("MAIL_NOT_CONFIGURED"));
  EXPECT_THAT(bounced, HasSubstr("\"attempt\":0"));
  EXPECT_GE((clock.wall() - begin).value, kSendingUndeliverableUs);
}

TEST_F(OutboxTest, MailServerThatComesInTimeGetsWhatWaited) {
  open("");
  create("ann@example.org");
  close();
  test::MailServer server(directory.path());
  open(server.url());
  EXPECT_TRUE(server.next_mail());
  next_event<events::SendingSent>();
}

TEST_F(OutboxTest, CancelledWhileItWaitsNeverLeaves) {
  test::MailServer server(directory.path());
  open(server.url());
  const SendingId id = create("later@example.org");
  next_event<events::SendingRetryScheduled>();
  ASSERT_TRUE(sequencer->call(scheduler::CancelSending{id}, "local"));
  create("ann@example.org");
  next_event<events::SendingSent>(seconds(20));
  outbox->stop();
  EXPECT_EQ(server.count(), 1U);
  EXPECT_EQ(outbox->metrics().pending, 0U);
}

TEST_F(OutboxTest, TryThatAStopCutOffIsMadeAgainWithTheSameMessageId) {
  test::MailServer server(directory.path());
  open(server.url());
  const SendingId id = create("hold@example.org");
  const auto message_id = HasSubstr("Message-ID: <" + id.text() + "@");
  EXPECT_THAT(server.next_mail().value_or(""), message_id);
  close();
  server.release();
  open(server.url());
  EXPECT_THAT(server.next_mail().value_or(""), message_id);
  EXPECT_THAT(next_event<events::SendingSent>(), HasSubstr("\"attempt\":1"));
}

TEST_F(OutboxTest, StopWithNothingToDoIsQuick) {
  open("");
  close();
  EXPECT_EQ(log.last(), Seq{1});
}

}  // namespace
}  // namespace daybook::dispatch
