#include "components/reactor/builtins.h"

#include <algorithm>
#include <array>

namespace daybook::reactor {
namespace {

using B = Builtin;

// In the order of the enumeration.
constexpr std::array kBuiltins = {
    BuiltinEntry{"select", B::kSelect, "iterators", true, 1, 1},
    BuiltinEntry{"where", B::kWhere, "iterators", true, 1, 1},
    BuiltinEntry{"flatten", B::kFlatten, "iterators"},
    BuiltinEntry{"first", B::kFirst, "iterators"},
    BuiltinEntry{"last", B::kLast, "iterators"},
    BuiltinEntry{"count", B::kCount, "iterators"},
    BuiltinEntry{"sum", B::kSum, "iterators"},
    BuiltinEntry{"min", B::kMin, "iterators"},
    BuiltinEntry{"max", B::kMax, "iterators"},
    BuiltinEntry{"average", B::kAverage, "iterators"},
    BuiltinEntry{"take", B::kTake, "iterators", true, 1, 1},
    BuiltinEntry{"skip", B::kSkip, "iterators", true, 1, 1},
    BuiltinEntry{"repeat", B::kRepeat, "iterators", true, 1, 1},
    BuiltinEntry{"buffer", B::kBuffer, "iterators"},
    BuiltinEntry{"distinct", B::kDistinct, "iterators"},
    BuiltinEntry{"reverse", B::kReverse, "iterators"},
    BuiltinEntry{"any", B::kAny, "iterators", true, 0, 1},
    BuiltinEntry{"all", B::kAll, "iterators", true, 1, 1},
    BuiltinEntry{"fold", B::kFold, "iterators", true, 2, 2},
    BuiltinEntry{"groupBy", B::kGroupBy, "iterators", true, 1, 1},
    BuiltinEntry{"concat", B::kConcat, "iterators", true, 1, 1},
    BuiltinEntry{"hasMore", B::kHasMore, "iterators"},
    BuiltinEntry{"contains", B::kContains, "iterators", true, 1, 1},
    BuiltinEntry{"keys", B::kKeys, "maps"},
    BuiltinEntry{"values", B::kValues, "maps"},
    BuiltinEntry{"entries", B::kEntries, "maps"},
    BuiltinEntry{"asMap", B::kAsMap, "maps"},
    BuiltinEntry{"floor", B::kFloor, "math"},
    BuiltinEntry{"ceiling", B::kCeiling, "math"},
    BuiltinEntry{"round", B::kRound, "math", true, 0, 1},
    BuiltinEntry{"abs", B::kAbs, "math"},
    BuiltinEntry{"trim", B::kTrim, "text"},
    BuiltinEntry{"explode", B::kExplode, "text", true, 1, 1},
    BuiltinEntry{"implode", B::kImplode, "text", true, 1, 1},
    BuiltinEntry{"replace", B::kReplace, "text", true, 2, 2},
    BuiltinEntry{"slice", B::kSlice, "text", true, 1, 2},
    BuiltinEntry{"length", B::kLength, "text"},
    BuiltinEntry{"asUpperCase", B::kUpper, "text"},
    BuiltinEntry{"asLowerCase", B::kLower, "text"},
    BuiltinEntry{"startsWith", B::kStartsWith, "text", true, 1, 1},
    BuiltinEntry{"endsWith", B::kEndsWith, "text", true, 1, 1},
    BuiltinEntry{"indexOf", B::kIndexOf, "text", true, 1, 1},
    BuiltinEntry{"padLeft", B::kPadLeft, "text", true, 1, 2},
    BuiltinEntry{"padRight", B::kPadRight, "text", true, 1, 2},
    BuiltinEntry{"defaultValue", B::kDefaultValue, "text", true, 1, 1},
    BuiltinEntry{"parseJson", B::kParseJson, "json"},
    BuiltinEntry{"asJsonText", B::kAsJsonText, "json"},
    BuiltinEntry{"encode", B::kEncode, "base64", true, 1, 1, true},
    BuiltinEntry{"decode", B::kDecode, "base64", true, 1, 1, true},
    BuiltinEntry{"asSha256", B::kSha256, "crypt"},
    BuiltinEntry{"asHmacSha256", B::kHmacSha256, "crypt", true, 1, 1},
    BuiltinEntry{"addYears", B::kAddYears, "datetime", true, 1, 1},
    BuiltinEntry{"addMonths", B::kAddMonths, "datetime", true, 1, 1},
    BuiltinEntry{"addWeeks", B::kAddWeeks, "datetime", true, 1, 1},
    BuiltinEntry{"addDays", B::kAddDays, "datetime", true, 1, 1},
    BuiltinEntry{"addHours", B::kAddHours, "datetime", true, 1, 1},
    BuiltinEntry{"addMinutes", B::kAddMinutes, "datetime", true, 1, 1},
    BuiltinEntry{"addSeconds", B::kAddSeconds, "datetime", true, 1, 1},
    BuiltinEntry{"startOfDay", B::kStartOfDay, "datetime"},
    BuiltinEntry{"year", B::kYear, "datetime"},
    BuiltinEntry{"month", B::kMonth, "datetime"},
    BuiltinEntry{"day", B::kDay, "datetime"},
    BuiltinEntry{"hour", B::kHour, "datetime"},
    BuiltinEntry{"minute", B::kMinute, "datetime"},
    BuiltinEntry{"second", B::kSecond, "datetime"},
    BuiltinEntry{"dayOfWeek", B::kDayOfWeek, "datetime"},
    BuiltinEntry{"newid", B::kNewId, "resources", false},
    BuiltinEntry{"sendEmail", B::kSendEmail, "resources", false, 1, 1},
    BuiltinEntry{"scheduleJob", B::kScheduleJob, "resources", false, 1, 4},
    BuiltinEntry{"httpPost", B::kHttpPost, "web", false, 1, 2},
    BuiltinEntry{"messageActor", B::kMessageActor, "resources", false, 3, 4},
    BuiltinEntry{"web.http", B::kWebHttp, "web", false, 1, 2},
};
static_assert(kBuiltins.size() == static_cast<std::size_t>(B::kWebHttp) + 1);

struct ByName {
  std::array<std::uint8_t, kBuiltins.size()> order{};

  constexpr ByName() {
    for (std::size_t i = 0; i < order.size(); ++i) {
      order[i] = static_cast<std::uint8_t>(i);
    }
    std::sort(order.begin(), order.end(),
              [](auto a, auto b) { return kBuiltins[a].name < kBuiltins[b].name; });
  }
};
constexpr ByName kByName;

}  // namespace

std::span<const BuiltinEntry> builtins() {
  return kBuiltins;
}

const BuiltinEntry& entry_of(Builtin id) {
  return kBuiltins[static_cast<std::size_t>(id)];
}

const BuiltinEntry* find_builtin(std::string_view name) {
  const auto at =
      std::lower_bound(kByName.order.begin(), kByName.order.end(), name,
                       [](auto i, std::string_view wanted) { return kBuiltins[i].name < wanted; });
  return at != kByName.order.end() && kBuiltins[*at].name == name ? &kBuiltins[*at] : nullptr;
}

std::string wrong_arguments(const BuiltinEntry& entry, std::size_t given) {
  std::string wanted = std::to_string(entry.arguments_min);
  if (entry.arguments_max != entry.arguments_min) {
    wanted += " to " + std::to_string(entry.arguments_max);
  }
  wanted += wanted == "1" ? " argument" : " arguments";
  return "'" + std::string(entry.name) + "' takes " + wanted + ", not " + std::to_string(given);
}

bool is_standard_module(std::string_view name) {
  return std::any_of(kBuiltins.begin(), kBuiltins.end(),
                     [&](const BuiltinEntry& e) { return e.module == name; });
}

bool acts(Builtin id) {
  return id >= Builtin::kNewId;
}

}  // namespace daybook::reactor
