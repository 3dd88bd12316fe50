// Types as people write them.
#include <algorithm>

#include "components/reactor/format.h"
#include "components/reactor/regex.h"
#include "components/reactor/types.h"

namespace daybook::reactor {
namespace {

using Kind = Type::Kind;

constexpr std::size_t kTypeTextMax = 200;

void append(std::string& out, const Type* type);

void append_all(std::string& out, const Type* type, std::string_view between) {
  for (std::size_t i = 0; i < type->parts.size(); ++i) {
    if (out.size() > kTypeTextMax) {
      out += " …";
      return;
    }
    out += i > 0 ? between : "";
    if (type->is(Kind::kRecord)) {
      out += type->names[i];
      out += ": ";
    }
    append(out, type->parts[i]);
  }
}

void append_simple(std::string& out, const Type* type) {
  switch (type->kind) {
    case Kind::kNever:
      out += "never";
      break;
    case Kind::kNothing:
      out += "nothing";
      break;
    case Kind::kBool:
      out += "bool";
      break;
    case Kind::kNumber:
      out += "number";
      break;
    case Kind::kText:
      out += "text";
      break;
    case Kind::kUuid:
      out += "uuid";
      break;
    case Kind::kInstant:
      out += "instant";
      break;
    case Kind::kDate:
      out += "date";
      break;
    case Kind::kByte:
      out += "byte";
      break;
    default:
      out += "value";
  }
}

void append_function(std::string& out, const Type* type) {
  if (type->lambda != nullptr) {
    out += "function";
    return;
  }
  const std::size_t count = type->parameters();
  out += count == 1 ? "" : "(";
  for (std::size_t i = 0; i < count; ++i) {
    out += i > 0 ? ", " : "";
    append(out, type->parts[i]);
  }
  out += count == 1 ? " => " : ") => ";
  append(out, type->parts.back());
}

void append(std::string& out, const Type* type) {
  switch (type->kind) {
    case Kind::kSpan:
      out += type->any_unit ? "duration" : unit_name(type->unit);
      break;
    case Kind::kLiteral:
      out += source_text(type->literal);
      break;
    case Kind::kRegex:
      out += "/";
      out += type->literal.regex->pattern();
      out += "/";
      break;
    case Kind::kNominal:
      out += type->nominal->name;
      break;
    case Kind::kUnion:
      append_all(out, type, " | ");
      break;
    case Kind::kNegated:
      out += "not ";
      append(out, type->parts.front());
      break;
    case Kind::kList:
      out += "[";
      if (!type->parts.front()->is(Kind::kNever)) {
        append(out, type->parts.front());
      }
      out += "]";
      break;
    case Kind::kMap:
      if (type->parts.front()->is(Kind::kNever)) {
        out += "{}";
        break;
      }
      out += "{ text -> ";
      append(out, type->parts.front());
      out += " }";
      break;
    case Kind::kRecord:
      out += "{ ";
      append_all(out, type, ", ");
      out += type->partial ? ", … }" : type->parts.empty() ? "}" : " }";
      break;
    case Kind::kTuple:
      out += "(";
      append_all(out, type, ", ");
      out += ")";
      break;
    case Kind::kFunction:
      append_function(out, type);
      break;
    default:
      append_simple(out, type);
  }
}

}  // namespace

std::string Types::text(const Type* type) {
  std::string out;
  append(out, type);
  return out;
}

}  // namespace daybook::reactor
