// ReportSending: what came of one try.
#include <algorithm>
#include <array>

#include "base/limits/resources.h"
#include "base/limits/sendings.h"
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {
namespace {

// Before the second, third and fourth try.
constexpr std::array kDelays = {seconds(10), seconds(60), seconds(300)};
static_assert(kDelays.size() + 1 == kSendingAttemptsMax);
constexpr std::int64_t kJitterPerMille = 100;

Status check_sizes(const ReportSending& command) {
  if (command.response.size() > kErrorMessageBytesMax) {
    return fail(Code::kTooLarge, "TOO_LARGE", "the response is over its limit", "response");
  }
  if (command.failed && (command.failed->message.size() > kErrorMessageBytesMax ||
                         command.failed->details.size() > kErrorDetailsBytesMax)) {
    return fail(Code::kTooLarge, "TOO_LARGE", "the failure is over its limit", "error");
  }
  return {};
}

}  // namespace

Duration sending_delay(Attempt failed, std::uint64_t random) {
  const std::size_t at = std::min<std::size_t>(failed.value, kDelays.size()) - 1;
  const std::int64_t delay = kDelays[at].value;
  const std::int64_t spread = delay * kJitterPerMille / 1000;
  return Duration{delay - spread +
                  static_cast<std::int64_t>(random % static_cast<std::uint64_t>(2 * spread + 1))};
}

Status decide(const Context& context, const ReportSending& command, Decision& out) {
  DAYBOOK_TRY(check_sizes(command));
  const auto sending = context.state.find_sending(command.sending);
  if (!sending) {
    return fail(Code::kNotFound, "NOT_FOUND",
                "there is no pending sending " + command.sending.text());
  }
  // Without a number no try was made: then it can only be given up.
  const bool untried = command.attempt.value == 0 && command.failed && !command.failed->retryable;
  if (!untried && command.attempt.value != sending->attempt.value + 1) {
    return fail(Code::kConflict, "ATTEMPT_STALE", "another try is due", "attempt");
  }
  out.cause = sending->created;
  if (!command.failed) {
    out.events.emplace_back(
        events::SendingSent{command.sending, command.attempt, command.response});
    out.outcome = SendingOutcome{SendingResult::kSent, {}};
    return {};
  }
  const Failed& failed = *command.failed;
  const events::Failure failure{failed.code, failed.message, {failed.details}};
  if (failed.retryable && command.attempt.value < kSendingAttemptsMax) {
    const Micros at = context.now + sending_delay(command.attempt, command.jitter);
    out.events.emplace_back(
        events::SendingRetryScheduled{command.sending, command.attempt, failure, at});
    out.outcome = SendingOutcome{SendingResult::kRetryScheduled, at};
  } else {
    out.events.emplace_back(events::SendingBounced{command.sending, command.attempt, failure});
    out.outcome = SendingOutcome{SendingResult::kBounced, {}};
  }
  return {};
}

}  // namespace daybook::scheduler
