#include "scheduler/key_room.h"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "base/limits/state.h"
#include "base/time_text.h"

namespace daybook::scheduler {
namespace {

// Ids of jobs and sendings are given once, so that whoever ends one again ends nothing else.
bool ends_work(const Command& command) {
  return std::visit(
      []<typename C>(const C&) {
        return std::is_same_v<C, CancelJob> || std::is_same_v<C, RequestCancel> ||
               std::is_same_v<C, RemoveJobs> || std::is_same_v<C, CancelSending>;
      },
      command);
}

// Of what may be put again under its id.
bool deletes(const Command& command) {
  return std::visit(
      []<typename C>(const C&) {
        return std::is_same_v<C, DeleteDefinition> || std::is_same_v<C, DeleteComponent> ||
               std::is_same_v<C, DeleteRule>;
      },
      command);
}

}  // namespace

Result<bool> remembers_key(const KeyWindow& held, std::string_view actor, const Command& command,
                           Micros now, std::size_t keys_max) {
  if (ends_work(command)) {
    return held.has_reserve(now, keys_max);
  }
  const auto wait = held.wait_for_room(actor, now, keys_max);
  const bool reserved =
      deletes(command) && held.has_reserve(now, keys_max + kIdempotencyKeysForDeletions);
  if (!wait || reserved) {
    return true;
  }
  Error error = make_error(Code::kExhausted, "TOO_MANY_KEYS",
                           "as many idempotency keys of this caller are remembered as may; the "
                           "oldest is forgotten in " +
                               format_duration(Duration{wait->value / 1'000'000 * 1'000'000}));
  error.retry_after_us = std::max<std::int64_t>(wait->value, 1);
  return fail(std::move(error));
}

}  // namespace daybook::scheduler
