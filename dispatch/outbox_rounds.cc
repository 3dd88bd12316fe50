#include "dispatch/outbox_rounds.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "base/limits/dispatch.h"
#include "base/limits/resources.h"
#include "base/limits/sendings.h"
#include "base/utf8.h"
#include "events/codec.h"
#include "events/json.h"

namespace daybook::dispatch {
namespace {

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

OutboxRounds::OutboxRounds(log::Log& log, scheduler::Sequencer& sequencer,
                           components::Sender& sender, const Clock& clock, Entropy& entropy,
                           OutboxOptions options)
    : log_(log),
      sequencer_(sequencer),
      sender_(sender),
      clock_(clock),
      entropy_(entropy),
      options_(std::move(options)) {}

void OutboxRounds::recover(const scheduler::State& state, Seq applied) {
  queue_.recover(state);
  applied_ = applied;
  newest_event_ = state.time();
  time_.emplace(clock_, state.time(), state.offsets());
}

void OutboxRounds::begin() {
  if (!time_) {
    time_.emplace(clock_, Micros{});
  }
  grown_.emplace(log_.tail(), OutboxQueue::types(), [mailbox = mail_] { mailbox->poke(); });
  follower_.emplace(log_, next(applied_), *grown_);
}

bool OutboxRounds::round(std::vector<Message>& messages) {
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
  const bool settled = trying_ == 0 && unsent_.empty() && unanswered_ == 0;
  return !quit_by_ || (!settled && *quit_by_ > clock_.steady());
}

std::optional<std::chrono::microseconds> OutboxRounds::patience() {
  std::optional<Duration> out;
  const auto at_most = [&](Duration limit) { out = out ? std::min(*out, limit) : limit; };
  {
    const std::lock_guard lock(mutex_);
    const auto due = queue_.next_due();
    if (due && !closed_ && trying_ < options_.slots) {
      const Duration left = *due - running_now();
      at_most(std::clamp(left, Duration{0}, kLookAtClock));
    }
  }
  if (!unsent_.empty()) {
    at_most(kInboxRetry);
  }
  if (quit_by_) {
    at_most(millis(100));
  }
  return out ? std::optional(std::chrono::microseconds(out->value)) : std::nullopt;
}

// Folds all that is durable and concerns it.
Status OutboxRounds::fold() {
  if (blind_) {
    return {};
  }
  for (;;) {
    DAYBOOK_ASSIGN(const auto events, follower_->next());
    const std::lock_guard lock(mutex_);
    for (const events::Recorded& recorded : events) {
      queue_.apply(recorded);
    }
    applied_ = Seq{follower_->position().value - 1};
    if (events.empty()) {
      return {};
    }
    newest_event_ = std::max(newest_event_, events.back().meta.time);
    time_->adopt(queue_.offsets());
  }
}

void OutboxRounds::give_up(const Error& error) {
  blind_ = closed_ = true;
  report_fault(options_.supervisor, "outbox", error, Consequence::kStop);
}

void OutboxRounds::handle(Message&& message) {
  if (auto* delivered = std::get_if<Delivered>(&message)) {
    --trying_;
    if (delivered->delivery.abandoned) {
      return;  // found pending at the next start, and tried again there
    }
    if (options_.logger && delivered->delivery.failure) {
      options_.logger->info("outbox: sending {}: {} {}", delivered->sending.id.text(),
                            delivered->delivery.failure->code,
                            delivered->delivery.failure->message);
    }
    {
      const std::lock_guard lock(mutex_);
      ++(delivered->delivery.failure ? counted_.failed : counted_.sent);
    }
    report(report_of(delivered->sending, std::move(delivered->delivery), entropy_.next()));
  } else if (auto* reported = std::get_if<Reported>(&message)) {
    --unanswered_;
    const auto& reply = reported->reply;
    // Not pending any more, or another try: the log has told already. Anything else is tried again,
    // and may then leave twice.
    if (!reply && reply.error().code != Code::kNotFound && reply.error().code != Code::kConflict) {
      const std::lock_guard lock(mutex_);
      queue_.give_back(reported->sending, running_now() + kRecordRetry);
    }
  } else if (std::holds_alternative<Closing>(message)) {
    closed_ = true;
  } else {
    quit_by_ = clock_.steady() + kLastReplies;
  }
}

void OutboxRounds::start_due() {
  while (!closed_ && trying_ < options_.slots) {
    std::optional<PendingSending> sending;
    {
      const std::lock_guard lock(mutex_);
      sending = queue_.take(running_now());
    }
    if (!sending) {
      return;
    }
    try_one(*sending);
  }
}

// The content stands in the log, where the sending was created.
void OutboxRounds::try_one(const PendingSending& sending) {
  events::RecordView record;
  auto at = log_.read(sending.created);
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
  if (!sender_.can(created->transport)) {
    hold(sending, created->transport);
    return;
  }
  components::Parcel parcel;
  parcel.id = sending.id;
  parcel.transport = created->transport;
  parcel.recipient = created->recipient;
  parcel.content = created->content.text;
  parcel.created = recorded->meta.time;
  ++trying_;
  sender_.send(parcel, [mailbox = mail_, sending](components::Delivery delivery) {
    (void)mailbox->post(Delivered{sending, std::move(delivery)});
  });
}

// Nothing is configured that could send it: it waits for the operator, but not for ever.
void OutboxRounds::hold(const PendingSending& sending, Transport transport) {
  if (!sending.held) {
    const std::lock_guard lock(mutex_);
    queue_.give_back(sending.id, sending.due + Duration{kSendingUndeliverableUs}, true);
    return;
  }
  report(transport == Transport::kEmail
             ? untried(sending, "MAIL_NOT_CONFIGURED", "This server has no mail server to send by.")
             : untried(sending, "ACTORS_NOT_CONFIGURED", "This server has no actor endpoint."));
}

void OutboxRounds::report(scheduler::ReportSending report) {
  scheduler::Request request;
  request.id = entropy_.command_id();
  const SendingId sending = report.sending;
  request.commands.emplace_back(std::move(report));
  request.answer = [mailbox = mail_, sending](std::vector<Result<scheduler::Reply>> all) {
    (void)mailbox->post(Reported{sending, std::move(all.front())});
  };
  unsent_.push_back(std::move(request));
}

// Nothing is lost when the inbox is full: what is left goes later, in its order.
void OutboxRounds::empty_reports() {
  while (!unsent_.empty()) {
    if (const Status sent = sequencer_.submit(std::move(unsent_.front())); !sent) {
      if (sent.error().code == Code::kExhausted) {
        return;
      }
      // The sequencer has stopped: what is not recorded is tried again at the next start.
      unsent_.clear();
      closed_ = true;
      return;
    }
    ++unanswered_;
    unsent_.pop_front();
  }
}

OutboxMetrics OutboxRounds::metrics() const {
  const std::lock_guard lock(mutex_);
  OutboxMetrics out = counted_;
  out.pending = queue_.size();
  return out;
}

Seq OutboxRounds::applied() const {
  const std::lock_guard lock(mutex_);
  return applied_;
}

}  // namespace daybook::dispatch
