#include "components/reactor/calendar.h"

#include <algorithm>

#include <date/date.h>

#include "base/time_text.h"

namespace daybook::reactor {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;
// The calendar repeats itself after these years and days.
constexpr int kCycleYears = 400;
constexpr std::int64_t kCycleDays = 146'097;

date::sys_days sys_day(Date date) {
  return date::sys_days{date::days{date.days}};
}

std::optional<Date> shift_months(Date date, std::int64_t months) {
  const date::year_month_day ymd{sys_day(date)};
  std::int64_t month = 0;
  if (__builtin_add_overflow(
          static_cast<int>(ymd.year()) * 12LL + static_cast<unsigned>(ymd.month()) - 1, months,
          &month)) {
    return std::nullopt;
  }
  if (month < 12 || month >= 10'000 * 12) {
    return std::nullopt;
  }
  const date::year_month target{date::year{static_cast<int>(month / 12)},
                                date::month{static_cast<unsigned>(month % 12 + 1)}};
  const date::year_month_day last{target / date::last};
  const date::year_month_day day{target / std::min(ymd.day(), last.day())};
  return Date{static_cast<std::int32_t>(date::sys_days{day}.time_since_epoch().count())};
}

template <typename Point>
std::optional<Point> minus(Point point, const Span& span) {
  const auto back = negate(span);
  return back ? add(point, *back) : std::nullopt;
}

// The number of `size` digits at the front, which it takes away; -1 when there is none.
int take_number(std::string_view& text, std::size_t size) {
  if (text.size() < size) {
    return -1;
  }
  int value = 0;
  for (const char c : text.substr(0, size)) {
    if (c < '0' || c > '9') {
      return -1;
    }
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(size);
  return value;
}

bool take(std::string_view& text, char c) {
  const bool there = text.starts_with(c);
  text.remove_prefix(there ? 1 : 0);
  return there;
}

}  // namespace

Parts parts(Date date) {
  const date::year_month_day ymd{sys_day(date)};
  Parts out;
  out.year = static_cast<int>(ymd.year());
  out.month = static_cast<int>(static_cast<unsigned>(ymd.month()));
  out.day = static_cast<int>(static_cast<unsigned>(ymd.day()));
  out.weekday = static_cast<int>(date::weekday{sys_day(date)}.iso_encoding());
  return out;
}

Parts parts(Micros instant) {
  Parts out = parts(date_of(instant));
  const auto us = instant - start_of_day(instant);
  const auto second = static_cast<int>(us.value / 1'000'000);
  out.hour = second / 3600;
  out.minute = second / 60 % 60;
  out.second = second % 60;
  out.microsecond = static_cast<int>(us.value % 1'000'000);
  return out;
}

std::optional<Date> make_date(int year, int month, int day) {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) {
    return std::nullopt;
  }
  const date::year_month_day ymd{date::year{year}, date::month{static_cast<unsigned>(month)},
                                 date::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) {
    return std::nullopt;
  }
  return Date{static_cast<std::int32_t>(date::sys_days{ymd}.time_since_epoch().count())};
}

Date date_of(Micros instant) {
  const std::int64_t days = instant.value / kDayUs - (instant.value % kDayUs < 0 ? 1 : 0);
  return Date{static_cast<std::int32_t>(days)};
}

Micros start_of(Date date) {
  return Micros{date.days * kDayUs};
}

Micros start_of_day(Micros instant) {
  return start_of(date_of(instant));
}

std::optional<Date> add(Date date, const Span& span) {
  if (is_calendar(span.unit)) {
    return shift_months(date, span.amount);
  }
  const std::int64_t days = date.days + span.amount / kDayUs;
  if (span.amount % kDayUs != 0 || days < kDateMin.days || days > kDateMax.days) {
    return std::nullopt;
  }
  return Date{static_cast<std::int32_t>(days)};
}

std::optional<Micros> add(Micros instant, const Span& span) {
  if (is_calendar(span.unit)) {
    const auto date = shift_months(date_of(instant), span.amount);
    return date ? std::optional(start_of(*date) + (instant - start_of_day(instant))) : std::nullopt;
  }
  Micros sum;
  if (__builtin_add_overflow(instant.value, span.amount, &sum.value) || !in_range(sum)) {
    return std::nullopt;
  }
  return sum;
}

std::optional<Micros> subtract(Micros instant, const Span& span) {
  return minus(instant, span);
}

std::optional<Date> subtract(Date date, const Span& span) {
  return minus(date, span);
}

Span between(Micros earlier, Micros later) {
  return clock_span((later - earlier).value);
}

std::string format_instant(Micros instant) {
  return format_time(instant);
}

std::optional<Micros> parse_instant(std::string_view text) {
  std::string_view rest = text;
  const int year = take_number(rest, 4);
  if (year < 0) {
    return std::nullopt;
  }
  // base/ reads from 1970 on, so read the same day of a later cycle.
  const int shifted = 2000 + year % kCycleYears;
  const auto time = parse_time(std::to_string(shifted) + std::string(rest), {});
  if (!time) {
    return std::nullopt;
  }
  const std::int64_t cycles = (shifted - year) / kCycleYears;
  const Micros instant{time->value - cycles * kCycleDays * kDayUs};
  return in_range(instant) ? std::optional(instant) : std::nullopt;
}

std::string format_date(Date date) {
  return format_time(start_of(date)).substr(0, 10);
}

std::optional<Date> parse_date(std::string_view text) {
  const int year = take_number(text, 4);
  const int month = take(text, '-') ? take_number(text, 2) : -1;
  const int day = take(text, '-') ? take_number(text, 2) : -1;
  return text.empty() ? make_date(year, month, day) : std::nullopt;
}

}  // namespace daybook::reactor
