// The query of a target: only the parameters that its route knows, each at most once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/problem.h"
#include "base/ids.h"
#include "projections/rows.h"

namespace daybook::api {

class Query {
 public:
  // Refuses unknown and repeated parameters by name. `common` are those of every route of its kind.
  static Answer<Query> parse(std::string_view raw, std::span<const std::string_view> allowed,
                             std::span<const std::string_view> common = {});

  std::optional<std::string_view> find(std::string_view name) const;

  // A whole number in [min, max]; `absent` when it is not there.
  Result<std::uint64_t> number(std::string_view name, std::uint64_t absent, std::uint64_t min,
                               std::uint64_t max) const;
  Result<std::optional<Micros>> time(std::string_view name) const;
  // Parts of a parameter between its commas, each once; none when it is not there.
  Result<std::vector<std::string>> list(std::string_view name) const;
  // `fields`: which of the known members the rows of a list keep; none: all.
  Result<std::vector<std::string>> fields(std::span<const std::string_view> known) const;
  // limit, after, before.
  Result<projections::PageRequest> page() const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

}  // namespace daybook::api
