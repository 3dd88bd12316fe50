// The definition list: one row for each definition that exists. Keys: named_rows.h. Private to
// projections/.
#pragma once

#include "projections/named_rows.h"
#include "projections/projection.h"

namespace daybook::projections {

class DefinitionList final : public Projection {
 public:
  std::string_view name() const override { return "definitions"; }
  std::uint32_t version() const override { return 2; }
  Status load(const Reader& store) override { return rows_.load(store); }
  Status apply(const events::Recorded& recorded) override;
  std::size_t unwritten_bytes() const override { return rows_.unwritten_bytes(); }
  void write(Batch& batch) override;
  void written() override { rows_.written(); }

  static Result<std::optional<DefinitionRow>> find(const Reader& reader, std::string_view id);
  static Result<Page<DefinitionRow>> list(const View& view, const PageRequest& request);

 private:
  NamedRows rows_;
};

}  // namespace daybook::projections
