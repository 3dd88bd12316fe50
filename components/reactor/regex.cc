#include "components/reactor/regex.h"

#include <algorithm>
#include <charconv>

#include <re2/re2.h>

#include "base/limits/components.h"
#include "base/utf8.h"

namespace daybook::reactor {

struct Regex::Compiled {
  std::string pattern;
  std::string flags;
  re2::RE2 program;

  std::size_t groups() const {
    return static_cast<std::size_t>(program.NumberOfCapturingGroups()) + 1;
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

// Calls `take` with what stands before each match and its groups; false when `take` gave up. `rest`
// becomes what stands behind the last one.
template <typename Take>
bool each_match(const re2::RE2& program, std::string_view text, Pieces& groups,
                std::string_view& rest, Take take) {
  std::size_t behind = 0;  // the last match
  std::size_t from = 0;
  while (from <= text.size() && program.Match(piece(text), from, text.size(), re2::RE2::UNANCHORED,
                                              groups.data(), static_cast<int>(groups.size()))) {
    const auto start = static_cast<std::size_t>(groups[0].data() - text.data());
    if (!take(text.substr(behind, start - behind))) {
      return false;
    }
    behind = start + groups[0].size();
    from = behind;
    if (groups[0].empty()) {
      from += from < text.size() ? code_point_size(text, from) : 1;
    }
  }
  rest = text.substr(behind);
  return true;
}

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

  std::vector<Part> parse() {
    std::vector<Part> parts;
    while (!text_.empty()) {
      const std::size_t dollar = text_.find('$');
      if (dollar != 0) {
        parts.push_back({text_.substr(0, dollar)});
        text_.remove_prefix(std::min(dollar, text_.size()));
        continue;
      }
      parts.push_back(reference());
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
  const bool lines = flags.find('m') != std::string_view::npos;
  const std::string whole = (lines ? "(?m)" : "") + std::string(pattern);
  const std::shared_ptr<const Compiled> compiled(
      new Compiled{std::string(pattern), std::string(flags),
                   re2::RE2(piece(whole), options_of(flags, memory_max))});
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

bool Regex::matches(std::string_view text) const {
  return compiled_->program.Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

bool Regex::matches_whole(std::string_view text) const {
  return compiled_->program.Match(piece(text), 0, text.size(), re2::RE2::ANCHOR_BOTH, nullptr, 0);
}

std::optional<std::vector<std::string_view>> Regex::find(std::string_view text) const {
  Pieces groups(compiled_->groups());
  if (!compiled_->program.Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, groups.data(),
                                static_cast<int>(groups.size()))) {
    return std::nullopt;
  }
  std::vector<std::string_view> out;
  out.reserve(groups.size());
  for (const auto& group : groups) {
    out.push_back(view(group));
  }
  return out;
}

std::optional<std::string> Regex::replace(std::string_view text, std::string_view replacement,
                                          std::size_t bytes_max) const {
  const std::vector<Part> parts = ReplacementParser(compiled_->program, replacement).parse();
  Pieces groups(compiled_->groups());
  std::string out;
  std::string_view rest;
  const auto take = [&](std::string_view before) {
    return append_within(out, before, bytes_max) &&
           std::all_of(parts.begin(), parts.end(), [&](const Part& part) {
             return append_within(out, part.is_group ? view(groups[part.group]) : part.literal,
                                  bytes_max);
           });
  };
  if (!each_match(compiled_->program, text, groups, rest, take) ||
      !append_within(out, rest, bytes_max)) {
    return std::nullopt;
  }
  return out;
}

std::optional<std::vector<std::string_view>> Regex::split(std::string_view text,
                                                          std::size_t pieces_max) const {
  Pieces whole(1);
  std::vector<std::string_view> out;
  std::string_view rest;
  const auto take = [&](std::string_view before) {
    out.push_back(before);
    return out.size() < pieces_max;
  };
  if (pieces_max == 0 || !each_match(compiled_->program, text, whole, rest, take)) {
    return std::nullopt;
  }
  out.push_back(rest);
  return out;
}

}  // namespace daybook::reactor
