#include "graph/shift.h"

#include <charconv>
#include <chrono>

namespace daybook::graph {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::sys_time;
using std::chrono::year_month_day;

// The first microsecond of the year 10000.
constexpr std::int64_t kTimeEndUs = 253'402'300'800'000'000;

constexpr std::int64_t unit_us(Unit unit) {
  switch (unit) {
    case Unit::kWeeks:
      return 7LL * 86'400'000'000;
    case Unit::kDays:
      return 86'400'000'000;
    case Unit::kHours:
      return 3'600'000'000;
    case Unit::kMinutes:
      return 60'000'000;
    case Unit::kSeconds:
      return 1'000'000;
    default:
      return 1000;
  }
}

// "1.5" units in microseconds; what is below one is cut.
std::optional<std::int64_t> amount_us(std::string_view amount, std::int64_t unit) {
  const auto point = amount.find('.');
  const std::string_view whole = amount.substr(0, point);
  std::int64_t count = 0;
  const auto [end, bad] = std::from_chars(whole.data(), whole.data() + whole.size(), count);
  if (bad != std::errc() || count > kTimeEndUs / unit) {
    return std::nullopt;
  }
  std::int64_t out = count * unit;
  std::int64_t place = unit;
  if (point != std::string_view::npos) {
    for (const char digit : amount.substr(point + 1)) {
      place /= 10;
      out += place * (digit - '0');
    }
  }
  return out;
}

std::optional<Micros> shifted_months(Micros from, std::string_view amount, int per, bool back) {
  std::int64_t count = 0;
  const auto [end, bad] = std::from_chars(amount.data(), amount.data() + amount.size(), count);
  constexpr std::int64_t kMonthsMax = 12 * 10'000;
  if (bad != std::errc() || count > kMonthsMax) {
    return std::nullopt;
  }
  const sys_time<microseconds> time{microseconds{from.value}};
  const sys_days day = std::chrono::floor<days>(time);
  year_month_day date{day};
  const int move = static_cast<int>(count) * per;
  date = back ? date - months{move} : date + months{move};
  if (!date.ok()) {
    date = date.year() / date.month() / std::chrono::last;
  }
  return Micros{(sys_days{date} + (time - day)).time_since_epoch() / microseconds{1}};
}

}  // namespace

std::optional<Micros> shifted(Micros from, const std::vector<Shift>& shifts) {
  Micros out = from;
  for (const Shift& shift : shifts) {
    if (shift.unit == Unit::kYears || shift.unit == Unit::kMonths) {
      const auto moved =
          shifted_months(out, shift.amount, shift.unit == Unit::kYears ? 12 : 1, shift.back);
      if (!moved) {
        return std::nullopt;
      }
      out = *moved;
    } else {
      const auto by = amount_us(shift.amount, unit_us(shift.unit));
      if (!by) {
        return std::nullopt;
      }
      out.value += shift.back ? -*by : *by;
    }
    if (out.value < 0 || out.value >= kTimeEndUs) {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace daybook::graph
