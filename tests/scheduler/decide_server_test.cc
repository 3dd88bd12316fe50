#include "base/limits/state.h"
#include "scheduler/state_parts.h"
#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

using DecideServer = EngineTest;

TEST_F(DecideServer, EpochsRiseWithEveryStart) {
  for (std::uint64_t epoch = 1; epoch <= 3; ++epoch) {
    engine.ok<Done>(StartServer{"1.0", "host", 42});
    EXPECT_EQ(engine.written, Names{"ServerStarted"});
    EXPECT_EQ(engine.state.epoch(), Epoch{epoch});
    EXPECT_EQ(engine.state.server_started(), engine.log.last());
    engine.restart();
  }
}

// A server whose worker said nothing was not away all that time: a worker that is gone keeps no
// lease by the server's restarts.
TEST_F(DecideServer, ADowntimeIsCountedFromWhenTheServerWasLastSeen) {
  engine.component("c", events::Runtime::kWorker);
  engine.definition("d");
  engine.start(engine.create("d"), true);
  const auto away = [&](std::optional<Micros> alive) {
    StartServer start;
    start.alive = alive;
    engine.ok<Done>(start);
    return engine.last<events::ServerStarted>().away;
  };
  engine.now = kStart + seconds(20);
  EXPECT_EQ(away(kStart + seconds(19)), seconds(1));
  engine.now = kStart + seconds(40);
  EXPECT_EQ(away({}), seconds(20));
  engine.now = kStart + seconds(60);
  EXPECT_EQ(away(kStart), seconds(20)) << "an event is a sign of life, too";
  EXPECT_EQ(away(kStart + hours(1)), Duration{});
}

TEST_F(DecideServer, TrimWithinTheLogIsRecordedAndBeyondItRefused) {
  engine.ok<Done>(StartServer{"1.0", "host", 42});
  engine.ok<Done>(RecordTrim{Seq{1}, engine.log.last_chain(), "archive-1"});
  EXPECT_EQ(engine.written, Names{"LogTrimmed"});
  EXPECT_EQ(engine.refusal(RecordTrim{Seq{3}, {}, "archive-2"}), "TRIM_BEYOND_HEAD through");
}

TEST_F(DecideServer, TrimKeepsWhatIsStillToBeSent) {
  engine.ok<Done>(StartServer{"1.0", "host", 42});
  const NewSending mail{{0x8000, 1}, Transport::kEmail, "a@example.org", "reactor", "{}"};
  engine.ok<Done>(CreateSending{mail});
  engine.ok<Done>(StartServer{"1.0", "host", 43});
  EXPECT_EQ(engine.refusal(RecordTrim{Seq{2}, {}, "archive-1"}), "SENDING_PENDING through");
  engine.ok<Done>(RecordTrim{Seq{1}, {}, "archive-1"});
  engine.ok<Done>(CancelSending{mail.id});
  engine.ok<Done>(RecordTrim{Seq{2}, {}, "archive-2"});
}

TEST_F(DecideServer, TrimKeepsTheAnswersThatMayStillBeAskedForAgain) {
  engine.ok<Done>(StartServer{"1.0", "host", 42});
  engine.ok<Done>(StartServer{"1.0", "host", 43});
  engine.state.parts().keys.insert("k", {{}, Seq{2}, Seq{2}, {}, engine.now});
  engine.ok<Done>(RecordTrim{Seq{1}, {}, "archive-1"});
  EXPECT_EQ(engine.refusal(RecordTrim{Seq{2}, {}, "archive-2"}), "KEYS_IN_WINDOW through");
  engine.now = Micros{engine.now.value + kIdempotencyWindowUs - 1};
  EXPECT_EQ(engine.refusal(RecordTrim{Seq{2}, {}, "archive-2"}), "KEYS_IN_WINDOW through");
  engine.now = Micros{engine.now.value + 1};
  engine.ok<Done>(RecordTrim{Seq{2}, {}, "archive-2"});
}

}  // namespace
}  // namespace daybook::scheduler
