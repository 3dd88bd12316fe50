#include "dispatch/outbox.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

#include "base/limits/dispatch.h"
#include "base/limits/resources.h"
#include "base/limits/sendings.h"
#include "base/thread.h"
#include "base/utf8.h"
#include "dispatch/mailbox.h"
#include "dispatch/outbox_queue.h"
#include "events/codec.h"
#include "events/json.h"
#include "log/follower.h"
#include "scheduler/logical_time.h"

namespace daybook::dispatch {
namespace {

struct Delivered {
  PendingSending sending;
  components::Delivery delivery;
};
struct Reported {
  SendingId sending;
  Result<scheduler::Reply> reply;
};
using OutboxMessage = std::variant<Delivered, Reported, Closing, Quit>;
using OutboxMail = Mailbox<OutboxMessage>;

// Between two tries to record what could not be recorded.
constexpr Duration kRecordRetry = seconds(10);

// At most `bytes_max`, and UTF-8: what comes from the outside may be neither.
std::string cut(std::string text, std::size_t bytes_max) {
  text.resize(std::min(text.size(), bytes_max));
  while (const auto bad = find_bad_utf8(text)) {
    text.resize(*bad);
  }
  return text;
}

scheduler::ReportSending report_of(const PendingSending& sending, components::Delivery delivery,
                                   std::uint64_t jitter) {
  scheduler::ReportSending out;
  out.sending = sending.id;
  out.attempt = Attempt{sending.attempt.value + 1};
  out.jitter = jitter;
  if (!delivery.failure) {
    out.response = cut(std::move(delivery.response), kErrorMessageBytesMax);
    return out;
  }
  components::Failure& failure = *delivery.failure;
  scheduler::Failed failed;
  failed.code = std::move(failure.code);
  failed.message = cut(std::move(failure.message), kErrorMessageBytesMax);
  if (failure.details.size() <= kErrorDetailsBytesMax) {
    failed.details = std::move(failure.details);
  }
  failed.retryable = failure.retryable;
  out.failed = std::move(failed);
  return out;
}

// Given up without a try.
scheduler::ReportSending untried(const PendingSending& sending, std::string code,
                                 std::string message) {
  scheduler::ReportSending out;
  out.sending = sending.id;
  out.failed = scheduler::Failed{std::move(code), std::move(message), {}, false};
  return out;
}

}  // namespace

struct Outbox::Impl {
  Impl(log::Log& log_in, scheduler::Sequencer& sequencer_in, components::Sender& sender_in,
       const Clock& clock_in, Entropy& entropy_in, OutboxOptions options_in)
      : log(log_in),
        sequencer(sequencer_in),
        sender(sender_in),
        clock(clock_in),
        entropy(entropy_in),
        options(std::move(options_in)) {}

  void work();
  std::optional<std::chrono::microseconds> patience();
  Status fold();
  void give_up(const Error& error);
  void handle(OutboxMessage&& message);
  void start_due();
  void try_one(const PendingSending& sending);
  void hold(const PendingSending& sending, Transport transport);
  void report(scheduler::ReportSending report);
  void empty_reports();
  Micros running_now() { return queue.offsets().running(std::max(time->follow(), newest_event)); }

  // --- constant after construction, or with their own synchronisation ---
  log::Log& log;
  scheduler::Sequencer& sequencer;
  components::Sender& sender;
  const Clock& clock;
  Entropy& entropy;
  const OutboxOptions options;
  const std::shared_ptr<OutboxMail> mail = std::make_shared<OutboxMail>();
  std::thread thread;
  std::optional<log::Subscription> grown;

  // --- guarded by mutex ---
  mutable std::mutex mutex;
  OutboxQueue queue;
  Seq applied;
  OutboxMetrics counted;

  // --- of the thread (and of recover(), before it starts) ---
  std::optional<scheduler::LogicalTime> time;
  Micros newest_event{};
  std::optional<log::Follower> follower;
  std::deque<scheduler::Request> unsent;
  std::size_t trying = 0;
  std::size_t unanswered = 0;
  bool closed = false;
  bool blind = false;             // the log cannot be read any more
  std::optional<Micros> quit_by;  // steady
};

void Outbox::Impl::work() {
  std::vector<OutboxMessage> messages;
  for (;;) {
    mail->wait(patience(), messages);
    // After the mail: what a reply rests on is durable, and so is folded before the reply is read.
    if (const Status folded = fold(); !folded) {
      give_up(folded.error());
    }
    for (auto& message : messages) {
      handle(std::move(message));
    }
    messages.clear();
    start_due();
    empty_reports();
    const bool settled = trying == 0 && unsent.empty() && unanswered == 0;
    if (quit_by && (settled || *quit_by <= clock.steady())) {
      break;
    }
  }
  (void)mail->close();
}

std::optional<std::chrono::microseconds> Outbox::Impl::patience() {
  std::optional<Duration> out;
  const auto at_most = [&](Duration limit) { out = out ? std::min(*out, limit) : limit; };
  {
    const std::lock_guard lock(mutex);
    const auto due = queue.next_due();
    if (due && !closed && trying < options.slots) {
      const Duration left = *due - running_now();
      at_most(std::clamp(left, Duration{0}, kLookAtClock));
    }
  }
  if (!unsent.empty()) {
    at_most(kInboxRetry);
  }
  if (quit_by) {
    at_most(millis(100));
  }
  return out ? std::optional(std::chrono::microseconds(out->value)) : std::nullopt;
}

// Folds all that is durable and concerns it.
Status Outbox::Impl::fold() {
  if (blind) {
    return {};
  }
  for (;;) {
    DAYBOOK_ASSIGN(const auto events, follower->next());
    const std::lock_guard lock(mutex);
    for (const events::Recorded& recorded : events) {
      queue.apply(recorded);
    }
    applied = Seq{follower->position().value - 1};
    if (events.empty()) {
      return {};
    }
    newest_event = std::max(newest_event, events.back().meta.time);
    time->adopt(queue.offsets());
  }
}

void Outbox::Impl::give_up(const Error& error) {
  blind = closed = true;
  report_fault(options.supervisor, "outbox", error, Consequence::kStop);
}

void Outbox::Impl::handle(OutboxMessage&& message) {
  if (auto* delivered = std::get_if<Delivered>(&message)) {
    --trying;
    if (delivered->delivery.abandoned) {
      return;  // found pending at the next start, and tried again there
    }
    if (options.logger && delivered->delivery.failure) {
      options.logger->info("outbox: sending {}: {} {}", delivered->sending.id.text(),
                           delivered->delivery.failure->code, delivered->delivery.failure->message);
    }
    {
      const std::lock_guard lock(mutex);
      ++(delivered->delivery.failure ? counted.failed : counted.sent);
    }
    report(report_of(delivered->sending, std::move(delivered->delivery), entropy.next()));
  } else if (auto* reported = std::get_if<Reported>(&message)) {
    --unanswered;
    const auto& reply = reported->reply;
    // Not pending any more, or another try: the log has told already. Anything else is tried again,
    // and may then leave twice.
    if (!reply && reply.error().code != Code::kNotFound && reply.error().code != Code::kConflict) {
      const std::lock_guard lock(mutex);
      queue.give_back(reported->sending, running_now() + kRecordRetry);
    }
  } else if (std::holds_alternative<Closing>(message)) {
    closed = true;
  } else {
    quit_by = clock.steady() + kLastReplies;
  }
}

void Outbox::Impl::start_due() {
  while (!closed && trying < options.slots) {
    std::optional<PendingSending> sending;
    {
      const std::lock_guard lock(mutex);
      sending = queue.take(running_now());
    }
    if (!sending) {
      return;
    }
    try_one(*sending);
  }
}

// The content stands in the log, where the sending was created.
void Outbox::Impl::try_one(const PendingSending& sending) {
  events::RecordView record;
  auto at = log.read(sending.created);
  const auto found = at ? (*at)->next(record) : Result<bool>(tl::unexpected(at.error()));
  auto recorded =
      found && *found
          ? events::decode(record)
          : Result<events::Recorded>(
                fail(found ? make_error(Code::kCorrupt, "LOG_ENDS_EARLY", "the log ends before it")
                           : found.error()));
  if (!recorded && recorded.error().code != Code::kNotFound) {
    give_up(recorded.error());  // the sending stays pending: nobody knows what it says
    return;
  }
  const auto* created = recorded ? std::get_if<events::SendingCreated>(&recorded->event) : nullptr;
  if (created == nullptr) {
    report(untried(
        sending, "CONTENT_LOST",
        "The log does not hold the content any more: " +
            (recorded ? std::string("another event stands there") : recorded.error().text())));
    return;
  }
  if (!sender.can(created->transport)) {
    hold(sending, created->transport);
    return;
  }
  components::Parcel parcel;
  parcel.id = sending.id;
  parcel.transport = created->transport;
  parcel.recipient = created->recipient;
  parcel.content = created->content.text;
  parcel.created = recorded->meta.time;
  ++trying;
  sender.send(parcel, [mailbox = mail, sending](components::Delivery delivery) {
    (void)mailbox->post(Delivered{sending, std::move(delivery)});
  });
}

// Nothing is configured that could send it: it waits for the operator, but not for ever.
void Outbox::Impl::hold(const PendingSending& sending, Transport transport) {
  if (!sending.held) {
    const std::lock_guard lock(mutex);
    queue.give_back(sending.id, sending.due + Duration{kSendingUndeliverableUs}, true);
    return;
  }
  report(transport == Transport::kEmail
             ? untried(sending, "MAIL_NOT_CONFIGURED", "This server has no mail server to send by.")
             : untried(sending, "ACTORS_NOT_CONFIGURED", "This server has no actor endpoint."));
}

void Outbox::Impl::report(scheduler::ReportSending report) {
  scheduler::Request request;
  request.id = entropy.command_id();
  const SendingId sending = report.sending;
  request.commands.emplace_back(std::move(report));
  request.answer = [mailbox = mail, sending](std::vector<Result<scheduler::Reply>> all) {
    (void)mailbox->post(Reported{sending, std::move(all.front())});
  };
  unsent.push_back(std::move(request));
}

// Nothing is lost when the inbox is full: what is left goes later, in its order.
void Outbox::Impl::empty_reports() {
  while (!unsent.empty()) {
    if (const Status sent = sequencer.submit(std::move(unsent.front())); !sent) {
      if (sent.error().code == Code::kExhausted) {
        return;
      }
      // The sequencer has stopped: what is not recorded is tried again at the next start.
      unsent.clear();
      closed = true;
      return;
    }
    ++unanswered;
    unsent.pop_front();
  }
}

Outbox::Outbox(log::Log& log, scheduler::Sequencer& sequencer, components::Sender& sender,
               const Clock& clock, Entropy& entropy, OutboxOptions options)
    : impl_(std::make_unique<Impl>(log, sequencer, sender, clock, entropy, std::move(options))) {}

Outbox::~Outbox() {
  stop();
}

void Outbox::recover(const scheduler::State& state, Seq applied) {
  impl_->queue.recover(state);
  impl_->applied = applied;
  impl_->newest_event = state.time();
  impl_->time.emplace(impl_->clock, state.time(), state.offsets());
}

Status Outbox::start() {
  if (!impl_->time) {
    impl_->time.emplace(impl_->clock, Micros{});
  }
  impl_->grown.emplace(impl_->log.tail(), OutboxQueue::types(),
                       [mailbox = impl_->mail] { mailbox->poke(); });
  impl_->follower.emplace(impl_->log, next(impl_->applied), *impl_->grown);
  DAYBOOK_ASSIGN(impl_->thread, start_thread("outbox", [this] { impl_->work(); }));
  impl_->mail->poke();  // for what is due
  return {};
}

// First nothing new begins, then what goes on is abandoned, then what was said is recorded.
void Outbox::stop() {
  if (!impl_->thread.joinable()) {
    return;
  }
  (void)impl_->mail->post(Closing{});
  impl_->sender.shutdown();
  (void)impl_->mail->post(Quit{});
  impl_->thread.join();
}

OutboxMetrics Outbox::metrics() const {
  const std::lock_guard lock(impl_->mutex);
  OutboxMetrics out = impl_->counted;
  out.pending = impl_->queue.size();
  return out;
}

Seq Outbox::applied() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->applied;
}

}  // namespace daybook::dispatch
