// Tokens to the tree of a program; names are resolved on the way, because what a name is (a
// function, a filter, a variable) decides how the words behind it are read.
//
// Layout: inside brackets line ends mean nothing. Elsewhere a token that is the first on its line
// and stands at or left of `layout_.limit` ends what is being read: the body of a lambda, the arm
// of a match; one that would go on a pipe does so left of `layout_.pipe` already. The rules are in
// docs/reactor-language.md, "Layout". Private to components/reactor.
#pragma once

#include <string>
#include <vector>

#include "components/reactor/compile_budget.h"
#include "components/reactor/layout.h"
#include "components/reactor/lexer.h"
#include "components/reactor/program_parts.h"
#include "components/reactor/scope.h"

namespace daybook::reactor {

// Finds a module for an import; null and a reason when there is none.
class ModuleLoader {
 public:
  virtual ~ModuleLoader() = default;
  virtual std::shared_ptr<const Program> load(std::string_view path, std::string& reason) = 0;
  virtual std::shared_ptr<const Program> prelude() = 0;  // may be null
};

class Parser {
 public:
  Parser(Program& program, ModuleLoader& loader, CompileBudget& budget,
         std::vector<Diagnostic>& diagnostics);

  // Fills the program. False when the text could not be read as a program; names that are not there
  // are diagnostics only.
  bool run();

 private:
  struct Failed {};  // thrown to the statement that is being read

  // Restores what it was made with when it goes, whatever happens.
  template <typename T>
  class Keep {
   public:
    explicit Keep(T& place) : place_(place), before_(place) {}
    ~Keep() { place_ = before_; }
    Keep(const Keep&) = delete;
    Keep& operator=(const Keep&) = delete;

   private:
    T& place_;
    T before_;
  };

  // parser.cc: tokens, layout, errors, nodes.
  const Token& token() const { return tokens_[at_]; }
  const Token& ahead(std::size_t n) const {
    return tokens_[at_ + n < tokens_.size() ? at_ + n : tokens_.size() - 1];
  }
  bool blocked(const Token& t) const { return t.first_on_line && t.column <= layout_.limit; }
  // The next token goes on what stands before it, rather than what is around that.
  bool goes_on() const { return !token().first_on_line || token().column > layout_.pipe; }
  // kEnd where layout ends the construct.
  TokenKind kind() const { return blocked(token()) ? TokenKind::kEnd : token().kind; }
  bool is(TokenKind k) const { return kind() == k; }
  bool is_word(std::string_view word) const;
  bool ahead_is_word(std::size_t n, std::string_view word) const;
  Token take();
  bool take_if(TokenKind k);
  bool take_word(std::string_view word);
  Token expect(TokenKind k, std::string_view what);
  Token expect_name(std::string_view what);
  [[noreturn]] void fail(std::string_view message);
  [[noreturn]] void fail_at(std::string_view message, std::uint32_t offset);
  void report(std::string_view code, std::string_view message, std::uint32_t offset);
  static std::string shown(const Token& t);
  template <typename T>
  std::span<const T> keep(const std::vector<T>& items);
  template <typename T>
  T* node(NodeKind kind, std::uint32_t at);
  std::uint16_t slot(std::uint32_t at);
  void define_unread(std::size_t start);
  void skip_to_statement(std::size_t start);
  void chained(std::size_t& operands, std::uint32_t at);

  // parser_hints.cc: what is said of the token at hand, which nothing takes.
  std::string unexpected(std::string_view expected) const;
  // What was likely meant: "; there is …", or nothing.
  std::string no_statement() const;
  std::string meant_statement() const;
  std::string meant_name(std::string_view word) const;
  std::string meant_field(const Token& word) const;
  std::string explained() const;
  std::string unexpected_word() const;
  std::string unexpected_argument() const;

  // parser_statements.cc
  void statement(std::vector<Statement>& out);
  void import_statement();
  void no_export(const Token& from, const Token& name, const Program& module);
  void import_names(const std::shared_ptr<const Program>& module, std::size_t index);
  void import_one(const Export& exported, std::size_t module, std::uint32_t at);
  void param_statement(std::vector<Statement>& out);
  void let_statement(std::vector<Statement>& out, bool exported);
  void let_value(const Token& name, std::vector<Statement>& out, bool exported);
  void let_function(const Token& name, std::vector<Statement>& out, bool exported);
  void define(const Binding& binding, bool exported);
  void from_statement(std::vector<Statement>& out);
  const BlockNode* block(std::uint32_t at);
  const Node* body();
  bool starts_statement(const Token& t) const;

  // parser_expressions.cc
  const Node* expression();
  const Node* any_of();
  const Node* all_of();
  const Node* negation();
  const Node* comparison();
  const Node* sum();
  const Node* product();
  const Node* match(const Node* subject, std::uint32_t at);
  Arm arm(std::uint32_t column);
  bool starts_arm(std::uint32_t column) const;
  const Node* lambda(const Token* anchor);
  bool lambda_ahead() const;
  std::vector<Parameter> parameter_list();
  // A body ends where a line starts at `column` or left of it; with `pipes_too` a pipe in it ends
  // where one starts left of the body. `guarded`: `when <condition>` may stand before it.
  struct BodyLayout {
    std::uint32_t column;
    bool pipes_too = false;
    bool guarded = false;
    bool argument = false;  // of a filter
  };
  const Lambda* function(const std::vector<Parameter>& parameters, std::uint32_t at,
                         const BodyLayout& where);

  // parser_pipes.cc
  const Node* pipe();
  void took(const Token& word);
  const Node* pipe_word(const Node* value);
  const Node* pipe_builtin(const Node* value, const BuiltinEntry& entry);
  const Node* pipe_function(const Node* value, const Reference& target);
  void refuse_minus(const BuiltinEntry& entry, const Token& word);
  const Node* where(const Node* value);
  const Node* order_by(const Node* value);
  const Node* join(const Node* value, std::string_view left_name);
  const Node* with(const Node* value);
  const Node* argument(const Token& anchor);
  bool starts_argument();
  std::vector<const Node*> argument_list();
  bool starts_operand(const Token& t) const;
  bool filter_ahead();

  // parser_operands.cc
  const Node* operand();
  const Node* postfix();
  void reads(const Node& key);
  const Node* postfix_of(const Node* value);
  bool called(const Node& callee) const;
  const Node* primary();
  const Node* name();
  const Node* reference(const Reference& target, const Token& word);
  const Node* call_function(const Reference& target, const Token& word);
  const Node* call_builtin(const BuiltinEntry& entry, const Token& word);
  const Node* builtin_call(const BuiltinEntry& entry, std::vector<const Node*> arguments,
                           std::uint32_t at);
  const Node* parenthesised();
  void refuse_arrow();
  const Node* list();
  const Node* braces();
  const RecordNode* record(std::uint32_t at);
  const Node* map(std::uint32_t at);
  const Node* query();
  Navigation navigation(std::uint32_t column);
  const Node* unknown(const Token& word);
  const Node* unknown_call(const Token& word);
  [[noreturn]] void fail_unknown(const Token& word, std::string_view here);
  const BuiltinEntry* qualified() const;
  const Node* of_module(const Token& module);
  const ConstantNode* constant(const Value& value, std::uint32_t at);

  // parser_literals.cc
  const Node* number();
  const Node* text();
  const Node* interpolation(const Token& t);
  const Node* interpolated(std::uint32_t begin, std::uint32_t end);
  Value literal_text(std::string_view raw, char quote);
  Value literal_number(const Token& t);
  Value literal_instant(const Token& t);
  Value literal_regex(const Token& t);
  std::optional<Span::Unit> unit_ahead() const;

  // parser_types.cc
  const TypeNode* type();
  const TypeNode* type_and();
  const TypeNode* type_not();
  const TypeNode* type_primary();
  const TypeNode* type_name();
  std::string meant_type(std::string_view word) const;
  const TypeNode* type_literal();
  const TypeNode* type_parenthesised();
  const TypeNode* type_element(std::string_view& name);
  const TypeNode* type_braces();
  TypeNode* type_node(TypeKind kind, std::uint32_t at);
  const TypeNode* with_parts(TypeNode* type, const std::vector<const TypeNode*>& parts);
  const TypeNode* pattern();

  Program& program_;
  ModuleLoader& loader_;
  CompileBudget& budget_;
  std::vector<Diagnostic>& diagnostics_;
  Scopes scopes_;
  std::vector<std::string_view> defining_;  // functions whose bodies are being read
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  Layout layout_;
  MissedArm missed_arm_;
  std::size_t depth_ = 0;
  std::size_t acts_ = 0;     // acting calls read so far
  std::size_t ordered_ = 0;  // the token behind the last `order by`
  bool in_pattern_ = false;
  bool top_level_ = true;
  bool syntax_ok_ = true;
  std::vector<Parameter> parameters_;
};

template <typename T>
std::span<const T> Parser::keep(const std::vector<T>& items) {
  T* to = program_.arena.array<T>(items.size());
  std::uninitialized_copy(items.begin(), items.end(), to);
  return {to, items.size()};
}

template <typename T>
T* Parser::node(NodeKind kind, std::uint32_t at) {
  T* out = program_.arena.make<T>();
  out->kind = kind;
  out->at = at;
  return out;
}

}  // namespace daybook::reactor
