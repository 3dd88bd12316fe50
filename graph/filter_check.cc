#include "graph/filter_check.h"

#include <algorithm>
#include <optional>

#include "base/time_text.h"
#include "graph/filter_lexer.h"
#include "graph/filter_parser.h"
#include "graph/shift.h"

namespace daybook::graph {
namespace {

using Is = Node::Kind;

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    out += out.empty() ? "" : ", ";
    out += name;
  }
  return out;
}

std::string with_article(Kind kind) {
  return (kind == Kind::kInstant ? "an " : "a ") + std::string(kind_name(kind));
}

bool is_name(const Operand& operand) {
  return operand.kind == Operand::Kind::kWord || operand.kind == Operand::Kind::kPath;
}

Compare flipped(Compare compare) {
  switch (compare) {
    case Compare::kLess:
      return Compare::kGreater;
    case Compare::kLessOrEqual:
      return Compare::kGreaterOrEqual;
    case Compare::kGreater:
      return Compare::kLess;
    case Compare::kGreaterOrEqual:
      return Compare::kLessOrEqual;
    default:
      return compare;
  }
}

class Checker {
 public:
  Checker(std::string_view text, const Type& record, Micros now, std::string_view field)
      : text_(text), record_(record), now_(now), field_(field) {}

  Result<Condition> check(const Node& node) const {
    Condition out;
    out.kind = node.kind;
    out.compare = node.compare;
    for (const Node& part : node.parts) {
      DAYBOOK_ASSIGN(Condition checked, check(part));
      out.parts.push_back(std::move(checked));
    }
    switch (node.kind) {
      case Is::kCompare:
        DAYBOOK_TRY(check_compare(node, out));
        break;
      case Is::kAnyOf:
      case Is::kAllOf:
        DAYBOOK_TRY(check_list(node, out));
        break;
      case Is::kTruth:
        DAYBOOK_TRY(check_truth(node, out));
        break;
      default:
        break;
    }
    return out;
  }

 private:
  tl::unexpected<Error> refuse(Place place, std::string_view message,
                               std::string_view reason = "GRAPH_TYPE") const {
    return filter_error(text_, place, message, field_, reason);
  }

  // The type of a name; nothing for a word that may be a text instead.
  Result<const Type*> type_at(const Operand& operand, bool may_be_text) const {
    const Reached reached = reach(record_, operand.path);
    if (reached.type != nullptr) {
      return reached.type;
    }
    // Of customer.emial the first part is a field, so a field is what was meant.
    const bool starts_as_field = record_.find(operand.path.front()) != nullptr;
    if (may_be_text && operand.kind == Operand::Kind::kWord && !starts_as_field) {
      return nullptr;
    }
    if (reached.known.empty()) {
      return refuse(operand.place, "'" + reached.missing + "' is asked of a field without fields",
                    "GRAPH_UNKNOWN_FIELD");
    }
    return refuse(
        operand.place,
        "there is no field '" + reached.missing + "'; the fields are: " + listed(reached.known),
        "GRAPH_UNKNOWN_FIELD");
  }

  Term field_term(const Operand& operand, const Type& type) const {
    Term out;
    out.path = operand.path;
    out.kind = type.kind;
    return out;
  }

  Status check_truth(const Node& node, Condition& out) const {
    DAYBOOK_ASSIGN(const Type* type, type_at(node.left, false));
    if (type->kind != Kind::kBool) {
      return refuse(node.left.place,
                    with_article(type->kind) + " alone is no condition: compare it with something");
    }
    out.left = field_term(node.left, *type);
    return {};
  }

  Status check_compare(const Node& node, Condition& out) const {
    const Operand* left = &node.left;
    const Operand* right = &node.items.front();
    const Type* type = nullptr;
    if (is_name(*left)) {
      DAYBOOK_ASSIGN(type, type_at(*left, false));
    } else {
      // 'pending' == status: the field goes left.
      if (!is_name(*right)) {
        return refuse(left->place, "a comparison has a field on one side");
      }
      DAYBOOK_ASSIGN(type, type_at(*right, false));
      std::swap(left, right);
      out.compare = flipped(out.compare);
    }
    out.left = field_term(*left, *type);
    const bool equality = out.compare == Compare::kEqual || out.compare == Compare::kNotEqual;
    if (type->kind == Kind::kList && right->kind != Operand::Kind::kNothing) {
      return refuse(left->place, "a list is asked with anyof ['a', 'b'] or allof ['a', 'b']");
    }
    if (type->kind == Kind::kRecord && right->kind != Operand::Kind::kNothing) {
      return refuse(left->place,
                    "a record is not compared: name one of its fields: " + names_of(*type));
    }
    if (!equality && (type->kind == Kind::kBool || right->kind == Operand::Kind::kNothing ||
                      right->kind == Operand::Kind::kBool)) {
      return refuse(node.place, "this pair has no order: use == or !=");
    }
    DAYBOOK_ASSIGN(Term term, value_term(*right, *type, equality));
    out.items.push_back(std::move(term));
    return {};
  }

  static std::string names_of(const Type& record) {
    std::vector<std::string> names;
    for (const Field& field : record.fields) {
      names.push_back(field.name);
    }
    return listed(names);
  }

  Status check_list(const Node& node, Condition& out) const {
    if (!is_name(node.left)) {
      return refuse(node.left.place, "anyof and allof have a field on their left side");
    }
    DAYBOOK_ASSIGN(const Type* type, type_at(node.left, false));
    const bool list = type->kind == Kind::kList;
    if (node.kind == Is::kAllOf && !list && type->kind != Kind::kValue) {
      return refuse(node.left.place,
                    "allof asks a list; this field is " + with_article(type->kind) + ": use anyof");
    }
    const Type& element = list ? *type->element : *type;
    if (element.kind == Kind::kRecord || element.kind == Kind::kList) {
      return refuse(node.left.place, "only plain values are compared with the items of a list");
    }
    out.left = field_term(node.left, *type);
    for (const Operand& item : node.items) {
      DAYBOOK_ASSIGN(Term term, value_term(item, element, true));
      if (term.is_field()) {
        return refuse(item.place, "the items of a list are values, not fields");
      }
      out.items.push_back(std::move(term));
    }
    return {};
  }

  // What stands against a field of `type`.
  Result<Term> value_term(const Operand& operand, const Type& type, bool equality) const {
    if (is_name(operand)) {
      DAYBOOK_ASSIGN(const Type* other, type_at(operand, true));
      if (other != nullptr) {
        return other_field(operand, *other, type);
      }
    }
    Term out;
    DAYBOOK_ASSIGN(out.value, value_of(operand, type));
    const auto* text = out.value.get<std::string>();
    if (text != nullptr && !type.values.empty() && equality &&
        std::find(type.values.begin(), type.values.end(), *text) == type.values.end()) {
      return refuse(operand.place,
                    "this field is never '" + *text + "', but one of: " + listed(type.values));
    }
    return out;
  }

  Result<Term> other_field(const Operand& operand, const Type& other, const Type& type) const {
    const bool plain = other.kind != Kind::kList && other.kind != Kind::kRecord;
    if (!plain ||
        (other.kind != type.kind && other.kind != Kind::kValue && type.kind != Kind::kValue)) {
      return mismatch(operand, type,
                      with_article(other.kind) + " field; a text of this name stands in quotes");
    }
    return field_term(operand, other);
  }

  tl::unexpected<Error> mismatch(const Operand& operand, const Type& type,
                                 std::string_view what) const {
    return refuse(operand.place,
                  with_article(type.kind) + " field is compared with " + std::string(what));
  }

  Result<Value> value_of(const Operand& operand, const Type& type) const {
    switch (operand.kind) {
      case Operand::Kind::kNothing:
        return Value();
      case Operand::Kind::kBool:
        return fitting(operand, type, Kind::kBool, Value(operand.text == "true"));
      case Operand::Kind::kNumber:
        return number_of(operand, type);
      case Operand::Kind::kNow:
        return time_of(operand, type, now_);
      case Operand::Kind::kInstant:
        return instant_of(operand, type);
      case Operand::Kind::kUuid:
        // An id that is kept as a text is compared as it is written.
        return type.kind == Kind::kText
                   ? Value(operand.text)
                   : fitting(operand, type, Kind::kUuid, Value(*Uuid::parse(operand.text)));
      default:
        return text_value(operand, type);
    }
  }

  Result<Value> fitting(const Operand& operand, const Type& type, Kind kind, Value value) const {
    if (type.kind != kind && type.kind != Kind::kValue) {
      return mismatch(operand, type, with_article(kind));
    }
    return value;
  }

  Result<Value> number_of(const Operand& operand, const Type& type) const {
    auto number = Decimal::parse(operand.text);
    if (!number) {
      return refuse(operand.place, "not a number");
    }
    return fitting(operand, type, Kind::kNumber, Value(std::move(*number)));
  }

  Result<Value> instant_of(const Operand& operand, const Type& type) const {
    if (type.kind == Kind::kText && operand.shifts.empty()) {
      return Value(operand.text);
    }
    const auto time = parse_time(operand.text, field_);
    if (!time) {
      return refuse(operand.place, "not an instant: " + time.error().message);
    }
    return time_of(operand, type, *time);
  }

  Result<Value> time_of(const Operand& operand, const Type& type, Micros from) const {
    const auto time = shifted(from, operand.shifts);
    if (!time) {
      return refuse(operand.place, "this is outside the years 1970 to 9999");
    }
    return fitting(operand, type, Kind::kInstant, Value(*time));
  }

  Result<Value> text_value(const Operand& operand, const Type& type) const {
    if (type.kind == Kind::kInstant || type.kind == Kind::kUuid) {
      auto value = converted(Value(operand.text), type.kind);
      if (!value) {
        return refuse(operand.place, type.kind == Kind::kUuid ? "this text is not a uuid"
                                                              : "this text is not an instant like "
                                                                "2025-11-15T00:00:00Z");
      }
      return *value;
    }
    return fitting(operand, type, Kind::kText, Value(operand.text));
  }

  std::string_view text_;
  const Type& record_;
  Micros now_;
  std::string_view field_;
};

}  // namespace

Result<Condition> check_filter(std::string_view filter, const Type& record, Micros now,
                               std::string_view field) {
  if (filter.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return Condition();
  }
  DAYBOOK_ASSIGN(const Node node, parse_filter(filter, field));
  return Checker(filter, record, now, field).check(node);
}

}  // namespace daybook::graph
