#include "graph/sources/conform.h"

namespace daybook::graph::sources {
namespace {

class Conformer {
 public:
  Conformer(const SetSchema& schema, std::string_view where) : schema_(schema), where_(where) {}

  Result<Value> value(Value found, const Type& type, const std::string& path) const {
    if (found.nothing()) {
      return found;
    }
    switch (type.kind) {
      case Kind::kValue:
        return found;
      case Kind::kRecord:
        return record(std::move(found), type, path);
      case Kind::kList:
        return list(std::move(found), type, path);
      default:
        break;
    }
    auto out = converted(found, type.kind);
    if (!out) {
      return refuse(found, type.kind, path);
    }
    return std::move(*out);
  }

 private:
  tl::unexpected<Error> refuse(const Value& found, Kind kind, const std::string& path) const {
    const bool unreadable = found.get<std::string>() != nullptr;
    std::string why = schema_.name + ", " + std::string(where_) + ": the ";
    why += path.empty() ? "row" : "field " + path;
    why += " is a " + std::string(found.what());
    why += unreadable && kind != Kind::kText ? " that is no " : ", not a ";
    return fail(Code::kUnavailable, "GRAPH_ROW", why + std::string(kind_name(kind)), schema_.name);
  }

  Result<Value> record(Value found, const Type& type, const std::string& path) const {
    if (found.get<Value::Record>() == nullptr) {
      return refuse(found, Kind::kRecord, path);
    }
    Value::Record out;
    for (const Field& field : type.fields) {
      if (const Value* member = found.member(field.name)) {
        const std::string place = path.empty() ? field.name : path + "." + field.name;
        DAYBOOK_ASSIGN(Value taken, value(*member, field.type, place));
        out.emplace_back(field.name, std::move(taken));
      }
    }
    return Value(std::move(out));
  }

  Result<Value> list(Value found, const Type& type, const std::string& path) const {
    auto* elements = found.get<Value::List>();
    if (elements == nullptr) {
      return refuse(found, Kind::kList, path);
    }
    for (std::size_t i = 0; i < elements->size(); ++i) {
      const std::string place = path + "[" + std::to_string(i) + "]";
      DAYBOOK_ASSIGN((*elements)[i], value(std::move((*elements)[i]), *type.element, place));
    }
    return found;
  }

  const SetSchema& schema_;
  std::string_view where_;
};

}  // namespace

Result<Value> conform(Value row, const SetSchema& schema, std::string_view where) {
  const Conformer conformer(schema, where);
  if (row.nothing()) {
    return fail(Code::kUnavailable, "GRAPH_ROW",
                schema.name + ", " + std::string(where) + ": the row is nothing, not a record",
                schema.name);
  }
  return conformer.value(std::move(row), schema.record, "");
}

tl::unexpected<Error> source_error(const SetSchema& schema, std::string_view why) {
  return fail(Code::kUnavailable, "GRAPH_SOURCE", schema.name + ": " + std::string(why),
              schema.name);
}

}  // namespace daybook::graph::sources
