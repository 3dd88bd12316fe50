#include "components/reactor/type_source.h"

#include <algorithm>

#include "components/reactor/format.h"
#include "components/reactor/regex.h"

namespace daybook::reactor {
namespace {

// How tight a type binds: what stands inside a tighter one is put into parentheses.
enum class Precedence { kUnion, kIntersection, kNegated, kPrimary };

std::string_view word_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::kNothing:
      return "nothing";
    case TypeKind::kBool:
      return "bool";
    case TypeKind::kNumber:
      return "number";
    case TypeKind::kText:
      return "text";
    case TypeKind::kUuid:
      return "uuid";
    case TypeKind::kInstant:
      return "instant";
    case TypeKind::kDate:
      return "date";
    case TypeKind::kDuration:
      return "duration";
    case TypeKind::kByte:
      return "byte";
    default:
      return "value";
  }
}

void append_bound(std::string& out, const TypeNode& type, Precedence around);

void append_joined(std::string& out, const TypeNode& type, std::string_view between,
                   Precedence around) {
  for (std::size_t i = 0; i < type.parts.size(); ++i) {
    out += i > 0 ? between : "";
    if (type.kind == TypeKind::kRecord) {
      append_name_source(out, type.names[i]);
      out += ": ";
    }
    append_bound(out, *type.parts[i], around);
  }
}

void append_function(std::string& out, const TypeNode& type) {
  out += "((";
  for (std::size_t i = 0; i + 1 < type.parts.size(); ++i) {
    out += i > 0 ? ", " : "";
    append_bound(out, *type.parts[i], Precedence::kUnion);
  }
  out += ") => ";
  append_bound(out, *type.parts.back(), Precedence::kUnion);
  out += ")";
}

Precedence precedence_of(const TypeNode& type) {
  switch (type.kind) {
    case TypeKind::kUnion:
      return Precedence::kUnion;
    case TypeKind::kIntersection:
      return Precedence::kIntersection;
    case TypeKind::kNegated:
      return Precedence::kNegated;
    default:
      return Precedence::kPrimary;
  }
}

void append_plain(std::string& out, const TypeNode& type) {
  switch (type.kind) {
    case TypeKind::kUnit:
      out += unit_name(type.unit);
      break;
    case TypeKind::kLiteral:
    case TypeKind::kRegex:
      append_literal_source(out, type.literal);
      break;
    case TypeKind::kNominal:
      out += type.name;
      break;
    case TypeKind::kUnion:
      append_joined(out, type, " | ", Precedence::kIntersection);
      break;
    case TypeKind::kIntersection:
      append_joined(out, type, " & ", Precedence::kNegated);
      break;
    case TypeKind::kNegated:
      out += "not ";
      append_bound(out, *type.parts.front(), Precedence::kNegated);
      break;
    case TypeKind::kList:
      out += "[";
      append_bound(out, *type.parts.front(), Precedence::kUnion);
      out += "]";
      break;
    case TypeKind::kMap:
      out += "{ ";
      append_joined(out, type, " -> ", Precedence::kUnion);
      out += " }";
      break;
    case TypeKind::kRecord:
      out += "{ ";
      append_joined(out, type, ", ", Precedence::kUnion);
      out += type.parts.empty() ? "}" : " }";
      break;
    case TypeKind::kTuple:
      out += "(";
      append_joined(out, type, ", ", Precedence::kUnion);
      out += ")";
      break;
    case TypeKind::kFunction:
      append_function(out, type);
      break;
    default:
      out += word_of(type.kind);
  }
}

void append_bound(std::string& out, const TypeNode& type, Precedence around) {
  const bool stands_for = type.kind == TypeKind::kAlias || type.kind == TypeKind::kBinder;
  if (stands_for && !type.parts.empty()) {
    append_bound(out, *type.parts.front(), around);
    return;
  }
  const bool apart = precedence_of(type) < around;
  out += apart ? "(" : "";
  append_plain(out, type);
  out += apart ? ")" : "";
}

}  // namespace

void append_type_source(std::string& out, const TypeNode& type) {
  append_bound(out, type, Precedence::kUnion);
}

bool append_literal_source(std::string& out, const Value& value) {
  switch (value.tag) {
    case Tag::kText:
      out += '\'';
      for (const char c : value.text()) {
        out += c;
        out += c == '\'' ? "'" : "";
      }
      out += '\'';
      return true;
    case Tag::kRegex:
      out += '/' + value.regex->pattern() + '/' + value.regex->flags();
      return true;
    case Tag::kNothing:
      out += "nothing";
      return true;
    case Tag::kBool:
    case Tag::kNumber:
    case Tag::kDecimal:
    case Tag::kInstant:
    case Tag::kSpan:
      return plain_text(value, out);
    default:
      return false;
  }
}

void append_name_source(std::string& out, std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto is_plain = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  const bool plain = is_letter(name.front()) && std::all_of(name.begin(), name.end(), is_plain);
  out += plain ? "" : "`";
  out += name;
  out += plain ? "" : "`";
}

}  // namespace daybook::reactor
