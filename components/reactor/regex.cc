#include "components/reactor/regex.h"

#include <algorithm>
#include <charconv>

#include <re2/re2.h>

#include "base/limits/components.h"
#include "base/utf8.h"
#include "components/reactor/limits.h"

namespace daybook::reactor {

struct Regex::Compiled {
  std::string pattern;
  std::string flags;
  RegexCost cost;
  re2::RE2 program;

  // With few places RE2 knows every state that comes up.
  bool narrow() const { return cost.units <= kRegexNarrowUnits; }
  // What going over so many bytes counts.
  std::size_t weight(std::size_t bytes) const {
    return narrow() ? bytes : bytes * (cost.units / RegexCost::kUnit);
  }
  void check_size(std::size_t bytes, MatchMeter& meter) const {
    const std::size_t most = kRegexMatchUnits / std::max<std::size_t>(cost.units, 1);
    if (!narrow() && bytes > most) {
      meter.too_long(most);
    }
  }
};

namespace {

using Pieces = std::vector<re2::StringPiece>;

constexpr std::string_view kFlags = "imsr";

tl::unexpected<Error> bad(const std::string& message, std::string_view field) {
  return fail(Code::kInvalid, "BAD_REGEX", message, field);
}

Status check_flags(std::string_view flags, std::string_view field) {
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (kFlags.find(flags[i]) == std::string_view::npos) {
      return bad("There is no flag '" + std::string(1, flags[i]) + "'; the flags are i, m and s.",
                 field);
    }
    if (flags.find(flags[i]) != i) {
      return bad("The flag '" + std::string(1, flags[i]) + "' stands twice.", field);
    }
    if (flags[i] == 'r') {
      return bad("The flag 'r' (from right to left) is not supported.", field);
    }
  }
  return {};
}

Status check_pattern(std::string_view pattern, std::string_view field) {
  if (pattern.size() > kRegexPatternBytesMax) {
    return bad("The pattern has " + std::to_string(pattern.size()) + " bytes; at most " +
                   std::to_string(kRegexPatternBytesMax) + " are allowed.",
               field);
  }
  if (const auto at = find_bad_utf8(pattern)) {
    return bad("The pattern is not UTF-8 at byte " + std::to_string(*at) + ".", field);
  }
  return {};
}

// What RE2 keeps while it matches lies in it too: of few places all that comes up, of many no more
// than a match needs to begin with, since these are paid as if nothing was kept.
std::int64_t memory_of(const RegexCost& cost, std::int64_t memory_max) {
  constexpr std::size_t kLeast = 512 * 1024;
  constexpr std::size_t kOfInstruction = 128;
  const auto wide = static_cast<std::int64_t>(kLeast + cost.instructions * kOfInstruction);
  return cost.units <= kRegexNarrowUnits ? memory_max : std::min(memory_max, wide);
}

re2::RE2::Options options_of(std::string_view flags, std::int64_t memory_max) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_case_sensitive(flags.find('i') == std::string_view::npos);
  options.set_dot_nl(flags.find('s') != std::string_view::npos);
  options.set_max_mem(memory_max);
  return options;
}

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

std::string_view view(const re2::StringPiece& piece) {
  return {piece.data(), piece.size()};
}

std::size_t code_point_size(std::string_view text, std::size_t at) {
  std::size_t size = 1;
  while (at + size < text.size() &&
         (static_cast<unsigned char>(text[at + size]) & 0xc0U) == 0x80U) {
    ++size;
  }
  return size;
}

// What a call of RE2 costs beside its text.
constexpr std::size_t kBytesOfACall = 256;

// A replacement, cut into literal texts and groups.
struct Part {
  std::string_view literal;
  std::size_t group = 0;
  bool is_group = false;
};

class ReplacementParser {
 public:
  ReplacementParser(const re2::RE2& program, std::string_view text)
      : program_(program), text_(text) {}

  // `groups`: the highest that is named, and one.
  std::vector<Part> parse(std::size_t& groups) {
    std::vector<Part> parts;
    while (!text_.empty()) {
      const std::size_t dollar = text_.find('$');
      if (dollar != 0) {
        parts.push_back({text_.substr(0, dollar)});
        text_.remove_prefix(std::min(dollar, text_.size()));
        continue;
      }
      parts.push_back(reference());
      groups = std::max(groups, parts.back().group + 1);
    }
    return parts;
  }

 private:
  // The text starts with '$'.
  Part reference() {
    const std::string_view behind = text_.substr(1);
    if (behind.starts_with('$')) {
      return literal(2, 1);
    }
    if (behind.starts_with('&')) {
      return taken(2, 0);
    }
    if (behind.starts_with('{')) {
      const std::size_t end = behind.find('}');
      const auto group =
          end == std::string_view::npos ? std::nullopt : group_of(behind.substr(1, end - 1));
      return group ? taken(end + 2, *group) : literal(1, 1);
    }
    const std::size_t digits = std::min(behind.find_first_not_of("0123456789"), behind.size());
    const auto group = number_of(behind.substr(0, digits));
    return group ? taken(digits + 1, *group) : literal(1, 1);
  }

  std::optional<std::size_t> group_of(std::string_view name) const {
    if (const auto number = number_of(name)) {
      return number;
    }
    const auto& names = program_.NamedCapturingGroups();
    const auto named = names.find(std::string(name));
    return named == names.end() ? std::nullopt
                                : std::optional(static_cast<std::size_t>(named->second));
  }

  std::optional<std::size_t> number_of(std::string_view digits) const {
    int number = 0;
    const char* end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, number);
    const bool known = error == std::errc() && at == end && number >= 0 &&
                       number <= program_.NumberOfCapturingGroups();
    return known ? std::optional(static_cast<std::size_t>(number)) : std::nullopt;
  }

  Part literal(std::size_t consumed, std::size_t kept) {
    Part part{text_.substr(0, kept)};
    text_.remove_prefix(consumed);
    return part;
  }

  Part taken(std::size_t consumed, std::size_t group) {
    text_.remove_prefix(consumed);
    return {{}, group, true};
  }

  const re2::RE2& program_;
  std::string_view text_;
};

bool append_within(std::string& out, std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max - out.size()) {
    return false;
  }
  out += text;
  return true;
}

}  // namespace

Result<Regex> Regex::compile(std::string_view pattern, std::string_view flags,
                             std::int64_t memory_max, std::string_view field) {
  DAYBOOK_TRY(check_flags(flags, field));
  DAYBOOK_TRY(check_pattern(pattern, field));
  const RegexCost cost = cost_of_regex(pattern);
  if (cost.instructions > kRegexInstructionsMax) {
    return bad("The pattern is too large: with its repetitions and its classes it has some " +
                   std::to_string(cost.instructions) + " instructions; at most " +
                   std::to_string(kRegexInstructionsMax) + " are allowed.",
               field);
  }
  const bool lines = flags.find('m') != std::string_view::npos;
  const std::string whole = (lines ? "(?m)" : "") + std::string(pattern);
  const std::shared_ptr<const Compiled> compiled(
      new Compiled{std::string(pattern), std::string(flags), cost,
                   re2::RE2(piece(whole), options_of(flags, memory_of(cost, memory_max)))});
  if (!compiled->program.ok()) {
    return bad("The pattern is refused: " + compiled->program.error() + ".", field);
  }
  return Regex(compiled);
}

const std::string& Regex::pattern() const {
  return compiled_->pattern;
}

const std::string& Regex::flags() const {
  return compiled_->flags;
}

std::size_t Regex::program_size() const {
  return static_cast<std::size_t>(std::max(compiled_->program.ProgramSize(), 0));
}

std::size_t Regex::text_bytes_max() const {
  return compiled_->narrow() ? std::string::npos : kRegexMatchUnits / compiled_->cost.units;
}

bool Regex::matches(std::string_view text, MatchMeter& meter) const {
  compiled_->check_size(text.size(), meter);
  meter.went_over(compiled_->weight(text.size()));
  return compiled_->program.Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

// Goes from match to match.
class Regex::Matches {
 public:
  Matches(const Compiled& compiled, std::string_view text, std::size_t groups, MatchMeter& meter)
      : compiled_(compiled), text_(text), groups_(groups), meter_(meter) {}

  // False when there is none; then `before` is the rest of the text, else what stands before it.
  bool next(std::string_view& before) {
    before = text_.substr(behind_);
    if (from_ > text_.size() || !find()) {
      return false;
    }
    const auto start = static_cast<std::size_t>(groups_[0].data() - text_.data());
    before = text_.substr(behind_, start - behind_);
    behind_ = start + groups_[0].size();
    from_ = behind_;
    if (groups_[0].empty()) {
      from_ += from_ < text_.size() ? code_point_size(text_, from_) : 1;
    }
    if (groups_.size() > 1) {
      find_groups(start);
    }
    return true;
  }
  std::string_view group(std::size_t i) const { return view(groups_[i]); }

 private:
  // RE2 does not say how far it looked. Of a pattern that looks ahead it is all that is left; of
  // others the match, and what its last characters might have become.
  bool find() {
    const std::size_t left = text_.size() - from_;
    compiled_.check_size(left, meter_);
    meter_.went_over(kBytesOfACall + (compiled_.cost.looks_ahead ? compiled_.weight(left) : 0));
    const bool found = compiled_.program.Match(piece(text_), from_, text_.size(),
                                               re2::RE2::UNANCHORED, groups_.data(), 1);
    if (!compiled_.cost.looks_ahead) {
      constexpr std::size_t kBytesOfAPlace = 4;
      const std::size_t end = !found ? left
                                     : static_cast<std::size_t>(groups_[0].data() - text_.data()) +
                                           groups_[0].size() - from_ +
                                           compiled_.cost.units * kBytesOfAPlace / RegexCost::kUnit;
      meter_.went_over(compiled_.weight(2 * std::min(end, left)));
    }
    return found;
  }

  // With groups RE2 goes over the match once more, and notes where each place began.
  void find_groups(std::size_t start) {
    const std::size_t size = behind_ - start;
    const std::size_t places = compiled_.cost.units / RegexCost::kUnit + 1;
    constexpr std::size_t kSlower = 4;
    const std::size_t most = kRegexMatchUnits / RegexCost::kUnit / kSlower / places;
    if (size > most) {
      meter_.too_long(most);
    }
    meter_.went_over(size * places);
    compiled_.program.Match(piece(text_), start, behind_, re2::RE2::ANCHOR_BOTH, groups_.data(),
                            all());
  }

  int all() const { return static_cast<int>(groups_.size()); }

  const Compiled& compiled_;
  const std::string_view text_;
  Pieces groups_;
  MatchMeter& meter_;
  std::size_t behind_ = 0;  // the last match
  std::size_t from_ = 0;
};

std::optional<std::string> Regex::replace(std::string_view text, std::string_view replacement,
                                          std::size_t bytes_max, MatchMeter& meter) const {
  std::size_t groups = 1;
  const std::vector<Part> parts = ReplacementParser(compiled_->program, replacement).parse(groups);
  Matches matches(*compiled_, text, groups, meter);
  std::string out;
  std::string_view before;
  while (matches.next(before)) {
    meter.went_over(parts.size() * sizeof(Part));
    const bool fits =
        append_within(out, before, bytes_max) &&
        std::all_of(parts.begin(), parts.end(), [&](const Part& part) {
          return append_within(out, part.is_group ? matches.group(part.group) : part.literal,
                               bytes_max);
        });
    if (!fits) {
      return std::nullopt;
    }
  }
  return append_within(out, before, bytes_max) ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace daybook::reactor
