// Every tree that can be written is read back as it was.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "graph/filter_parser.h"

namespace daybook::graph {
namespace {

using Is = Node::Kind;

rc::Gen<std::string> any_text() {
  return rc::gen::container<std::string>(
      rc::gen::element('a', 'Z', '\'', '"', '`', ' ', '\n', '\\', '.', '-', '5', '\t', '('));
}

std::string word() {
  return *rc::gen::element<std::string>("a", "status", "nowhere", "order_1", "x-y", "andy", "_");
}

Shift any_shift() {
  Shift out;
  out.back = *rc::gen::arbitrary<bool>();
  out.unit = static_cast<Unit>(*rc::gen::inRange(0, 8));
  out.amount = std::to_string(*rc::gen::inRange(0, 1000));
  if (out.unit > Unit::kMonths && *rc::gen::arbitrary<bool>()) {
    out.amount += ".25";
  }
  return out;
}

Operand any_name() {
  Operand out;
  const int parts = *rc::gen::inRange(1, 4);
  out.kind = *rc::gen::element(Operand::Kind::kWord, Operand::Kind::kPath);
  for (int i = 0; i < parts; ++i) {
    if (out.kind == Operand::Kind::kWord) {
      out.path.push_back(word());
      out.text += (i > 0 ? "." : "") + out.path.back();
    } else {
      out.path.push_back(*any_text() + "x");
    }
  }
  return out;
}

Operand any_value() {
  Operand out;
  out.kind = *rc::gen::element(Operand::Kind::kText, Operand::Kind::kNumber, Operand::Kind::kUuid,
                               Operand::Kind::kInstant, Operand::Kind::kBool,
                               Operand::Kind::kNothing, Operand::Kind::kNow);
  switch (out.kind) {
    case Operand::Kind::kText:
      out.text = *any_text();
      break;
    case Operand::Kind::kNumber:
      out.text =
          *rc::gen::element<std::string>("0", "-1", "12.500", "-0.1", "99999999999999999999");
      break;
    case Operand::Kind::kUuid:
      out.text = "019a8a3c-6c00-7000-8000-000000000017";
      break;
    case Operand::Kind::kInstant:
      out.text = *rc::gen::element<std::string>("2025-11-15T00:00", "2025-11-15T00:00:00.123Z",
                                                "2025-11-15T10:00:00-05:30");
      break;
    case Operand::Kind::kBool:
      out.text = *rc::gen::element<std::string>("true", "false");
      break;
    case Operand::Kind::kNothing:
      out.text = "nothing";
      break;
    default:
      out.text = "now";
  }
  if (out.kind == Operand::Kind::kNow || out.kind == Operand::Kind::kInstant) {
    for (int left = *rc::gen::inRange(0, 3); left > 0; --left) {
      out.shifts.push_back(any_shift());
    }
  }
  return out;
}

Operand any_operand() {
  return *rc::gen::arbitrary<bool>() ? any_name() : any_value();
}

Node any_node(int depth) {
  Node out;
  out.kind = static_cast<Is>(*rc::gen::inRange(depth > 0 ? 0 : 3, 7));
  switch (out.kind) {
    case Is::kOr:
    case Is::kAnd:
      for (int left = *rc::gen::inRange(2, 4); left > 0; --left) {
        out.parts.push_back(any_node(depth - 1));
      }
      break;
    case Is::kNot:
      out.parts.push_back(any_node(depth - 1));
      break;
    case Is::kCompare:
      out.left = any_operand();
      out.compare = static_cast<Compare>(*rc::gen::inRange(0, 6));
      out.items.push_back(any_operand());
      break;
    case Is::kAnyOf:
    case Is::kAllOf:
      out.left = any_operand();
      for (int left = *rc::gen::inRange(0, 4); left > 0; --left) {
        out.items.push_back(any_operand());
      }
      break;
    case Is::kTruth:
      out.left = any_name();
      break;
  }
  return out;
}

RC_GTEST_PROP(FilterProperty, WhatIsPrintedIsReadBack, ()) {
  const Node node = any_node(*rc::gen::inRange(0, 4));
  const std::string text = print(node);
  const auto again = parse_filter(text);
  RC_LOG() << text << "\n" << (again ? print(*again) : again.error().text());
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == node);
}

RC_GTEST_PROP(FilterProperty, AnyTextIsReadOrRefusedWithItsPlace, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "a", "==", "=", "!", "'", "\"", "`", "(", ")", "[", "]", ",", "and", "or", "not", "anyof",
      "now", "-", "+", "7", "days", ".", "\n", " ", "2025-11-15T00:00", "nothing", "é"));
  std::string text;
  for (const std::string& piece : pieces) {
    text += piece;
  }
  const auto node = parse_filter(text);
  if (node) {
    const auto again = parse_filter(print(*node));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == *node);
  } else {
    RC_ASSERT(node.error().message.starts_with("line "));
  }
}

}  // namespace
}  // namespace daybook::graph
