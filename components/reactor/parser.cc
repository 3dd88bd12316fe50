#include "components/reactor/parser.h"

#include <algorithm>
#include <array>

#include "components/reactor/limits.h"

namespace daybook::reactor {

Parser::Parser(Program& program, ModuleLoader& loader, CompileBudget& budget,
               std::vector<Diagnostic>& diagnostics)
    : program_(program), loader_(loader), budget_(budget), diagnostics_(diagnostics) {
  // Others' faults stand there too.
  const std::size_t before = diagnostics_.size();
  const auto size = static_cast<std::uint32_t>(program.source.text().size());
  tokens_ = lex(program.source, 0, size, diagnostics_);
  syntax_ok_ = diagnostics_.size() == before;
}

bool Parser::run() {
  std::vector<Statement> statements;
  if (const auto prelude = loader_.prelude()) {
    program_.modules.push_back(prelude);
    import_names(prelude, program_.modules.size() - 1);
  }
  while (token().kind != TokenKind::kEnd && diagnostics_.size() < kDiagnosticsMax) {
    layout_ = {};
    depth_ = 0;
    in_pattern_ = false;
    const Scopes::Mark mark = scopes_.mark();
    const std::size_t start = at_;
    try {
      statement(statements);
    } catch (const Failed&) {
      scopes_.restore(mark);
      define_unread(start);
      skip_to_statement(start);
    }
  }
  auto* body = node<BlockNode>(NodeKind::kBlock, 0);
  body->statements = keep(statements);
  for (const Statement& s : statements) {
    body->outputs = static_cast<std::uint16_t>(body->outputs + (s.kind == Statement::Kind::kFrom));
  }
  program_.body = body;
  std::sort(program_.inside_bodies.begin(), program_.inside_bodies.end());
  program_.parameters = keep(parameters_);
  program_.frame = scopes_.frame();
  return syntax_ok_;
}

// A word before '=' is the name of a field, whatever it says elsewhere.
bool Parser::is_word(std::string_view word) const {
  return is(TokenKind::kName) && !token().escaped && token().text == word &&
         ahead(1).kind != TokenKind::kAssign;
}

bool Parser::ahead_is_word(std::size_t n, std::string_view word) const {
  const Token& t = ahead(n);
  return t.kind == TokenKind::kName && !t.escaped && t.text == word;
}

Token Parser::take() {
  const Token out = token();
  if (out.kind != TokenKind::kEnd) {
    ++at_;
  }
  return out;
}

bool Parser::take_if(TokenKind k) {
  const bool there = is(k);
  at_ += there ? 1 : 0;
  return there;
}

bool Parser::take_word(std::string_view word) {
  const bool there = is_word(word);
  at_ += there ? 1 : 0;
  return there;
}

Token Parser::expect(TokenKind k, std::string_view what) {
  if (!is(k)) {
    fail("expected " + std::string(what) + ", not " + shown(token()));
  }
  return take();
}

Token Parser::expect_name(std::string_view what) {
  return expect(TokenKind::kName, what);
}

std::string Parser::shown(const Token& t) {
  switch (t.kind) {
    case TokenKind::kEnd:
      return "the end";
    case TokenKind::kText:
      return "a text";
    case TokenKind::kRegex:
      return "a regular expression";
    default:
      return "'" + std::string(t.text.substr(0, 40)) + "'";
  }
}

void Parser::fail(std::string_view message) {
  fail_at(std::string(message) + explained(), token().offset);
}

void Parser::fail_at(std::string_view message, std::uint32_t offset) {
  // What the lexer could not read is reported already.
  if (token().kind != TokenKind::kBad) {
    report("SYNTAX", message, offset);
  }
  syntax_ok_ = false;
  throw Failed{};
}

void Parser::report(std::string_view code, std::string_view message, std::uint32_t offset) {
  if (diagnostics_.size() < kDiagnosticsMax) {
    diagnostics_.push_back(program_.source.diagnose(code, message, offset));
  }
}

std::uint16_t Parser::slot(std::uint32_t at) {
  const auto out = scopes_.new_slot();
  if (!out) {
    fail_at("there are more than " + std::to_string(kSlotsMax) + " names here", at);
  }
  return *out;
}

bool Parser::starts_statement(const Token& t) const {
  constexpr std::array kWords = {"let", "from", "param", "import", "export"};
  return t.kind == TokenKind::kName && !t.escaped &&
         std::find(kWords.begin(), kWords.end(), t.text) != kWords.end();
}

void Parser::chained(std::size_t& operands, std::uint32_t at) {
  if (++operands > kChainMax) {
    fail_at("a chain has at most " + std::to_string(kChainMax) + " parts; name some with let", at);
  }
}

// The name of a statement that could not be read is known all the same: who uses it is not at
// fault.
void Parser::define_unread(std::size_t start) {
  const Token& word = tokens_[start];
  const Token& name = tokens_[std::min(start + 1, tokens_.size() - 1)];
  if (!starts_statement(word) || word.text == "from" || word.text == "import" ||
      name.kind != TokenKind::kName || scopes_.find_in_block(name.text) != nullptr) {
    return;
  }
  const auto place = scopes_.new_slot();
  const TokenKind behind = tokens_[std::min(start + 2, tokens_.size() - 1)].kind;
  const bool value = behind == TokenKind::kAssign || behind == TokenKind::kColon;
  if (place) {
    scopes_.define({name.text, value ? Binding::Kind::kValue : Binding::Kind::kFunction, *place, 1,
                    false, false, nullptr, 0});
  }
}

// Goes on behind a fault where a line begins with a statement, not right of the one at fault.
void Parser::skip_to_statement(std::size_t start) {
  at_ = std::max(at_, start + 1);
  for (; token().kind != TokenKind::kEnd; ++at_) {
    if (token().first_on_line && starts_statement(token()) &&
        token().column <= tokens_[start].column && ahead(1).kind != TokenKind::kAssign) {
      return;
    }
  }
}

}  // namespace daybook::reactor
