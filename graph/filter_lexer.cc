#include "graph/filter_lexer.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/utf8.h"
#include "graph/limits.h"
#include "graph/value.h"

namespace daybook::graph {
namespace {

using TokenKind = Token::Kind;

bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_word(char c) {
  return is_word_start(c) || is_digit(c);
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

class Lexer {
 public:
  Lexer(std::string_view text, std::string_view field) : text_(text), field_(field) {}

  Result<std::vector<Token>> run() {
    for (;;) {
      while (at_ < text_.size() && is_space(text_[at_])) {
        ++at_;
      }
      if (at_ == text_.size()) {
        out_.push_back({TokenKind::kEnd, {}, {}, {at_, 0}});
        return std::move(out_);
      }
      DAYBOOK_TRY(take());
    }
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  tl::unexpected<Error> refuse(Place place, std::string_view message) const {
    return filter_error(text_, place, message, field_, "GRAPH_FILTER");
  }
  void add(TokenKind kind, std::size_t begin, std::string text,
           std::vector<std::string> path = {}) {
    out_.push_back({kind, std::move(text), std::move(path), {begin, at_ - begin}});
  }
  void add_sign(TokenKind kind, std::size_t size) {
    const std::size_t begin = at_;
    at_ += size;
    add(kind, begin, std::string(text_.substr(begin, size)));
  }

  Status take() {
    const char c = peek();
    if (c == '\'' || c == '"') {
      const std::size_t begin = at_;
      DAYBOOK_ASSIGN(std::string inside, take_quoted(c, "text"));
      add(TokenKind::kText, begin, std::move(inside));
      return {};
    }
    if (take_uuid() || take_instant()) {
      return {};
    }
    if (is_date()) {
      const std::string_view date = text_.substr(at_, kDateSize);
      return refuse({at_, kDateSize}, "a day alone is no instant: its midnight is " +
                                          std::string(date) + "T00:00:00Z");
    }
    if (is_digit(c)) {
      return take_number();
    }
    if (is_word_start(c) || c == '`') {
      return take_word();
    }
    return take_sign(c);
  }

  Status take_sign(char c) {
    switch (c) {
      case '(':
        add_sign(TokenKind::kOpen, 1);
        return {};
      case ')':
        add_sign(TokenKind::kClose, 1);
        return {};
      case '[':
        add_sign(TokenKind::kOpenList, 1);
        return {};
      case ']':
        add_sign(TokenKind::kCloseList, 1);
        return {};
      case ',':
        add_sign(TokenKind::kComma, 1);
        return {};
      case '+':
        add_sign(TokenKind::kPlus, 1);
        return {};
      case '-':
        add_sign(TokenKind::kMinus, 1);
        return {};
      case '<':
      case '>':
      case '=':
        add_sign(TokenKind::kCompare, peek(1) == '=' ? 2 : 1);
        return {};
      case '!':
        if (peek(1) == '=') {
          add_sign(TokenKind::kCompare, 2);
          return {};
        }
        return refuse({at_, 1}, "'!' stands for nothing: use 'not', or '!=' between two values");
      default:
        return refuse({at_, 1}, "this character stands for nothing in a filter");
    }
  }

  // From the quote at at_ to the same quote; a doubled one stands for itself.
  Result<std::string> take_quoted(char quote, std::string_view what) {
    const std::size_t begin = at_++;
    std::string out;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] != quote) {
        out += text_[at_];
      } else if (peek(1) == quote) {
        out += quote;
        ++at_;
      } else {
        ++at_;
        return out;
      }
    }
    return refuse({begin, 1}, "this " + std::string(what) + " has no end: a " +
                                  std::string(1, quote) + " is missing");
  }

  bool take_uuid() {
    const std::string_view piece = text_.substr(at_, 36);
    const char behind = peek(36);
    if (!Uuid::parse(piece) || is_word(behind) || behind == '-') {
      return false;
    }
    const std::size_t begin = at_;
    at_ += 36;
    add(TokenKind::kUuid, begin, std::string(piece));
    return true;
  }

  bool digits_at(std::size_t ahead, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(peek(ahead + i))) {
        return false;
      }
    }
    return true;
  }

  static constexpr std::size_t kDateSize = 10;

  // 2025-11-15
  bool is_date() const {
    return digits_at(0, 4) && peek(4) == '-' && digits_at(5, 2) && peek(7) == '-' &&
           digits_at(8, 2);
  }

  // 2025-11-15T00:00[:00[.000]][Z|±hh[:mm]]: as far as it has that form.
  bool take_instant() {
    if (!(is_date() && peek(10) == 'T' && digits_at(11, 2) && peek(13) == ':' &&
          digits_at(14, 2))) {
      return false;
    }
    const std::size_t begin = at_;
    at_ += 16;
    if (peek() == ':' && digits_at(1, 2)) {
      at_ += 3;
      if (peek() == '.' && is_digit(peek(1))) {
        ++at_;
        while (is_digit(peek())) {
          ++at_;
        }
      }
    }
    if (peek() == 'Z' || peek() == 'z') {
      ++at_;
    } else if ((peek() == '+' || peek() == '-') && digits_at(1, 2)) {
      at_ += 3;
      at_ += peek() == ':' && digits_at(1, 2) ? 3U : digits_at(0, 2) ? 2U : 0U;
    }
    add(TokenKind::kInstant, begin, std::string(text_.substr(begin, at_ - begin)));
    return true;
  }

  Status take_number() {
    const std::size_t begin = at_;
    while (is_digit(peek())) {
      ++at_;
    }
    if (peek() == '.' && is_digit(peek(1))) {
      ++at_;
      while (is_digit(peek())) {
        ++at_;
      }
    }
    const std::string_view number = text_.substr(begin, at_ - begin);
    if (is_word(peek())) {
      return refuse({at_, 1}, "a number ends here, but no space follows it");
    }
    if (!Decimal::parse(number)) {
      return refuse({begin, number.size()}, "not a number: no zeros before it, at most " +
                                                std::to_string(kFilterDigitsMax) + " digits");
    }
    add(TokenKind::kNumber, begin, std::string(number));
    return {};
  }

  // A name of parts with dots between them; hyphens may stand inside a part, for unquoted texts.
  Status take_word() {
    const std::size_t begin = at_;
    std::vector<std::string> path;
    bool escaped = false;
    for (;;) {
      if (peek() == '`') {
        DAYBOOK_ASSIGN(std::string part, take_quoted('`', "name"));
        if (part.empty()) {
          return refuse({at_ - 2, 2}, "a name has at least one character");
        }
        path.push_back(std::move(part));
        escaped = true;
      } else {
        path.push_back(take_part(path.empty()));
      }
      if (peek() != '.' || !(is_word(peek(1)) || peek(1) == '`')) {
        break;
      }
      ++at_;
    }
    const std::string_view text = text_.substr(begin, at_ - begin);
    add(escaped ? TokenKind::kPath : TokenKind::kWord, begin, std::string(text), std::move(path));
    return {};
  }

  std::string take_part(bool first) {
    const std::size_t begin = at_;
    while (is_word(peek()) || (peek() == '-' && is_word(peek(1)))) {
      if (peek() == '-' && first && text_.substr(begin, at_ - begin) == "now") {
        break;  // now-7 days
      }
      ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string_view text_;
  std::string_view field_;
  std::size_t at_ = 0;
  std::vector<Token> out_;
};

// Characters, not bytes, so that the caret stands where a reader sees it.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

}  // namespace

tl::unexpected<Error> filter_error(std::string_view filter, Place place, std::string_view message,
                                   std::string_view field, std::string_view reason) {
  constexpr std::size_t kShown = 100;  // bytes of the line on either side of the place
  const std::size_t at = std::min(place.at, filter.size());
  const std::size_t newline = filter.substr(0, at).rfind('\n');
  const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  const std::size_t end = std::min(filter.find('\n', at), filter.size());
  const auto line = 1 + std::count(filter.begin(), filter.begin() + static_cast<long>(at), '\n');
  std::size_t from = at - begin > kShown ? at - kShown : begin;
  while (from < at && (static_cast<unsigned char>(filter[from]) & 0xc0U) == 0x80U) {
    ++from;
  }
  std::size_t to = std::min(end, at + kShown);
  while (to < end && (static_cast<unsigned char>(filter[to]) & 0xc0U) == 0x80U) {
    ++to;
  }
  std::string shown(filter.substr(from, to - from));
  std::replace(shown.begin(), shown.end(), '\t', ' ');
  std::replace(shown.begin(), shown.end(), '\r', ' ');
  const std::size_t carets =
      std::max<std::size_t>(1, width(filter.substr(at, std::min(place.size, to - at))));
  std::string text = "line " + std::to_string(line) + ", column " +
                     std::to_string(1 + width(filter.substr(begin, at - begin))) + ": ";
  text += message;
  text += "\n  " + shown + "\n  " + std::string(width(filter.substr(from, at - from)), ' ') +
          std::string(carets, '^');
  return fail(Code::kInvalid, reason, text, field);
}

Result<std::vector<Token>> lex(std::string_view filter, std::string_view field) {
  if (filter.size() > kFilterBytesMax) {
    return fail(Code::kInvalid, "GRAPH_FILTER",
                "the filter is over the limit of " + std::to_string(kFilterBytesMax) + " bytes",
                field);
  }
  if (const auto bad = find_bad_utf8(filter)) {
    return fail(Code::kInvalid, "GRAPH_FILTER",
                "the filter is not UTF-8 at byte " + std::to_string(*bad), field);
  }
  return Lexer(filter, field).run();
}

}  // namespace daybook::graph
