// Which names a caller may read, and walks over those alone: a list is cut down before it is
// counted, and costs what the caller may read. Private to projections/; values, any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/store.h"

namespace daybook::projections {

class Visible {
 public:
  // Ids as access::Rights::ids() gives them, in any order; absent: all names. An empty id covers
  // nothing.
  explicit Visible(std::optional<std::vector<std::string>> ids = std::nullopt);

  bool all() const { return !ids_; }
  // As access::id_covers() of one of the ids.
  bool covers(std::string_view name) const;
  // Over the keys of a table, its letter and a name, whose names are covered. What lies between
  // them is stepped over with one seek for each id at most.
  std::unique_ptr<Walker> walk(const Reader& reader, char table) const;

 private:
  std::optional<std::vector<std::string>> ids_;
};

}  // namespace daybook::projections
