// What is said of a token that nothing takes: the mistakes that people make have a sentence each.
#include <array>
#include <string>

#include "components/reactor/limits.h"
#include "components/reactor/near.h"
#include "components/reactor/parser.h"
#include "components/reactor/slips.h"

namespace daybook::reactor {
namespace {

std::string quoted(std::string_view word) {
  return "'" + std::string(word.substr(0, 40)) + "'";
}

// A filter whose name is nearly that.
std::string filter_like(std::string_view word) {
  Near near(word);
  for (const BuiltinEntry& entry : builtins()) {
    if (entry.filter) {
      near.offer(entry.name);
    }
  }
  return near.hint();
}

}  // namespace

// Of a token that begins no statement.
std::string Parser::no_statement() const {
  constexpr std::string_view kStatements = "let, from, param, import or export";
  const Token& t = token();
  const Token& name = tokens_[at_ > 0 ? at_ - 1 : 0];
  if (at_ > 1 && !t.first_on_line && name.kind == TokenKind::kName &&
      tokens_[at_ - 2].text == "param") {
    return "expected " + std::string(kStatements) + ", not " + shown(t) +
           "; a type stands behind a colon: " + std::string(name.text) + ": text";
  }
  const std::string message = unexpected(kStatements);
  return message + (message.starts_with("expected") ? meant_statement() : "");
}

std::string Parser::meant_statement() const {
  const Token& t = token();
  if (t.kind != TokenKind::kName || t.escaped) {
    return {};
  }
  if (const std::string_view here = said_here(t.text); !here.empty()) {
    return "; " + std::string(here);
  }
  Near near(t.text);
  near.offer_all(std::array{"let", "from", "param", "import", "export"});
  if (!near.found().empty()) {
    return near.hint();
  }
  const Token& next = ahead(1);
  const std::string name(t.text.substr(0, 40));
  if (next.kind == TokenKind::kAssign || next.kind == TokenKind::kColon) {
    return "; a value gets a name by let: let " + name + " = …";
  }
  const TokenKind behind = next.kind == TokenKind::kOpenParen && next.close + 1 < tokens_.size()
                               ? tokens_[next.close + 1].kind
                               : TokenKind::kEnd;
  if (behind == TokenKind::kAssign || behind == TokenKind::kLambda || behind == TokenKind::kThen) {
    return "; a function is written let " + name + "(…) => …";
  }
  const BuiltinEntry* entry = find_builtin(t.text);
  return entry != nullptr && entry->filter && t.first_on_line
             ? "; a filter that goes on the lines above stands right of where they begin"
             : "";
}

std::string Parser::meant_name(std::string_view word) const {
  if (diagnostics_.size() >= kDiagnosticsMax) {
    return {};  // nobody reads it
  }
  if (const std::string_view here = word_here(word); !here.empty()) {
    return "; there is " + quoted(here);
  }
  Near near(word);
  scopes_.offer_names(near, false);
  for (const BuiltinEntry& entry : builtins()) {
    if (!entry.filter) {
      near.offer(entry.name);
    }
  }
  return near.hint();
}

// Behind the first word of a record that has no '='.
std::string Parser::meant_field(const Token& word) const {
  if (is(TokenKind::kColon)) {
    return "; a record is written { a = 1 }";
  }
  return starts_statement(word) || !said_here(word.text).empty()
             ? "; braces make a record: a body stands without them, on lines of its own"
             : "";
}

// What stands before the token at hand and explains why it does not fit.
std::string Parser::explained() const {
  const Token& t = token();
  const Source& source = program_.source;
  if (t.offset == missed_arm_.offset && missed_arm_.column > 0) {
    const auto prefix = [&](std::uint32_t at) {
      const std::uint32_t start = source.line_start(at);
      return source.text().substr(start, at - start);
    };
    const bool tab = prefix(t.offset).find('\t') != std::string_view::npos;
    const bool tabs = prefix(missed_arm_.arms).find('\t') != std::string_view::npos;
    return "; the arms of the match above stand in column " + std::to_string(missed_arm_.column) +
           (tab != tabs ? ", and a tab is one column" : "");
  }
  const Token& before = tokens_[at_ > 0 ? at_ - 1 : 0];
  if (before.kind != TokenKind::kText || t.first_on_line) {
    return {};
  }
  const auto end =
      static_cast<std::size_t>(before.text.data() + before.text.size() - source.text().data());
  const bool glued = t.offset == end + 1 && t.kind == TokenKind::kName;
  const bool slip = glued || before.text.find('\n') != std::string_view::npos;
  return slip ? text_slip(source, before.offset, before.text) : "";
}

std::string Parser::unexpected(std::string_view expected) const {
  const Token& t = token();
  const Token& second = ahead(1);
  std::string out;
  switch (t.kind) {
    case TokenKind::kEqual:
    case TokenKind::kNotEqual:
    case TokenKind::kLess:
    case TokenKind::kLessEqual:
    case TokenKind::kGreater:
    case TokenKind::kGreaterEqual:
      out = "comparisons do not chain: 'and' joins two of them";
      break;
    case TokenKind::kAmpersand:
      out = second.kind == TokenKind::kAmpersand ? "conditions are joined by 'and', not '&&'" : "";
      break;
    case TokenKind::kPipe:
      out = second.kind == TokenKind::kPipe ? "conditions are joined by 'or', not '||'" : "";
      break;
    case TokenKind::kAssign:
      out = "'=' names a value; '==' compares two";
      break;
    case TokenKind::kComma:
      out = at_ == ordered_ ? "'order by' takes one field; order by the last of them first" : "";
      break;
    case TokenKind::kName:
      out = unexpected_word();
      break;
    default:
      out = starts_operand(t) ? unexpected_argument() : "";
  }
  const bool behind_value = at_ > 0 && !(t.first_on_line && t.column == 1);
  return behind_value && !out.empty() ? out
                                      : "expected " + std::string(expected) + ", not " + shown(t);
}

// A word behind a value that is no filter.
std::string Parser::unexpected_word() const {
  const Token& t = token();
  if (starts_statement(t) || ahead(1).kind == TokenKind::kAssign) {
    return {};
  }
  if (t.text == "is" && !t.escaped) {
    return "comparisons do not chain: 'and' joins two of them";
  }
  if (std::string argument = unexpected_argument(); !argument.empty()) {
    return argument;
  }
  const std::string word = quoted(t.text);
  if (parse_unit(t.text)) {
    return word + " stands behind a number that is written; else multiply: n * 1 " +
           std::string(t.text);
  }
  if (parse_unit(std::string(t.text) + "s")) {
    return "the units of durations are plurals: '" + std::string(t.text) + "s'";
  }
  const bool behind_number = at_ > 0 && tokens_[at_ - 1].kind == TokenKind::kNumber;
  if (const auto unit = behind_number ? unit_short_for(t.text) : std::nullopt) {
    return "the units of durations are written out: " + quoted(unit_name(*unit));
  }
  if (const BuiltinEntry* entry = find_builtin(t.text); entry != nullptr && !entry->filter) {
    return word + " is a function: it stands before what it is given";
  }
  if (!starts_operand(t) || t.text == "true" || t.text == "false" || t.text == "nothing") {
    return {};
  }
  if (scopes_.peek(t.text) != nullptr) {
    return word + " is no filter, so that it cannot stand behind a value";
  }
  const std::string_view here = said_here(t.text);
  return "there is no filter " + word +
         (here.empty() ? filter_like(t.text) : "; " + std::string(here));
}

// Something behind a name that is not called by it.
std::string Parser::unexpected_argument() const {
  const Token& before = tokens_[at_ > 0 ? at_ - 1 : 0];
  const Binding* own = before.kind == TokenKind::kName ? scopes_.peek(before.text) : nullptr;
  const std::string name(before.text.substr(0, 40));
  if (before.kind == TokenKind::kName && own == nullptr && before.text == "now" &&
      is(TokenKind::kOpenParen)) {
    return "'now' takes no parentheses";
  }
  if (own == nullptr || own->kind == Binding::Kind::kType) {
    return {};
  }
  if (own->kind == Binding::Kind::kFunction) {
    return own->parameters > 1 ? "'" + name + "' takes " + std::to_string(own->parameters) +
                                     " arguments; they stand in parentheses: " + name + "(…)"
                               : "";
  }
  // `xs slect f` is a filter that is not there; `g x` and `g 2` are calls.
  const bool word = is(TokenKind::kName) && scopes_.peek(token().text) == nullptr;
  return word ? ""
              : "what the variable '" + name +
                    "' holds is called with a parenthesis glued on: " + name + "(…)";
}

}  // namespace daybook::reactor
