// Which fields of a record an answer shows. Private to graph/.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "graph/schema.h"
#include "graph/value.h"

namespace daybook::graph {

class Selection {
 public:
  // All fields when `paths` is empty. kInvalid "GRAPH_UNKNOWN_FIELD" with `field` and the path's
  // number.
  static Result<Selection> of(const std::vector<std::string>& paths, const Type& record,
                              std::string_view field);

  // First parts of the paths.
  std::set<std::string> names(const Type& record) const;
  // The type of what write() writes.
  Type shown(const Type& record) const;
  // The members of the record without the braces, each with a comma before it but the first.
  void write(std::string& out, const Type& record, const Value& row) const;

 private:
  bool all_ = false;
  std::map<std::string, Selection, std::less<>> parts_;

  void add(const std::vector<std::string>& path, std::size_t from);
  void write_value(std::string& out, const Type& type, const Value* value) const;
};

}  // namespace daybook::graph
