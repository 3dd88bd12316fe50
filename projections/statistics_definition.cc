#include "projections/statistics_definition.h"

#include "projections/bytes.h"

namespace daybook::projections {

void StatisticsDefinition::encode(std::string& out) const {
  Put put(out);
  put.varint(number).varint(pending).varint(due).varint(last);
  for (const auto& bucket : oldest) {
    put.varint(bucket ? std::uint64_t{*bucket} + 1 : 0);
  }
}

bool StatisticsDefinition::decode(std::string_view key_name, std::string_view value) {
  Scan scan(value);
  name = key_name;
  number = static_cast<std::uint32_t>(scan.varint());
  pending = scan.varint();
  due = scan.varint();
  last = static_cast<std::uint32_t>(scan.varint());
  for (auto& bucket : oldest) {
    const std::uint64_t stored = scan.varint();
    bucket = stored == 0 ? std::nullopt : std::optional(static_cast<std::uint32_t>(stored - 1));
  }
  return scan.ok() && scan.done();
}

}  // namespace daybook::projections
