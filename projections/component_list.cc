#include "projections/component_list.h"

#include <cstring>

namespace daybook::projections {

ComponentRow row_of(const events::ComponentPut& event) {
  ComponentRow out;
  out.component = event.component;
  out.runtime = event.runtime;
  out.spec = event.spec.text;
  out.spec_hash = event.spec_hash;
  out.display_name = event.display_name;
  out.description = event.description;
  out.component_version = event.component_version;
  out.imports.assign(event.imports.begin(), event.imports.end());
  out.contract = event.contract.text;
  return out;
}

void ComponentKind::change(const Changed& event, const events::Meta&, Row& row) {
  row.imports.assign(event.imports.begin(), event.imports.end());
  row.contract = event.contract.text;
}

void ComponentKind::encode(const Row& row, projections::Put& out) {
  out.u8(static_cast<std::uint8_t>(row.runtime)).text(row.spec);
  out.raw({reinterpret_cast<const char*>(row.spec_hash.data()), row.spec_hash.size()});
  out.text(row.display_name).text(row.description).text(row.component_version);
  put_stamp(out, row);
  out.varint(row.imports.size());
  for (const std::string& import : row.imports) {
    out.text(import);
  }
  if (!row.contract.empty()) {
    out.text(row.contract);
  }
}

void ComponentKind::decode(Scan& scan, Row& row) {
  row.runtime = static_cast<events::Runtime>(scan.u8());
  row.spec = scan.text();
  const std::string_view hash = scan.raw(row.spec_hash.size());
  row.display_name = scan.text();
  row.description = scan.text();
  row.component_version = scan.text();
  scan_stamp(scan, row);
  for (std::uint64_t n = scan.varint(); n > 0 && scan.ok(); --n) {
    row.imports.emplace_back(scan.text());
  }
  // Rows of before there were contracts end here, as do those that have none.
  row.contract = scan.ok() && !scan.done() ? scan.text() : std::string_view();
  if (scan.ok()) {
    std::memcpy(row.spec_hash.data(), hash.data(), hash.size());
  }
}

}  // namespace daybook::projections
