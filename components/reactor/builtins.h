// The functions and filters that every program has. A filter is what a value is piped through:
// `orders select o => o.total`; a function stands before its arguments: `sendEmail { … }`. How each
// is typed is in checker_builtins.cc, what it does in eval_*.cc. Private to components/reactor.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace daybook::reactor {

enum class Builtin : std::uint8_t {
  // Lists.
  kSelect,
  kWhere,
  kFlatten,
  kFirst,
  kLast,
  kCount,
  kSum,
  kMin,
  kMax,
  kAverage,
  kTake,
  kSkip,
  kRepeat,
  kBuffer,
  kDistinct,
  kReverse,
  kAny,
  kAll,
  kFold,
  kGroupBy,
  kConcat,
  kHasMore,
  kContains,
  // Maps.
  kKeys,
  kValues,
  kEntries,
  kAsMap,
  // Numbers.
  kFloor,
  kCeiling,
  kRound,
  kAbs,
  // Texts.
  kTrim,
  kExplode,
  kImplode,
  kReplace,
  kSlice,
  kLength,
  kUpper,
  kLower,
  kStartsWith,
  kEndsWith,
  kIndexOf,
  kPadLeft,
  kPadRight,
  // Anything.
  kDefaultValue,
  kParseJson,
  kAsJsonText,
  kEncode,
  kDecode,
  kSha256,
  kHmacSha256,
  // Times.
  kAddYears,
  kAddMonths,
  kAddWeeks,
  kAddDays,
  kAddHours,
  kAddMinutes,
  kAddSeconds,
  kStartOfDay,
  kYear,
  kMonth,
  kDay,
  kHour,
  kMinute,
  kSecond,
  kDayOfWeek,
  // Functions.
  kNewId,
  kSendEmail,
  kScheduleJob,
  kHttpPost,
  kMessageActor,
  kWebHttp,
};

struct BuiltinEntry {
  std::string_view name;
  Builtin id;
  std::string_view module;  // the module that its page names; importing it is not needed
  bool filter = true;
  std::uint8_t arguments_min = 0;  // beside what is piped
  std::uint8_t arguments_max = 0;
  bool word_argument = false;  // `k encode hex`: its argument is a word
};

std::span<const BuiltinEntry> builtins();
const BuiltinEntry* find_builtin(std::string_view name);
const BuiltinEntry& entry_of(Builtin id);
// 'take' takes 1 argument, not 0
std::string wrong_arguments(const BuiltinEntry& entry, std::size_t given);

// Modules that can be imported by name: they are always in scope, so that importing one says
// nothing new. `resources`, `iterators`, `text`, ….
bool is_standard_module(std::string_view name);

// True when calling it adds an effect, asks the outside, or gives another answer each time.
bool acts(Builtin id);

}  // namespace daybook::reactor
