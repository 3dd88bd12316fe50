#include "components/reactor/piece.h"

#include <algorithm>
#include <array>
#include <string>

#include "components/reactor/lexer.h"

namespace daybook::reactor {
namespace {

constexpr std::array kWordsThatAsk = {"let", "param", "export", "import", "from", "match", "when",
                                      "and", "or",    "not",    "is",     "with", "query"};

bool asks(const Token& last, bool is_field) {
  switch (last.kind) {
    case TokenKind::kName:
      return !last.escaped && !is_field &&
             std::find(kWordsThatAsk.begin(), kWordsThatAsk.end(), last.text) !=
                 kWordsThatAsk.end();
    case TokenKind::kText:
    case TokenKind::kNumber:
    case TokenKind::kInstant:
    case TokenKind::kRegex:
    case TokenKind::kCloseParen:
    case TokenKind::kCloseBracket:
    case TokenKind::kCloseBrace:
    case TokenKind::kBad:
    case TokenKind::kEnd:
      return false;
    default:
      return true;
  }
}

// How many brackets are open at the end; one that closes none is the parser's to find.
std::size_t depth_of(const std::vector<Token>& tokens) {
  std::size_t depth = 0;
  for (const Token& token : tokens) {
    const bool opens = token.kind == TokenKind::kOpenParen ||
                       token.kind == TokenKind::kOpenBracket || token.kind == TokenKind::kOpenBrace;
    const bool closes = token.kind == TokenKind::kCloseParen ||
                        token.kind == TokenKind::kCloseBracket ||
                        token.kind == TokenKind::kCloseBrace;
    depth += opens ? 1U : 0U;
    depth -= closes && depth > 0 ? 1U : 0U;
  }
  return depth;
}

}  // namespace

Piece piece_of(std::string_view text) {
  const Source source("", std::string(text));
  std::vector<Diagnostic> faults;
  const auto end = static_cast<std::uint32_t>(text.size());
  const std::vector<Token> tokens = lex(source, 0, end, faults);
  const bool unclosed = std::any_of(faults.begin(), faults.end(), [](const Diagnostic& fault) {
    return fault.message.starts_with(kTextDoesNotEnd) || fault.message == kCommentDoesNotEnd;
  });
  if (unclosed || depth_of(tokens) > 0) {
    return Piece::kInside;
  }
  if (tokens.size() == 1) {
    return Piece::kNothing;
  }
  const std::size_t last = tokens.size() - 2;
  const bool is_field = last > 0 && tokens[last - 1].kind == TokenKind::kDot;
  return asks(tokens[last], is_field) ? Piece::kAsking : Piece::kWhole;
}

}  // namespace daybook::reactor
