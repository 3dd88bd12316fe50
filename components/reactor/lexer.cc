#include "components/reactor/lexer.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "base/ascii.h"
#include "components/reactor/limits.h"
#include "components/reactor/slips.h"

namespace daybook::reactor {
namespace {

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool is_name(char c) {
  return is_name_start(c) || is_digit(c);
}

// Spaces and marks that nobody sees, which come with copied text.
struct Invisible {
  std::string_view first;  // code points from here
  std::string_view last;   // to here, of as many bytes
};
constexpr std::array kInvisible = {
    Invisible{"\u00a0", "\u00a0"}, Invisible{"\u00ad", "\u00ad"}, Invisible{"\u1680", "\u1680"},
    Invisible{"\u2000", "\u200b"}, Invisible{"\u200e", "\u200f"}, Invisible{"\u2028", "\u202f"},
    Invisible{"\u205f", "\u2060"}, Invisible{"\u3000", "\u3000"}, Invisible{"\ufeff", "\ufeff"},
};

// How many bytes such a character takes at the start of the text; 0 when there is none.
std::size_t invisible_bytes(std::string_view text) {
  if (text.empty() || (static_cast<unsigned char>(text.front()) & 0x80U) == 0) {
    return 0;
  }
  const auto found = std::find_if(kInvisible.begin(), kInvisible.end(), [&](const Invisible& i) {
    const std::string_view start = text.substr(0, i.first.size());
    return start.size() == i.first.size() && start >= i.first && start <= i.last;
  });
  return found == kInvisible.end() ? 0 : found->first.size();
}

// U+00A0 for two or three bytes of UTF-8.
std::string code_point_text(std::string_view bytes) {
  std::uint32_t code =
      static_cast<unsigned char>(bytes.front()) & (bytes.size() == 2 ? 0x1FU : 0xFU);
  for (const char c : bytes.substr(1)) {
    code = code << 6U | (static_cast<unsigned char>(c) & 0x3FU);
  }
  std::string out = "U+";
  for (int shift = 12; shift >= 0; shift -= 4) {
    out += "0123456789ABCDEF"[code >> static_cast<unsigned>(shift) & 0xFU];
  }
  return out;
}

// Behind these words an operand follows, so a slash begins a regular expression.
bool wants_operand(std::string_view name) {
  constexpr std::array kWords = {"from", "and", "or",   "not",   "match", "when",
                                 "is",   "on",  "with", "where", "select"};
  return std::find(kWords.begin(), kWords.end(), name) != kWords.end();
}

struct Sign {
  std::string_view text;
  TokenKind kind;
};

// Longer ones first.
constexpr std::array kSigns = {
    Sign{"::", TokenKind::kConvert},    Sign{"==", TokenKind::kEqual},
    Sign{"=>", TokenKind::kLambda},     Sign{"!=", TokenKind::kNotEqual},
    Sign{"<=", TokenKind::kLessEqual},  Sign{">=", TokenKind::kGreaterEqual},
    Sign{"|>", TokenKind::kThen},       Sign{"->", TokenKind::kArrow},
    Sign{"(", TokenKind::kOpenParen},   Sign{")", TokenKind::kCloseParen},
    Sign{"[", TokenKind::kOpenBracket}, Sign{"]", TokenKind::kCloseBracket},
    Sign{"{", TokenKind::kOpenBrace},   Sign{"}", TokenKind::kCloseBrace},
    Sign{",", TokenKind::kComma},       Sign{".", TokenKind::kDot},
    Sign{":", TokenKind::kColon},       Sign{"=", TokenKind::kAssign},
    Sign{"<", TokenKind::kLess},        Sign{">", TokenKind::kGreater},
    Sign{"+", TokenKind::kPlus},        Sign{"-", TokenKind::kMinus},
    Sign{"*", TokenKind::kStar},        Sign{"/", TokenKind::kSlash},
    Sign{"|", TokenKind::kPipe},        Sign{"&", TokenKind::kAmpersand},
};

// Where an expression inside a text ends; `level` counts texts inside each other.
std::size_t end_of_expression(std::string_view text, std::size_t at, std::size_t end,
                              std::size_t braces, std::size_t level);

// The byte behind the text whose opening quote stands at `at`, or npos when it does not end.
std::size_t end_of_text(std::string_view text, std::size_t at, std::size_t end, std::size_t dollars,
                        std::size_t level) {
  const char quote = text[at];
  std::size_t i = at + 1;
  while (i < end) {
    if (text[i] == quote) {
      if (i + 1 < end && text[i + 1] == quote) {
        i += 2;
        continue;
      }
      return i + 1;
    }
    std::size_t braces = 0;
    while (braces < dollars && i + braces < end && text[i + braces] == '{') {
      ++braces;
    }
    if (dollars > 0 && braces == dollars) {
      i = end_of_expression(text, i + braces, end, dollars, level) + dollars;
    } else {
      i += std::max<std::size_t>(braces, 1);
    }
  }
  return std::string_view::npos;
}

std::size_t end_of_expression(std::string_view text, std::size_t at, std::size_t end,
                              std::size_t braces, std::size_t level) {
  std::size_t depth = 0;
  while (at < end) {
    const char c = text[at];
    std::size_t dollars = 0;
    while (at + dollars < end && text[at + dollars] == '$') {
      ++dollars;
    }
    const char quote = at + dollars < end ? text[at + dollars] : '\0';
    if (quote == '\'' || quote == '"') {
      // Deeper ones are refused by the parser, so that what is in them does not matter.
      dollars = level < kNestingMax ? dollars : 0;
      const std::size_t close = end_of_text(text, at + dollars, end, dollars, level + 1);
      at = std::min(close, end);
      continue;
    }
    if (c == '{') {
      ++depth;
    } else if (c == '}' && depth > 0) {
      --depth;
    } else if (c == '}') {
      std::size_t closing = 0;
      while (at + closing < end && text[at + closing] == '}' && closing < braces) {
        ++closing;
      }
      if (closing == braces) {
        return at;
      }
    }
    ++at;
  }
  return end;
}

class Lexer {
 public:
  Lexer(const Source& source, std::uint32_t begin, std::uint32_t end,
        std::vector<Diagnostic>& diagnostics)
      : source_(source), text_(source.text()), at_(begin), end_(end), diagnostics_(diagnostics) {
    line_start_ = source.line_start(begin);
    at_ = std::max(at_, line_start_);
    tokens_.reserve((end - begin) / 5 + 2);
  }

  std::vector<Token> run() {
    for (;;) {
      skip_space();
      Token token;
      token.offset = static_cast<std::uint32_t>(at_);
      token.column = static_cast<std::uint32_t>(at_ - line_start_ + 1);
      token.first_on_line = fresh_line_;
      line_column_ = fresh_line_ ? token.column : line_column_;
      token.line_column = line_column_;
      fresh_line_ = false;
      if (at_ < end_) {
        read(token);
      }
      tokens_.push_back(token);
      pair_brackets();
      if (token.kind == TokenKind::kEnd) {
        return std::move(tokens_);
      }
    }
  }

 private:
  // Brackets of any kind close each other here: those that do not fit are the parser's to find.
  void pair_brackets() {
    const auto last = static_cast<std::uint32_t>(tokens_.size() - 1);
    switch (tokens_.back().kind) {
      case TokenKind::kOpenParen:
      case TokenKind::kOpenBracket:
      case TokenKind::kOpenBrace:
        open_.push_back(last);
        break;
      case TokenKind::kCloseParen:
      case TokenKind::kCloseBracket:
      case TokenKind::kCloseBrace:
        if (!open_.empty()) {
          tokens_[open_.back()].close = last;
          open_.pop_back();
        }
        break;
      case TokenKind::kEnd:
        for (const std::uint32_t unclosed : open_) {
          tokens_[unclosed].close = last;
        }
        break;
      default:
        break;
    }
  }

  std::string_view rest() const { return text_.substr(at_, end_ - at_); }

  char peek(std::size_t ahead = 0) const { return at_ + ahead < end_ ? text_[at_ + ahead] : '\0'; }

  void bad(std::string_view message, std::size_t at) {
    if (diagnostics_.size() < kDiagnosticsMax) {
      diagnostics_.push_back(source_.diagnose("SYNTAX", message, static_cast<std::uint32_t>(at)));
    }
  }

  void new_line(std::size_t start) {
    line_start_ = start;
    fresh_line_ = true;
  }

  void skip_space() {
    while (at_ < end_) {
      const char c = text_[at_];
      if (c == '\n') {
        new_line(++at_);
      } else if (c == ' ' || c == '\t' || c == '\r') {
        ++at_;
      } else if (c == '/' && peek(1) == '/') {
        at_ = std::min(text_.find('\n', at_), end_);
      } else if (c == '/' && peek(1) == '*') {
        skip_block_comment();
      } else if (const std::size_t bytes = invisible_bytes(rest())) {
        bad("an invisible character, " + code_point_text(rest().substr(0, bytes)) +
                ", stands here; a space is meant, or nothing",
            at_);
        at_ += bytes;
      } else {
        return;
      }
    }
  }

  void skip_block_comment() {
    const std::size_t close = text_.find("*/", at_ + 2);
    if (close == std::string_view::npos || close + 2 > end_) {
      bad(kCommentDoesNotEnd, at_);
      at_ = end_;
      return;
    }
    for (; at_ < close + 2; ++at_) {
      if (text_[at_] == '\n') {
        new_line(at_ + 1);
      }
    }
  }

  void read(Token& token) {
    const char c = text_[at_];
    if (is_name_start(c)) {
      token.kind = TokenKind::kName;
      token.text = read_name();
    } else if (is_digit(c)) {
      read_number(token);
    } else if (c == '\'' || c == '"' || c == '$') {
      read_text(token);
    } else if (c == '`') {
      read_escaped(token);
    } else if (c == '/' && (!follows_operand() || (token.first_on_line && pattern_ahead()))) {
      read_regex(token);
    } else {
      read_sign(token);
    }
  }

  template <typename Test>
  std::string_view take_while(Test test) {
    const std::size_t start = at_;
    while (at_ < end_ && test(text_[at_])) {
      ++at_;
    }
    return text_.substr(start, at_ - start);
  }

  std::string_view read_name() {
    const std::size_t start = at_;
    while (at_ < end_ && is_name(text_[at_]) && invisible_bytes(rest()) == 0) {
      ++at_;
    }
    return text_.substr(start, at_ - start);
  }

  void read_sign(Token& token) {
    for (const Sign& sign : kSigns) {
      if (text_.substr(at_, std::min(sign.text.size(), end_ - at_)) == sign.text) {
        token.kind = sign.kind;
        token.text = text_.substr(at_, sign.text.size());
        at_ += sign.text.size();
        return;
      }
    }
    token.kind = TokenKind::kBad;
    const std::string_view here = said_here(text_[at_]);
    bad("'" + std::string(text_.substr(at_, 1)) + "' has no meaning here" +
            (here.empty() ? "" : "; " + std::string(here)),
        at_);
    ++at_;
  }

  // Digits, a fraction, a per cent sign glued on; or an instant, which starts like a number.
  void read_number(Token& token) {
    if (looks_like_instant()) {
      token.kind = TokenKind::kInstant;
      token.text = read_instant();
      return;
    }
    if (looks_like_date()) {
      token.kind = TokenKind::kBad;
      const std::string date(text_.substr(at_, kDateForm.size()));
      bad("a date is written '" + date + "' :: date, its midnight " + date +
              "T00:00:00Z; a difference wants spaces",
          at_);
      at_ += kDateForm.size();
      return;
    }
    token.kind = TokenKind::kNumber;
    const std::size_t start = at_;
    take_while(is_digit);
    if (peek() == '.' && is_digit(peek(1))) {
      ++at_;
      take_while(is_digit);
    }
    token.text = text_.substr(start, at_ - start);
    if (peek() == '%') {
      token.percent = true;
      ++at_;
    } else if (at_ < end_ && is_name_start(text_[at_]) && invisible_bytes(rest()) == 0) {
      const bool exponent = (peek() == 'e' || peek() == 'E') &&
                            (is_digit(peek(1)) || peek(1) == '-' || peek(1) == '+');
      bad(exponent ? "numbers have no exponent: 1e3 is written 1000"
                   : "a number ends here; a space is needed before what follows",
          at_);
      at_ += exponent ? 2U : 0U;
      take_while([&](char c) { return exponent && is_digit(c); });
    }
  }

  // Behind the time comes Z, an offset, or what is done with the instant: 2024-01-31T00:00Z::date.
  std::string_view read_instant() {
    const std::size_t start = at_;
    at_ += kDateForm.size() + 1;
    while (is_digit(peek()) || ((peek() == ':' || peek() == '.') && is_digit(peek(1)))) {
      ++at_;
    }
    if (peek() == 'Z') {
      ++at_;
    } else if ((peek() == '+' || peek() == '-') && is_digit(peek(1)) && is_digit(peek(2)) &&
               !unit_ahead(at_ + 3)) {
      ++at_;
      while (is_digit(peek()) || (peek() == ':' && is_digit(peek(1)))) {
        ++at_;
      }
    }
    return text_.substr(start, at_ - start);
  }

  // 2024-01-31T00:00-10 days
  bool unit_ahead(std::size_t at) const {
    while (at < end_ && (is_digit(text_[at]) || text_[at] == ' ')) {
      ++at;
    }
    std::size_t end = at;
    while (end < end_ && is_name(text_[end])) {
      ++end;
    }
    return parse_unit(text_.substr(at, end - at)).has_value();
  }

  static constexpr std::string_view kDateForm = "dddd-dd-dd";

  bool looks_like_instant() const { return date_ahead() && peek(kDateForm.size()) == 'T'; }

  // 2025-11-16, which says 1998.
  bool looks_like_date() const {
    const std::string_view month = rest().substr(std::min<std::size_t>(5, rest().size()), 2);
    const std::string_view day = rest().substr(std::min<std::size_t>(8, rest().size()), 2);
    return date_ahead() && !is_name(peek(kDateForm.size())) && peek(kDateForm.size()) != '.' &&
           month >= "01" && month <= "12" && day >= "01" && day <= "31";
  }

  bool date_ahead() const {
    for (std::size_t i = 0; i < kDateForm.size(); ++i) {
      const char c = peek(i);
      if (kDateForm[i] == 'd' ? !is_digit(c) : c != kDateForm[i]) {
        return false;
      }
    }
    return true;
  }

  void read_text(Token& token) {
    std::size_t dollars = 0;
    while (peek(dollars) == '$') {
      ++dollars;
    }
    const char quote = peek(dollars);
    if ((quote != '\'' && quote != '"') || dollars > 9) {
      token.kind = TokenKind::kBad;
      bad("'$' stands before a text only, at most nine of them", at_);
      at_ += dollars;
      return;
    }
    const std::size_t open = at_ + dollars;
    const std::size_t close = end_of_text(text_, open, end_, dollars, 0);
    if (close == std::string_view::npos || close > end_) {
      token.kind = TokenKind::kBad;
      bad(std::string(kTextDoesNotEnd) +
              (slip_ ? text_slip(source_, slip_->offset, slip_->text) : ""),
          at_);
      at_ = end_;
      return;
    }
    token.kind = TokenKind::kText;
    token.dollars = static_cast<std::uint8_t>(dollars);
    token.text = text_.substr(open + 1, close - open - 2);
    const std::size_t last_line = token.text.rfind('\n');
    if (last_line != std::string_view::npos) {
      line_start_ = open + 1 + last_line + 1;
    }
    // A word is glued to its end: it was to end before, or behind.
    if (!slip_ && close < end_ && is_name(text_[close])) {
      slip_ = token;
    }
    at_ = close;
  }

  void read_escaped(Token& token) {
    const std::size_t close = text_.substr(0, end_).find('`', at_ + 1);
    const std::string_view name = close == std::string_view::npos
                                      ? std::string_view()
                                      : text_.substr(at_ + 1, close - at_ - 1);
    if (name.empty() || name.find('\n') != std::string_view::npos) {
      token.kind = TokenKind::kBad;
      bad("a name in backticks is not empty and ends in its line", at_);
      ++at_;
      return;
    }
    token.kind = TokenKind::kName;
    token.escaped = true;
    token.text = name;
    at_ = close + 1;
  }

  // At the start of a line a slash that is glued to what follows, and has another one behind it,
  // begins the pattern of an arm.
  bool pattern_ahead() const {
    const std::size_t line_end = std::min(text_.find('\n', at_), end_);
    const std::size_t second = std::min(text_.find('/', at_ + 1), line_end);
    return peek(1) != ' ' && peek(1) != '\t' && second < line_end;
  }

  // A slash divides behind an operand, and begins a pattern elsewhere.
  bool follows_operand() const {
    if (tokens_.empty()) {
      return false;
    }
    const Token& last = tokens_.back();
    switch (last.kind) {
      case TokenKind::kName:
        return last.escaped || !wants_operand(last.text);
      case TokenKind::kText:
      case TokenKind::kNumber:
      case TokenKind::kInstant:
      case TokenKind::kCloseParen:
      case TokenKind::kCloseBracket:
      case TokenKind::kCloseBrace:
        return true;
      default:
        return false;
    }
  }

  void read_regex(Token& token) {
    std::size_t i = at_ + 1;
    bool in_class = false;
    while (i < end_ && text_[i] != '\n' && (in_class || text_[i] != '/')) {
      in_class = text_[i] == '[' || (in_class && text_[i] != ']');
      i += text_[i] == '\\' ? 2U : 1U;
    }
    if (i >= end_ || text_[i] != '/') {
      token.kind = TokenKind::kBad;
      bad("this regular expression does not end in its line", at_);
      ++at_;
      return;
    }
    token.kind = TokenKind::kRegex;
    token.text = text_.substr(at_ + 1, i - at_ - 1);
    at_ = i + 1;
    token.flags = static_cast<std::uint8_t>(std::min<std::size_t>(
        take_while(is_name_start).size(), std::numeric_limits<std::uint8_t>::max()));
  }

  const Source& source_;
  const std::string_view text_;
  std::size_t at_;
  const std::size_t end_;
  std::size_t line_start_ = 0;
  std::uint32_t line_column_ = 1;
  bool fresh_line_ = true;
  std::optional<Token> slip_;  // the first text that ends where it was likely not meant to
  std::vector<std::uint32_t> open_;
  std::vector<Token> tokens_;
  std::vector<Diagnostic>& diagnostics_;
};

}  // namespace

std::size_t end_of_interpolated(std::string_view text, std::size_t at, std::size_t end,
                                std::size_t braces) {
  return end_of_expression(text, at, end, braces, 0);
}

std::vector<Token> lex(const Source& source, std::uint32_t begin, std::uint32_t end,
                       std::vector<Diagnostic>& diagnostics) {
  return Lexer(source, begin, end, diagnostics).run();
}

}  // namespace daybook::reactor
