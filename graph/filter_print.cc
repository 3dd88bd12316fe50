#include <algorithm>

#include "graph/filter_ast.h"
#include "graph/filter_lexer.h"

namespace daybook::graph {
namespace {

std::string in_quotes(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    out += c;
    if (c == quote) {
      out += c;
    }
  }
  return out + quote;
}

std::string print_path(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& part : path) {
    out += out.empty() ? "" : ".";
    out += in_quotes(part, '`');
  }
  return out;
}

std::string print(const Operand& operand) {
  std::string out;
  switch (operand.kind) {
    case Operand::Kind::kPath:
      out = print_path(operand.path);
      break;
    case Operand::Kind::kText:
      out = in_quotes(operand.text, '\'');
      break;
    default:
      out = operand.text;
  }
  for (const Shift& shift : operand.shifts) {
    out += shift.back ? " - " : " + ";
    out += shift.amount + " " + std::string(unit_name(shift.unit));
  }
  return out;
}

std::string print_list(const std::vector<Operand>& items) {
  std::string out = "[";
  for (const Operand& item : items) {
    out += out.size() > 1 ? ", " : "";
    out += print(item);
  }
  return out + "]";
}

bool joins(const Node& node) {
  return node.kind == Node::Kind::kAnd || node.kind == Node::Kind::kOr;
}

// A part of an `and`, an `or` or a `not`.
std::string print_part(const Node& node) {
  return joins(node) ? "(" + print(node) + ")" : print(node);
}

std::string print_parts(const Node& node, std::string_view word) {
  std::string out;
  for (const Node& part : node.parts) {
    out += out.empty() ? "" : word;
    out += print_part(part);
  }
  return out;
}

}  // namespace

std::string_view unit_name(Unit unit) {
  constexpr std::string_view kNames[] = {"years", "months",  "weeks",   "days",
                                         "hours", "minutes", "seconds", "milliseconds"};
  return kNames[static_cast<std::size_t>(unit)];
}

std::string_view compare_name(Compare compare) {
  constexpr std::string_view kNames[] = {"==", "!=", "<", "<=", ">", ">="};
  return kNames[static_cast<std::size_t>(compare)];
}

std::string print(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kOr:
      return print_parts(node, " or ");
    case Node::Kind::kAnd:
      return print_parts(node, " and ");
    case Node::Kind::kNot:
      return "not " + print_part(node.parts.front());
    case Node::Kind::kCompare:
      return print(node.left) + " " + std::string(compare_name(node.compare)) + " " +
             print(node.items.front());
    case Node::Kind::kAnyOf:
      return print(node.left) + " anyof " + print_list(node.items);
    case Node::Kind::kAllOf:
      return print(node.left) + " allof " + print_list(node.items);
    case Node::Kind::kTruth:
      return print(node.left);
  }
  return {};
}

}  // namespace daybook::graph
