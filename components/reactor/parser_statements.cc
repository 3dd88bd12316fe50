// import, param, let, export, from; and blocks of them.
#include <algorithm>

#include "components/reactor/limits.h"
#include "components/reactor/parser.h"

namespace daybook::reactor {

void Parser::statement(std::vector<Statement>& out) {
  const Token t = token();
  if (!starts_statement(t)) {
    fail(no_statement());
  }
  if (out.size() >= kStatementsMax) {
    fail("there are more than " + std::to_string(kStatementsMax) + " statements here");
  }
  if (t.text == "from") {
    from_statement(out);
  } else if (t.text == "let") {
    let_statement(out, false);
  } else if (!top_level_) {
    fail("'" + std::string(t.text) + "' stands at the top of a component only");
  } else if (t.text == "import") {
    import_statement();
  } else if (t.text == "param") {
    param_statement(out);
  } else {
    let_statement(out, true);
  }
}

// import 'resources'; import { a, b } from '../helpers/auth.module.hrc'
void Parser::import_statement() {
  take();
  std::vector<Token> names;
  const bool some = take_if(TokenKind::kOpenBrace);
  if (some) {
    while (!is(TokenKind::kCloseBrace)) {
      names.push_back(expect_name("a name to import"));
      take_if(TokenKind::kComma);
    }
    take();
    if (!take_word("from")) {
      fail("expected 'from' and the module");
    }
  }
  const Token from = expect(TokenKind::kText, "the module as a text");
  if (is_standard_module(from.text)) {
    for (const Token& name : names) {
      const BuiltinEntry* entry = find_builtin(name.text);
      if (entry == nullptr || entry->module != from.text) {
        report("UNKNOWN_NAME",
               "'" + std::string(from.text) + "' exports no '" + std::string(name.text) + "'",
               name.offset);
      }
    }
    return;
  }
  std::string reason;
  auto module = loader_.load(from.text, reason);
  const auto needed = [](const Parameter& p) { return p.fallback == nullptr; };
  if (module && std::any_of(module->parameters.begin(), module->parameters.end(), needed)) {
    reason = "'" + std::string(from.text) + "' takes parameters, so it cannot be imported";
    module = nullptr;
  }
  if (!module) {
    report("UNKNOWN_MODULE", reason, from.offset);
    for (const Token& name : names) {
      define({name.text, Binding::Kind::kFunction, slot(name.offset), 1, false, false, nullptr, 0},
             false);
    }
    return;
  }
  program_.modules.push_back(module);
  const std::size_t index = program_.modules.size() - 1;
  if (!some) {
    import_names(module, index);
  }
  for (const Token& name : names) {
    const auto found = std::find_if(module->exports.begin(), module->exports.end(),
                                    [&](const Export& e) { return e.name == name.text; });
    if (found == module->exports.end() && diagnostics_.size() < kDiagnosticsMax) {
      no_export(from, name, *module);
    }
    if (found == module->exports.end()) {
      continue;
    }
    import_one(*found, index, name.offset);
  }
}

void Parser::no_export(const Token& from, const Token& name, const Program& module) {
  Near near(name.text);
  for (const Export& e : module.exports) {
    near.offer(e.name);
  }
  report(
      "UNKNOWN_NAME",
      "'" + std::string(from.text) + "' exports no '" + std::string(name.text) + "'" + near.hint(),
      name.offset);
}

void Parser::import_names(const std::shared_ptr<const Program>& module, std::size_t index) {
  for (const Export& e : module->exports) {
    import_one(e, index, 0);
  }
}

void Parser::import_one(const Export& e, std::size_t module, std::uint32_t at) {
  Binding binding{e.name, e.kind, 0, e.parameters, e.curried, e.acts, e.type, at};
  if (e.kind != Binding::Kind::kType) {
    binding.slot = slot(at);
    program_.imported.push_back({module, e.slot, binding.slot});
  }
  scopes_.define(binding);
}

void Parser::param_statement(std::vector<Statement>& out) {
  const Token word = take();
  const Token name = expect_name("the parameter's name");
  Parameter parameter{name.text, nullptr, nullptr, name.offset, slot(word.offset)};
  if (take_if(TokenKind::kColon)) {
    parameter.type = type();
  }
  if (take_if(TokenKind::kAssign)) {
    parameter.fallback = expression();
  }
  if (parameters_.size() >= kArgumentsMax) {
    fail_at("a component has at most " + std::to_string(kArgumentsMax) + " parameters",
            name.offset);
  }
  Binding binding{name.text,  Binding::Kind::kValue, parameter.slot, 0, false, false, nullptr,
                  name.offset};
  if (parameter.type != nullptr && parameter.type->kind == TypeKind::kFunction) {
    binding.kind = Binding::Kind::kFunction;
    binding.parameters = static_cast<std::uint8_t>(parameter.type->parts.size() - 1);
  }
  define(binding, false);
  // The default is computed here, so that it may use what stands before it.
  if (parameter.fallback != nullptr) {
    out.push_back({Statement::Kind::kParameter, false, parameter.slot, parameter.type,
                   parameter.fallback, name.text, name.offset});
  }
  parameters_.push_back(parameter);
}

void Parser::define(const Binding& binding, bool exported) {
  if (const Binding* there = scopes_.find_in_block(binding.name);
      there != nullptr && there->at > 0) {
    const Position before = program_.source.position_of(there->at);
    report("REPEATED_NAME",
           "'" + std::string(binding.name) + "' is defined in line " + std::to_string(before.line) +
               " already",
           binding.at);
  }
  if (!scopes_.define(binding)) {
    fail_at("there are more than " + std::to_string(kSlotsMax) + " names here", binding.at);
  }
  if (exported) {
    program_.exports.push_back({binding.name, binding.slot, binding.kind, binding.parameters,
                                binding.curried, binding.acts, binding.type});
  }
}

void Parser::let_statement(std::vector<Statement>& out, bool exported) {
  const Keep<Layout> layout(layout_);
  layout_.arm = false;  // a `from` follows before the next arm
  take();
  take_word("let");  // `export let x = …` says the same as `export x = …`
  const Token name = expect_name("a name");
  const bool one_parameter = is(TokenKind::kName) && !starts_statement(token()) &&
                             (ahead(1).kind == TokenKind::kLambda ||
                              ahead(1).kind == TokenKind::kThen || ahead_is_word(1, "when"));
  if (is(TokenKind::kOpenParen) || one_parameter) {
    let_function(name, out, exported);
  } else {
    let_value(name, out, exported);
  }
}

// let n = e, let n: T = e, let n |> e; let N: T names a type.
void Parser::let_value(const Token& name, std::vector<Statement>& out, bool exported) {
  Statement s{Statement::Kind::kLet, false, 0, nullptr, nullptr, name.text, name.offset};
  if (take_if(TokenKind::kColon)) {
    s.type = type();
    if (!is(TokenKind::kAssign)) {
      auto* alias = type_node(TypeKind::kAlias, name.offset);
      alias->name = name.text;
      with_parts(alias, {s.type});
      define({name.text, Binding::Kind::kType, 0, 0, false, false, alias, name.offset}, exported);
      return;
    }
  }
  if (!take_if(TokenKind::kAssign) && !take_if(TokenKind::kThen) && !take_if(TokenKind::kLambda)) {
    fail("expected '=' and a value, not " + shown(token()));
  }
  const std::size_t acts_before = acts_;
  s.value = expression();
  const bool acts = acts_ > acts_before;
  Binding binding{name.text,  Binding::Kind::kValue, slot(name.offset), 0, false, false, nullptr,
                  name.offset};
  if (s.value->kind == NodeKind::kLambda) {
    const auto* lambda = static_cast<const Lambda*>(s.value);
    binding.kind = Binding::Kind::kFunction;
    binding.parameters = static_cast<std::uint8_t>(lambda->parameters.size());
    binding.acts = acts;
    acts_ = acts_before;
  } else {
    s.forced = acts;
  }
  s.slot = binding.slot;
  define(binding, exported);
  out.push_back(s);
}

// let f(a, b: T) => body, let f a => body, let g (x) |> body, let g (x) when c |> body.
void Parser::let_function(const Token& name, std::vector<Statement>& out, bool exported) {
  const std::size_t acts_before = acts_;
  const std::uint32_t column = name.line_column;
  scopes_.enter_function();
  const std::vector<Parameter> parameters = parameter_list();
  defining_.push_back(name.text);
  const Lambda* lambda = function(parameters, name.offset, {.column = column, .guarded = true});
  defining_.pop_back();
  const_cast<Lambda*>(lambda)->name = name.text;
  Binding binding{name.text,  Binding::Kind::kFunction, slot(name.offset), 0, false, false, nullptr,
                  name.offset};
  binding.parameters = static_cast<std::uint8_t>(lambda->parameters.size());
  binding.curried = lambda->body->kind == NodeKind::kLambda;
  binding.acts = acts_ > acts_before;
  acts_ = acts_before;
  define(binding, exported);
  out.push_back(
      {Statement::Kind::kLet, false, binding.slot, nullptr, lambda, name.text, name.offset});
}

void Parser::from_statement(std::vector<Statement>& out) {
  const Token word = take();
  Statement s{Statement::Kind::kFrom, false, 0, nullptr, nullptr, {}, word.offset};
  const std::size_t acts_before = acts_;
  s.value = expression();
  s.forced = acts_ > acts_before;
  out.push_back(s);
}

// The statements of a body: they end where one stands left of the first.
const BlockNode* Parser::block(std::uint32_t at) {
  const Keep<Layout> layout(layout_);
  const Keep<bool> top(top_level_);
  top_level_ = false;
  const std::uint32_t outer = layout_.limit;
  const std::uint32_t column = token().column;
  layout_.limit = std::max(layout_.limit, token().column - 1);
  layout_.pipe = layout_.limit;
  scopes_.enter_block();
  std::vector<Statement> statements;
  while (is(TokenKind::kName) && starts_statement(token()) && (is_word("let") || is_word("from"))) {
    statement(statements);
  }
  scopes_.leave_block();
  auto* out = node<BlockNode>(NodeKind::kBlock, at);
  out->statements = keep(statements);
  for (const Statement& s : statements) {
    out->outputs = static_cast<std::uint16_t>(out->outputs + (s.kind == Statement::Kind::kFrom));
  }
  if (out->outputs == 0) {
    const Token& next = token();
    const bool left = next.first_on_line && ahead_is_word(0, "from") && next.column > outer &&
                      next.column < column;
    fail_at("a block gives something with 'from'" +
                std::string(left ? "; the one below stands left of the block's first line" : ""),
            at);
  }
  return out;
}

const Node* Parser::body() {
  const bool is_block = is_word("let") || is_word("from");
  return is_block ? block(token().offset) : expression();
}

}  // namespace daybook::reactor
