#include "bench/store/life.h"

#include <array>
#include <string_view>

#include "base/entropy.h"

namespace daybook::bench {
namespace {

constexpr Duration kPendingAfter = hours(24);
constexpr Duration kPendingSpread = hours(24 * 30);
constexpr std::uint32_t kStoredWorkers = 64;

SeededEntropy dice_of(const StoreOptions& options, std::uint64_t i, std::uint64_t purpose) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15ULL;
  return SeededEntropy((options.seed * kOdd ^ i) * kOdd ^ purpose);
}

// How many of `part` stand among the first `i` of `part + rest`, spread evenly.
std::uint64_t among(std::uint64_t i, std::uint64_t part, std::uint64_t all) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(Wide{i} * part / all);
}

// 0 to 1 as a fraction of 2^32, most of it near 0: the square of an even one.
std::uint64_t skewed(std::uint64_t dice) {
  const std::uint64_t even = dice >> 32;
  return even * even >> 32;
}

Fate fate_of(const StoreOptions& options, std::uint64_t dice) {
  const auto percent = static_cast<unsigned>(dice % 100);
  if (percent < options.failed) {
    return Fate::kFailed;
  }
  if (percent < options.failed + options.cancelled) {
    return (dice >> 32) % 2 == 0 ? Fate::kWithdrawn : Fate::kStopped;
  }
  return percent < options.failed + options.cancelled + options.retried ? Fate::kRetried
                                                                        : Fate::kCompleted;
}

}  // namespace

std::uint64_t lives_of(const StoreOptions& options) {
  return options.jobs + options.pending;
}

Life life_of(const StoreOptions& options, std::uint64_t i) {
  const std::uint64_t all = lives_of(options);
  SeededEntropy dice = dice_of(options, i, 1);
  Life out;
  const Duration made{options.span.value - kStoreTail.value};
  out.created =
      Micros{options.until.value - options.span.value +
             static_cast<std::int64_t>(among(i, static_cast<std::uint64_t>(made.value), all))};
  out.definition = static_cast<std::uint32_t>(skewed(dice.next()) * options.definitions >> 32);
  out.worker = static_cast<std::uint32_t>(dice.next() % kStoredWorkers);
  // A few milliseconds mostly, up to two seconds; runs of some 20 ms to 20 s.
  const std::uint64_t late = skewed(dice.next());
  out.wait = Duration{500 + static_cast<std::int64_t>((late * late >> 32) * 2'000'000 >> 32)};
  const std::uint64_t length = skewed(dice.next());
  out.run = Duration{20'000 + static_cast<std::int64_t>(length * 20'000'000 >> 32)};
  if (among(i + 1, options.pending, all) > among(i, options.pending, all)) {
    out.fate = Fate::kPending;
    const auto spread = static_cast<std::uint64_t>(kPendingSpread.value);
    out.run_at =
        options.until + kPendingAfter + Duration{static_cast<std::int64_t>(dice.next() % spread)};
    return out;
  }
  out.fate = fate_of(options, dice.next());
  if (out.fate == Fate::kWithdrawn) {
    out.wait = out.run;
    out.run_at = out.created + hours(1);
  }
  return out;
}

std::string stored_parameters(const StoreOptions& options, std::uint64_t i) {
  static constexpr std::array<std::string_view, 16> kWords = {
      "invoice", "march",   "copy", "north", "resend", "weekly",  "for", "review",
      "batch",   "account", "and",  "late",  "order",  "express", "of",  "archive"};
  SeededEntropy dice = dice_of(options, i, 2);
  const std::uint64_t what = dice.next();
  std::string out = R"({"customer":"c)" + std::to_string(what % 90'000 + 10'000) + R"(","order":)" +
                    std::to_string(10'000'000 + i) + R"(,"amount":)" + std::to_string(what >> 48) +
                    R"(,"note":")";
  std::uint64_t words = dice.next();
  for (int used = 0; out.size() + 2 < options.parameter_bytes; ++used) {
    if (used % 16 == 15) {
      words = dice.next();
    }
    out.append(kWords[words >> (used % 16 * 4) & 15]).append(" ");
  }
  return out.append("\"}");
}

std::string stored_result(std::uint64_t i) {
  return R"({"ok":true,"document":)" + std::to_string(20'000'000 + i) + "}";
}

}  // namespace daybook::bench
