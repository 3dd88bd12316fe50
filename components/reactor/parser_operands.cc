// What pipes and operators work on: literals, names, calls, records, lists, queries.
#include <algorithm>
#include <set>

#include "components/reactor/format.h"
#include "components/reactor/limits.h"
#include "components/reactor/near.h"
#include "components/reactor/parser.h"
#include "components/reactor/slips.h"

namespace daybook::reactor {

// x.field, m->key, x::text, f(a): as tight as can be.
const Node* Parser::postfix() {
  return postfix_of(operand());
}

namespace {

// Of a text as it stands; a null view of everything else.
std::string_view constant_text(const Node& node) {
  const bool text = node.kind == NodeKind::kConstant &&
                    static_cast<const ConstantNode&>(node).value.is(Tag::kText);
  return text ? static_cast<const ConstantNode&>(node).value.text() : std::string_view();
}

}  // namespace

// A key that is looked up: of a map, of a list, or the name of a field.
void Parser::reads(const Node& key) {
  const std::string_view text = constant_text(key);
  if (text.data() != nullptr) {
    program_.fields_read.push_back(text);
  } else {
    program_.reads_any = program_.reads_any || key.kind != NodeKind::kConstant;
  }
}

namespace {

// The text that such a key becomes; none when it is computed.
std::optional<std::string> constant_key(const Node& key) {
  std::string out;
  const bool constant = key.kind == NodeKind::kConstant &&
                        plain_text(static_cast<const ConstantNode&>(key).value, out);
  return constant ? std::optional(out) : std::nullopt;
}

}  // namespace

const Node* Parser::postfix_of(const Node* out) {
  for (std::size_t chain = 0;;) {
    const Token t = token();
    const bool call = is(TokenKind::kOpenParen) && called(*out);
    if (!call && !is(TokenKind::kDot) && !is(TokenKind::kArrow) && !is(TokenKind::kConvert)) {
      return out;
    }
    chained(chain, t.offset);
    if (is(TokenKind::kDot)) {
      take();
      auto* field = node<FieldNode>(NodeKind::kField, t.offset);
      field->target = out;
      field->name = expect_name("a field").text;
      program_.fields_read.push_back(field->name);
      field->cache = program_.caches++;
      out = field;
    } else if (is(TokenKind::kArrow)) {
      take();
      auto* lookup = node<PairNode>(NodeKind::kLookup, t.offset);
      lookup->left = out;
      lookup->right = operand();
      reads(*lookup->right);
      out = lookup;
    } else if (t.kind == TokenKind::kConvert) {
      take();
      auto* convert = node<ConvertNode>(NodeKind::kConvert, t.offset);
      convert->operand = out;
      convert->type = type_not();
      out = convert;
    } else {
      auto* applied = node<CallNode>(NodeKind::kCall, t.offset);
      applied->callee = out;
      applied->arguments = keep(argument_list());
      out = applied;
    }
  }
}

// Whether the parenthesis at hand holds the arguments of what stands before it. Behind a variable
// it is glued on: `f(x)`, for `a (b)` may be two arguments.
bool Parser::called(const Node& callee) const {
  switch (callee.kind) {
    case NodeKind::kCall:
    case NodeKind::kField:
      return !token().first_on_line;
    case NodeKind::kLocal:
    case NodeKind::kCapture:
      return token().offset == callee.at + static_cast<const VariableNode&>(callee).name.size();
    default:
      return false;
  }
}

const Node* Parser::operand() {
  const Keep<std::size_t> depth(depth_);
  if (++depth_ > kNestingMax) {
    fail("expressions are nested more than " + std::to_string(kNestingMax) + " deep");
  }
  return lambda_ahead() ? lambda(nullptr) : primary();
}

const Node* Parser::primary() {
  const Token t = token();
  switch (kind()) {
    case TokenKind::kName:
      return name();
    case TokenKind::kText:
      return text();
    case TokenKind::kNumber:
      return number();
    case TokenKind::kInstant:
      take();
      return constant(literal_instant(t), t.offset);
    case TokenKind::kRegex:
      take();
      return constant(literal_regex(t), t.offset);
    case TokenKind::kMinus: {
      take();
      auto* out = node<UnaryNode>(NodeKind::kNegate, t.offset);
      out->operand = postfix();
      return out;
    }
    case TokenKind::kOpenParen:
      return parenthesised();
    case TokenKind::kOpenBracket:
      return list();
    case TokenKind::kOpenBrace:
      return braces();
    default:
      fail("expected a value, not " + shown(t));
  }
}

const ConstantNode* Parser::constant(const Value& value, std::uint32_t at) {
  auto* out = node<ConstantNode>(NodeKind::kConstant, at);
  out->value = value;
  return out;
}

const Node* Parser::name() {
  const Token word = token();
  if (const Binding* own = scopes_.peek(word.text);
      own != nullptr && own->kind != Binding::Kind::kType) {
    const auto target = scopes_.find(word.text);
    if (!target) {
      fail("a function uses too many names of those around it");
    }
    take();
    return target->binding->kind == Binding::Kind::kFunction ? call_function(*target, word)
                                                             : reference(*target, word);
  }
  if (word.escaped) {
    take();
    return unknown(word);
  }
  if (starts_statement(word)) {
    fail("expected a value, not '" + std::string(word.text) + "'");
  }
  if (word.text == "true" || word.text == "false") {
    take();
    return constant(Value::of_bool(word.text == "true"), word.offset);
  }
  if (word.text == "nothing") {
    take();
    return constant({}, word.offset);
  }
  if (word.text == "query") {
    return query();
  }
  if (word.text == "match") {
    take();
    return match(nullptr, word.offset);
  }
  // `now`, and as it is written in older texts `datetime.now`.
  const bool long_now =
      word.text == "datetime" && ahead(1).kind == TokenKind::kDot && ahead_is_word(2, "now");
  if (word.text == "now" || long_now) {
    at_ += long_now ? 3 : 1;
    return node<Node>(NodeKind::kNow, word.offset);
  }
  // What the job was planned for; `job` may also be a name of the program's own.
  if (word.text == "job" && ahead(1).kind == TokenKind::kDot &&
      (ahead_is_word(2, "runAt") || ahead_is_word(2, "dueAt"))) {
    const NodeKind kind = ahead_is_word(2, "runAt") ? NodeKind::kRunAt : NodeKind::kDueAt;
    at_ += 3;
    return node<Node>(kind, word.offset);
  }
  if (is_standard_module(word.text) && ahead(1).kind == TokenKind::kDot) {
    return of_module(word);
  }
  if (const BuiltinEntry* entry = find_builtin(word.text)) {
    take();
    return call_builtin(*entry, word);
  }
  if (const std::string_view here = said_here(word.text); !here.empty()) {
    fail_unknown(word, here);
  }
  take();
  return unknown(word);
}

// A function of the language behind the name of its module: resources.sendEmail, web.http.
const BuiltinEntry* Parser::qualified() const {
  const Token& module = token();
  const Token& word = ahead(2);
  if (ahead(1).kind != TokenKind::kDot || module.kind != TokenKind::kName || module.escaped ||
      word.kind != TokenKind::kName || word.escaped || !is_standard_module(module.text) ||
      scopes_.peek(module.text) != nullptr) {
    return nullptr;
  }
  if (const auto* whole = find_builtin(std::string(module.text) + "." + std::string(word.text))) {
    return whole;
  }
  const BuiltinEntry* entry = find_builtin(word.text);
  return entry != nullptr && entry->module == module.text ? entry : nullptr;
}

const Node* Parser::of_module(const Token& module) {
  const BuiltinEntry* entry = qualified();
  take();
  take();
  const Token word = expect_name("a function of '" + std::string(module.text) + "'");
  if (entry != nullptr) {
    return call_builtin(*entry, module);
  }
  Near near(word.text);
  for (const BuiltinEntry& known : builtins()) {
    if (known.module == module.text) {
      near.offer(known.name);
    }
  }
  report("UNKNOWN_NAME",
         "'" + std::string(module.text) + "' exports no '" + std::string(word.text) + "'" +
             near.hint(),
         word.offset);
  return unknown_call(word);
}

// The statement that it stands in says nothing more.
void Parser::fail_unknown(const Token& word, std::string_view here) {
  report("UNKNOWN_NAME", "there is no '" + std::string(word.text) + "' here; " + std::string(here),
         word.offset);
  syntax_ok_ = false;
  throw Failed{};
}

const Node* Parser::unknown(const Token& word) {
  // A key is read with the arrow glued on.
  if (is(TokenKind::kArrow) && token().offset > word.offset + word.text.size()) {
    fail_unknown(word,
                 "a function is written " + std::string(word.text) + " => …, and '->' reads a key");
  }
  const bool itself = std::find(defining_.begin(), defining_.end(), word.text) != defining_.end();
  report("UNKNOWN_NAME",
         "there is no '" + std::string(word.text) + "' here" +
             (itself ? ": a function cannot call itself" : meant_name(word.text)),
         word.offset);
  return unknown_call(word);
}

// What stands behind it is likely its argument.
const Node* Parser::unknown_call(const Token& word) {
  if (!token().first_on_line && is(TokenKind::kOpenParen)) {
    argument_list();
  } else if (!token().first_on_line && is(TokenKind::kOpenBrace)) {
    braces();
  }
  return node<Node>(NodeKind::kUnknown, word.offset);
}

const Node* Parser::reference(const Reference& target, const Token& word) {
  auto* out =
      node<VariableNode>(target.captured ? NodeKind::kCapture : NodeKind::kLocal, word.offset);
  out->index = target.index;
  out->name = word.text;
  return out;
}

// f(a, b); f a, f { … } for a function of one parameter; f alone is the function itself.
const Node* Parser::call_function(const Reference& target, const Token& word) {
  const Binding binding = *target.binding;
  const Node* callee = reference(target, word);
  // Whoever is given the function may call it.
  acts_ += binding.acts ? 1 : 0;
  std::vector<const Node*> arguments;
  const bool same_line = !token().first_on_line && !blocked(token());
  if (same_line && is(TokenKind::kOpenParen)) {
    arguments = argument_list();
  } else if (same_line && binding.parameters == 1 && starts_operand(token()) && !filter_ahead() &&
             ahead(1).kind != TokenKind::kAssign && ahead(1).kind != TokenKind::kLambda) {
    arguments.push_back(postfix());
  } else {
    return callee;
  }
  auto* out = node<CallNode>(NodeKind::kCall, word.offset);
  out->callee = callee;
  out->arguments = keep(arguments);
  return out;
}

// sendEmail { … }; a filter may stand before its arguments too: floor(x).
const Node* Parser::call_builtin(const BuiltinEntry& entry, const Token& word) {
  std::vector<const Node*> arguments;
  if (is(TokenKind::kOpenParen) && !token().first_on_line) {
    arguments = argument_list();
  } else if (!entry.filter && entry.arguments_max > 0) {
    if (!starts_operand(token()) || blocked(token())) {
      fail("expected what '" + std::string(entry.name) + "' is given");
    }
    arguments.push_back(postfix());
  } else if (entry.filter) {
    report("UNKNOWN_NAME",
           "'" + std::string(entry.name) + "' is a filter: a value stands before it", word.offset);
    return node<Node>(NodeKind::kUnknown, word.offset);
  }
  return builtin_call(entry, std::move(arguments), word.offset);
}

const Node* Parser::builtin_call(const BuiltinEntry& entry, std::vector<const Node*> arguments,
                                 std::uint32_t at) {
  const std::size_t piped = entry.filter ? 1 : 0;
  if (arguments.size() < entry.arguments_min + piped ||
      arguments.size() > entry.arguments_max + piped) {
    report("ARGUMENTS",
           wrong_arguments(entry, arguments.size() - std::min(piped, arguments.size())), at);
    return node<Node>(NodeKind::kUnknown, at);
  }
  if (acts(entry.id)) {
    ++acts_;
  }
  auto* out = node<BuiltinNode>(NodeKind::kCallBuiltin, at);
  out->function = entry.id;
  out->arguments = keep(arguments);
  return out;
}

// (a, b) -> … was likely meant as a function.
void Parser::refuse_arrow() {
  const std::size_t close = token().close;
  const bool arrow = close + 1 < tokens_.size() && tokens_[close + 1].kind == TokenKind::kArrow;
  for (std::size_t i = at_ + 1; arrow && i < close; ++i) {
    const Token& t = tokens_[i];
    if (t.kind == TokenKind::kName ? scopes_.peek(t.text) != nullptr
                                   : t.kind != TokenKind::kComma) {
      return;
    }
  }
  if (arrow) {
    fail_at("a function is written (…) => …, and '->' reads a key", tokens_[close + 1].offset);
  }
}

// ( a ) is a; ( a, b ) a tuple; ( : a ) is written for types only.
const Node* Parser::parenthesised() {
  refuse_arrow();
  const Keep<Layout> layout(layout_);
  const Token open = take();
  layout_ = {};
  std::vector<const Node*> items;
  while (!is(TokenKind::kCloseParen)) {
    items.push_back(expression());
    if (!take_if(TokenKind::kComma) && !is(TokenKind::kCloseParen)) {
      fail(unexpected("',' or ')'"));
    }
  }
  take();
  if (items.size() == 1) {
    return items.front();
  }
  if (items.empty()) {
    fail_at("a tuple has at least two values", open.offset);
  }
  auto* out = node<ItemsNode>(NodeKind::kTuple, open.offset);
  out->items = keep(items);
  return out;
}

const Node* Parser::list() {
  const Keep<Layout> layout(layout_);
  const Token open = take();
  layout_ = {};
  std::vector<const Node*> items;
  while (!is(TokenKind::kCloseBracket)) {
    items.push_back(expression());
    if (!take_if(TokenKind::kComma) && !is(TokenKind::kCloseBracket) &&
        !(token().first_on_line && starts_operand(token()))) {
      fail(unexpected("',' or ']'"));
    }
  }
  take();
  auto* out = node<ItemsNode>(NodeKind::kList, open.offset);
  out->items = keep(items);
  return out;
}

// { a = 1, b = x } a record; { 'k' -> v } a map; {} the empty record.
const Node* Parser::braces() {
  // A map's key may begin with braces, and is no operand.
  const Keep<std::size_t> depth(depth_);
  if (++depth_ > kNestingMax) {
    fail("records and maps are nested more than " + std::to_string(kNestingMax) + " deep");
  }
  const Keep<Layout> layout(layout_);
  const Token open = take();
  layout_ = {};
  const bool named = is(TokenKind::kName) && ahead(1).kind != TokenKind::kArrow &&
                     ahead(1).kind != TokenKind::kOpenParen;
  return named || is(TokenKind::kCloseBrace) ? static_cast<const Node*>(record(open.offset))
                                             : map(open.offset);
}

// Behind its opening brace.
const RecordNode* Parser::record(std::uint32_t at) {
  std::vector<FieldInit> fields;
  std::vector<std::string_view> names;
  while (!is(TokenKind::kCloseBrace)) {
    if (!fields.empty() && is(TokenKind::kName) && ahead(1).kind != TokenKind::kAssign) {
      fail(unexpected("a field's name and '='"));
    }
    const Token word = expect_name("a field's name or '}'");
    if (!is(TokenKind::kAssign)) {
      fail("expected '=' and the field's value, not " + shown(token()) + meant_field(word));
    }
    take();
    if (fields.size() >= kFieldsMax) {
      fail_at("a record has at most " + std::to_string(kFieldsMax) + " fields", word.offset);
    }
    if (std::find(names.begin(), names.end(), word.text) != names.end()) {
      report("REPEATED_NAME", "the field '" + std::string(word.text) + "' is there already",
             word.offset);
    }
    fields.push_back({word.text, expression(), word.offset});
    names.push_back(word.text);
    take_if(TokenKind::kComma);
  }
  take();
  auto* shape = program_.arena.make<Shape>();
  shape->size = static_cast<std::uint32_t>(names.size());
  shape->names = keep(names).data();
  auto* out = node<RecordNode>(NodeKind::kRecord, at);
  out->shape = shape;
  out->fields = keep(fields);
  return out;
}

const Node* Parser::map(std::uint32_t at) {
  std::vector<MapEntry> entries;
  std::set<std::string> keys;  // those that are not computed
  while (!is(TokenKind::kCloseBrace)) {
    // The arrow is what an operand would take for a lookup, so the key is read without it.
    const Node* key = primary();
    if (!is(TokenKind::kArrow)) {
      fail("expected '->' and the value of this key, not " + shown(token()) +
           (is(TokenKind::kColon) || is(TokenKind::kAssign)
                ? "; a map is written { 'a' -> 1 }, a record { a = 1 }"
                : ""));
    }
    take();
    if (auto text = constant_key(*key); text && !keys.insert(*text).second) {
      report("REPEATED_NAME", "the key '" + text->substr(0, 40) + "' is there already", key->at);
    }
    entries.push_back({key, expression()});
    take_if(TokenKind::kComma);
  }
  take();
  auto* out = node<MapNode>(NodeKind::kMap, at);
  out->entries = keep(entries);
  return out;
}

// query orders(orderNumber) filter '…' orderBy '…' navigate lines(sku)
const Node* Parser::query() {
  const Token word = take();
  ++acts_;
  auto* out = node<QueryNode>(NodeKind::kQuery, word.offset);
  out->root = navigation(0);
  return out;
}

// A `navigate` that begins a line left of this one's column belongs to what is around it.
Navigation Parser::navigation(std::uint32_t column) {
  const Keep<std::size_t> depth(depth_);
  if (++depth_ > kNestingMax) {
    fail("navigations are nested too deep");
  }
  Navigation out;
  const Token edge = expect_name("a set to ask");
  out.edge = edge.text;
  out.at = edge.offset;
  std::vector<Selected> fields;
  if (is(TokenKind::kOpenParen)) {
    const Keep<Layout> layout(layout_);
    take();
    layout_ = {};
    while (!is(TokenKind::kCloseParen)) {
      const Token field = expect_name("a field or ')'");
      fields.push_back({field.text, field.offset});
      take_if(TokenKind::kComma);
    }
    take();
  }
  out.fields = keep(fields);
  if (take_word("filter")) {
    out.filter = postfix();
  }
  if (take_word("orderBy")) {
    out.order_by = postfix();
  }
  std::vector<Navigation> inner;
  while (is_word("navigate") && !(token().first_on_line && token().column <= column)) {
    const std::uint32_t own = token().column;
    take();
    inner.push_back(navigation(own));
  }
  out.navigate = keep(inner);
  return out;
}

}  // namespace daybook::reactor
