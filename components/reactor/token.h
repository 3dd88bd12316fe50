// The words of the language. Private to components/reactor.
#pragma once

#include <cstdint>
#include <string_view>

namespace daybook::reactor {

enum class TokenKind : std::uint8_t {
  kEnd,
  kName,     // also keywords; `escaped` when it stood in backticks, then it is never a keyword
  kText,     // 'a' or "a", $'a {b}', $$'a {{b}}'
  kNumber,   // 1, 2.50, 25%
  kInstant,  // 2025-11-15T00:00:00Z
  kRegex,    // /a+/i
  kOpenParen,
  kCloseParen,
  kOpenBracket,
  kCloseBracket,
  kOpenBrace,
  kCloseBrace,
  kComma,
  kDot,
  kColon,
  kConvert,  // ::
  kAssign,   // =
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPipe,       // |
  kThen,       // |>
  kAmpersand,  // &
  kArrow,      // ->
  kLambda,     // =>
  kBad,        // what cannot be read; the diagnostic stands already
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  bool first_on_line = false;
  bool escaped = false;           // kName
  bool percent = false;           // kNumber
  std::uint8_t dollars = 0;       // kText
  std::uint8_t flags = 0;         // kRegex: so many letters behind the closing slash
  std::uint32_t offset = 0;       // of the first byte in the source
  std::uint32_t column = 1;       // in bytes: what layout compares
  std::uint32_t line_column = 1;  // of the first token in its line
  std::uint32_t close = 0;        // of an opening bracket: index of the token that closes it
  std::string_view text;          // name without backticks; inside of the quotes; digits; pattern
};

}  // namespace daybook::reactor
