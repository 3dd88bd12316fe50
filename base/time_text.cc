#include "base/time_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

#include <date/date.h>

#include "base/limits/durations.h"

namespace daybook {
namespace {

// Reads exactly `digits` decimal digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) {
    return std::nullopt;
  }
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') {
      return std::nullopt;
    }
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

struct ClockTime {
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t fraction_us = 0;
};

// ".123456": digits beyond the sixth are cut.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  std::int64_t us = 0;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 6) {
      us = us * 10 + (text.front() - '0');
    }
    ++digits;
    text.remove_prefix(1);
  }
  for (std::size_t i = digits; i < 6; ++i) {
    us *= 10;
  }
  return digits == 0 || digits > 12 ? std::nullopt : std::optional(us);
}

std::optional<ClockTime> take_clock_time(std::string_view& text) {
  ClockTime out;
  const auto hour = take_digits(text, 2);
  const auto minute = hour && take(text, ':') ? take_digits(text, 2) : std::nullopt;
  if (!minute) {
    return std::nullopt;
  }
  out.hour = *hour;
  out.minute = *minute;
  if (take(text, ':')) {
    const auto second = take_digits(text, 2);
    if (!second) {
      return std::nullopt;
    }
    out.second = *second;
    if (take(text, '.')) {
      const auto fraction = take_fraction(text);
      if (!fraction) {
        return std::nullopt;
      }
      out.fraction_us = *fraction;
    }
  }
  const bool in_range = out.hour < 24 && out.minute < 60 && out.second < 60;
  return in_range ? std::optional(out) : std::nullopt;
}

// Minutes east of UTC; all of `text` must be the offset.
std::optional<int> parse_offset(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") {
    return 0;
  }
  const int sign = text.front() == '-' ? -1 : 1;
  if (text.front() != '+' && text.front() != '-') {
    return std::nullopt;
  }
  text.remove_prefix(1);
  const auto hour = take_digits(text, 2);
  if (!hour) {
    return std::nullopt;
  }
  int minute = 0;
  if (!text.empty()) {
    take(text, ':');
    const auto value = take_digits(text, 2);
    if (!value) {
      return std::nullopt;
    }
    minute = *value;
  }
  if (!text.empty() || *hour > 18 || minute > 59) {
    return std::nullopt;
  }
  return sign * (*hour * 60 + minute);
}

// The first second of the year 10000.
constexpr std::int64_t kTimeEndSeconds = 253'402'300'800;

struct Unit {
  std::string_view name;
  std::int64_t us;
};

constexpr std::array kUnits = {
    Unit{"d", 86'400'000'000}, Unit{"h", 3'600'000'000}, Unit{"m", 60'000'000},
    Unit{"s", 1'000'000},      Unit{"ms", 1000},         Unit{"us", 1},
};

// What is longer than a duration may be is as long as this.
constexpr std::int64_t kTooLongUs = kDurationMaxUs + 1;

// "1.5" and a unit of `unit_us`: exact to the microsecond.
std::optional<std::int64_t> scaled(std::string_view number, std::int64_t unit_us) {
  std::int64_t whole = 0;
  const char* end = number.data() + number.size();
  const auto [at, error] = std::from_chars(number.data(), end, whole);
  const bool too_long = error == std::errc::result_out_of_range;
  if ((error != std::errc() && !too_long) || whole < 0) {
    return std::nullopt;
  }
  const std::int64_t us =
      too_long || whole > kDurationMaxUs / unit_us ? kTooLongUs : whole * unit_us;
  if (at == end) {
    return us;
  }
  std::string_view rest(at, static_cast<std::size_t>(end - at));
  if (!take(rest, '.')) {
    return std::nullopt;
  }
  const auto millionths = take_fraction(rest);
  if (!millionths || !rest.empty()) {
    return std::nullopt;
  }
  return us + *millionths * unit_us / 1'000'000;
}

std::size_t number_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && ((text[size] >= '0' && text[size] <= '9') || text[size] == '.')) {
    ++size;
  }
  return size;
}

// P[nD][T[nH][nM][nS]]
std::optional<std::int64_t> parse_iso_duration(std::string_view text) {
  std::int64_t total = 0;
  bool in_time = false;
  bool any = false;
  while (!text.empty()) {
    if (!in_time && take(text, 'T')) {
      in_time = true;
      continue;
    }
    const std::size_t size = number_size(text);
    if (size == 0 || size == text.size()) {
      return std::nullopt;
    }
    const char unit = text[size];
    std::int64_t unit_us = 0;
    if (!in_time && (unit == 'D' || unit == 'W')) {
      unit_us = unit == 'D' ? 86'400'000'000 : 604'800'000'000;
    } else if (in_time && (unit == 'H' || unit == 'M' || unit == 'S')) {
      unit_us = unit == 'H' ? 3'600'000'000 : unit == 'M' ? 60'000'000 : 1'000'000;
    }
    const auto us = unit_us == 0 ? std::nullopt : scaled(text.substr(0, size), unit_us);
    if (!us) {
      return std::nullopt;
    }
    total = std::min(total + *us, kTooLongUs);
    any = true;
    text.remove_prefix(size + 1);
  }
  return any ? std::optional(total) : std::nullopt;
}

}  // namespace

namespace {

// The last `digits` decimal digits of a number; returns one past them.
char* put_digits(char* at, int digits, unsigned number) {
  for (int i = digits - 1; i >= 0; --i, number /= 10) {
    at[i] = static_cast<char>('0' + number % 10);
  }
  return at + digits;
}

char* put_year(char* at, int year) {
  if (year >= 0 && year <= 9999) {
    return put_digits(at, 4, static_cast<unsigned>(year));
  }
  constexpr std::size_t kLongest = 12;  // "-2147483648" and the end
  return at + std::snprintf(at, kLongest, "%04d", year);
}

}  // namespace

void append_time(std::string& out, Micros time) {
  // Rounded down by hand: a day before the first of int64 would not fit.
  constexpr std::int64_t kDayUs = 86'400'000'000;
  const bool borrows = time.value % kDayUs < 0;
  const auto day = static_cast<int>(time.value / kDayUs) - (borrows ? 1 : 0);
  const date::year_month_day ymd{date::sys_days{date::days{day}}};
  const std::int64_t us_of_day = time.value % kDayUs + (borrows ? kDayUs : 0);
  const auto second = static_cast<unsigned>(us_of_day / 1'000'000);
  const auto us = static_cast<unsigned>(us_of_day % 1'000'000);
  std::array<char, 40> text;
  char* at = put_year(text.data(), static_cast<int>(ymd.year()));
  *at++ = '-';
  at = put_digits(at, 2, static_cast<unsigned>(ymd.month()));
  *at++ = '-';
  at = put_digits(at, 2, static_cast<unsigned>(ymd.day()));
  *at++ = 'T';
  at = put_digits(at, 2, second / 3600);
  *at++ = ':';
  at = put_digits(at, 2, second / 60 % 60);
  *at++ = ':';
  at = put_digits(at, 2, second % 60);
  if (us != 0) {
    *at++ = '.';
    at = us % 1000 == 0 ? put_digits(at, 3, us / 1000) : put_digits(at, 6, us);
  }
  *at++ = 'Z';
  out.append(text.data(), at);
}

std::string format_time(Micros time) {
  std::string out;
  append_time(out, time);
  return out;
}

namespace {

tl::unexpected<Error> bad_time(std::string_view field) {
  return fail(Code::kInvalid, "BAD_TIME",
              "a time is ISO 8601, such as 2025-11-16T02:00:00Z, from 1970 to 9999", field);
}

// Of the years 1 to 9999.
Result<Micros> parse_any_time(std::string_view text, std::string_view field) {
  const auto bad = [&] { return bad_time(field); };
  const auto year = take_digits(text, 4);
  const auto month = year && take(text, '-') ? take_digits(text, 2) : std::nullopt;
  const auto day = month && take(text, '-') ? take_digits(text, 2) : std::nullopt;
  if (!day || !(take(text, 'T') || take(text, 't') || take(text, ' '))) {
    return bad();
  }
  const date::year_month_day ymd{date::year{*year}, date::month{static_cast<unsigned>(*month)},
                                 date::day{static_cast<unsigned>(*day)}};
  const auto clock = take_clock_time(text);
  const auto offset = clock ? parse_offset(text) : std::nullopt;
  if (!offset || !ymd.ok() || *year < 1) {
    return bad();
  }
  const std::int64_t seconds_of_day = (clock->hour * 60 + clock->minute) * 60LL + clock->second;
  const std::int64_t days = date::sys_days{ymd}.time_since_epoch().count();
  const std::int64_t total = days * 86'400 + seconds_of_day - *offset * 60LL;
  if (total >= kTimeEndSeconds) {
    return bad();
  }
  return Micros{total * 1'000'000 + clock->fraction_us};
}

}  // namespace

Result<Micros> parse_time(std::string_view text, std::string_view field) {
  auto time = parse_any_time(text, field);
  // As written: an hour before 1970 in UTC may be a time of 1970 elsewhere.
  if (time && (time->value < 0 || text.substr(0, 4) < "1970")) {
    return bad_time(field);
  }
  return time;
}

Result<Micros> parse_due_time(std::string_view text, std::string_view field) {
  auto time = parse_any_time(text, field);
  if (time) {
    *time = std::max(*time, kEarliestTime);
  }
  return time;
}

Result<Duration> parse_duration(std::string_view text, std::string_view field) {
  std::optional<std::int64_t> us;
  if (!text.empty() && text.front() == 'P') {
    us = parse_iso_duration(text.substr(1));
  } else {
    const std::size_t size = number_size(text);
    for (const Unit& unit : kUnits) {
      if (size > 0 && text.substr(size) == unit.name) {
        us = scaled(text.substr(0, size), unit.us);
      }
    }
  }
  if (!us) {
    return fail(Code::kInvalid, "BAD_DURATION",
                "a duration is a number with a unit (us, ms, s, m, h, d) or ISO 8601 (PT1H30M)",
                field);
  }
  if (*us > kDurationMaxUs) {
    return fail(Code::kInvalid, kReasonDurationTooLong,
                "a duration is at most " + std::to_string(kDurationMaxUs / kUnits[0].us) + "d",
                field);
  }
  return Duration{*us};
}

std::string format_duration(Duration duration) {
  for (const Unit& unit : kUnits) {
    if (duration.value % unit.us == 0 && duration.value != 0) {
      return std::to_string(duration.value / unit.us) + std::string(unit.name);
    }
  }
  return "0s";
}

}  // namespace daybook
