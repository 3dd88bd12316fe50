#include "graph/selection.h"

#include "events/json.h"
#include "graph/json_read.h"
#include "graph/limits.h"

namespace daybook::graph {

Result<Selection> Selection::of(const std::vector<std::string>& paths, const Type& record,
                                std::string_view field) {
  Selection out;
  out.all_ = paths.empty();
  if (paths.size() > kGraphFieldsMax) {
    return fail(Code::kInvalid, "GRAPH_LIMIT",
                "more than " + std::to_string(kGraphFieldsMax) + " fields", field);
  }
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::vector<std::string> path = split_path(paths[i]);
    const Reached reached = reach(record, path);
    if (reached.type == nullptr) {
      std::string known;
      for (const std::string& name : reached.known) {
        known += known.empty() ? name : ", " + name;
      }
      return fail(Code::kInvalid, "GRAPH_UNKNOWN_FIELD",
                  "there is no field '" + reached.missing + "'" +
                      (known.empty() ? " here" : "; the fields are: " + known),
                  std::string(field) + "[" + std::to_string(i) + "]");
    }
    out.add(path, 0);
  }
  return out;
}

void Selection::add(const std::vector<std::string>& path, std::size_t from) {
  if (from == path.size()) {
    all_ = true;
    return;
  }
  parts_[path[from]].add(path, from + 1);
}

std::set<std::string> Selection::names(const Type& record) const {
  std::set<std::string> out;
  for (const Field& field : record.fields) {
    if (all_ || parts_.contains(field.name)) {
      out.insert(field.name);
    }
  }
  return out;
}

Type Selection::shown(const Type& record) const {
  if (all_) {
    return record;
  }
  Type out = graph::type_of(Kind::kRecord);
  if (record.kind == Kind::kValue) {
    for (const auto& [name, part] : parts_) {
      out.fields.push_back({name, part.shown(record)});
    }
    return out;
  }
  for (const Field& field : record.fields) {
    if (const auto part = parts_.find(field.name); part != parts_.end()) {
      out.fields.push_back({field.name, part->second.shown(field.type)});
    }
  }
  return out;
}

void Selection::write(std::string& out, const Type& record, const Value& row) const {
  bool first = true;
  const auto member = [&](const std::string& name, const Selection& part, const Type& type) {
    out += first ? "" : ",";
    first = false;
    events::append_json_string(out, name);
    out += ':';
    part.write_value(out, type, row.member(name));
  };
  static const Selection kAll = [] {
    Selection all;
    all.all_ = true;
    return all;
  }();
  if (record.kind == Kind::kValue) {
    for (const auto& [name, part] : parts_) {
      member(name, part, record);
    }
    return;
  }
  for (const Field& field : record.fields) {
    const auto part = parts_.find(field.name);
    if (all_ || part != parts_.end()) {
      member(field.name, all_ ? kAll : part->second, field.type);
    }
  }
}

void Selection::write_value(std::string& out, const Type& type, const Value* value) const {
  if (value == nullptr || value->nothing()) {
    out += "null";
    return;
  }
  if (all_) {
    write_json(out, *value);
    return;
  }
  Value read;
  if (const Json* json = value->get<Json>()) {
    read = read_json(json->text).value_or(Value());
    value = &read;
  }
  if (value->get<Value::Record>() == nullptr) {
    out += "null";
    return;
  }
  out += '{';
  write(out, type, *value);
  out += '}';
}

}  // namespace daybook::graph
