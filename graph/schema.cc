#include "graph/schema.h"

#include <algorithm>

namespace daybook::graph {

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kText:
      return "text";
    case Kind::kNumber:
      return "number";
    case Kind::kBool:
      return "bool";
    case Kind::kUuid:
      return "uuid";
    case Kind::kInstant:
      return "instant";
    case Kind::kValue:
      return "value";
    case Kind::kRecord:
      return "record";
    case Kind::kList:
      return "list";
  }
  return "value";
}

const Field* Type::find(std::string_view name) const {
  const auto at =
      std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == name; });
  return at == fields.end() ? nullptr : &*at;
}

const Navigation* SetSchema::navigation(std::string_view wanted) const {
  const auto at = std::find_if(navigations.begin(), navigations.end(),
                               [&](const Navigation& n) { return n.name == wanted; });
  return at == navigations.end() ? nullptr : &*at;
}

Type type_of(Kind kind) {
  Type out;
  out.kind = kind;
  return out;
}

Type text_of(std::vector<std::string> values) {
  Type out;
  out.values = std::move(values);
  return out;
}

Type record_of(std::vector<Field> fields) {
  Type out;
  out.kind = Kind::kRecord;
  out.fields = std::move(fields);
  return out;
}

Type list_of(Type element) {
  Type out;
  out.kind = Kind::kList;
  out.element = std::make_shared<const Type>(std::move(element));
  return out;
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> out;
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = std::min(path.find('.', at), path.size());
    out.emplace_back(path.substr(at, end - at));
    if (end == path.size()) {
      return out;
    }
    at = end + 1;
  }
}

std::string join_path(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& part : path) {
    out += out.empty() ? "" : ".";
    out += part;
  }
  return out;
}

Reached reach(const Type& record, const std::vector<std::string>& path) {
  static const Type kAnything = type_of(Kind::kValue);
  Reached out{&record, {}, {}};
  for (const std::string& part : path) {
    if (out.type->kind == Kind::kValue) {
      return {&kAnything, {}, {}};
    }
    const Field* field = out.type->find(part);
    if (field == nullptr) {
      Reached lost;
      lost.missing = part;
      for (const Field& known : out.type->fields) {
        lost.known.push_back(known.name);
      }
      return lost;
    }
    out.type = &field->type;
  }
  return out;
}

}  // namespace daybook::graph
