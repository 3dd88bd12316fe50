// Rows under a name, with their number: what the lists of definitions, components, rules and tokens
// are made of.
//
//   'R' name -> row        'C' -> number of rows (varint; absent while there are none)
//
// Private to projections/; one thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "projections/batch.h"
#include "projections/rows.h"
#include "projections/store.h"

namespace daybook::projections {

class NamedRows {
 public:
  Status load(const Reader& store);
  // The row as of the last put or erase; nothing when there is none.
  Result<std::optional<std::string>> get(std::string_view name) const;
  Status put(std::string_view name, std::string row);
  Status erase(std::string_view name);
  // As Projection::unwritten_bytes().
  std::size_t unwritten_bytes() const { return changed_bytes_; }
  void write(Batch& batch);
  void written();

 private:
  void change(std::string_view name, std::optional<std::string> row);

  const Reader* store_ = nullptr;
  std::uint64_t count_ = 0;
  std::map<std::string, std::optional<std::string>, std::less<>> changed_;
  std::size_t changed_bytes_ = 0;
};

// One page of rows, by name, and the number of all that the caller may read; decode(name, value,
// row) is false when the value cannot be read.
template <typename Row>
Result<Page<Row>> named_page(
    const View& view, const PageRequest& request,
    const std::function<bool(std::string_view, std::string_view, Row&)>& decode);

Result<std::optional<std::string>> named_row(const Reader& reader, std::string_view name);

}  // namespace daybook::projections
