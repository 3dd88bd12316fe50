#include "projections/component_list.h"

#include <cstring>

#include "projections/bytes.h"

namespace daybook::projections {
namespace {

bool decode_component(std::string_view name, std::string_view value, ComponentRow& row) {
  Scan scan(value);
  row.component = name;
  row.runtime = static_cast<events::Runtime>(scan.u8());
  row.spec = scan.text();
  const std::string_view hash = scan.raw(row.spec_hash.size());
  row.display_name = scan.text();
  row.description = scan.text();
  row.component_version = scan.text();
  row.created_at = Micros{scan.zigzag()};
  row.updated_at = Micros{scan.zigzag()};
  row.updated_by = scan.text();
  row.seq = Seq{scan.varint()};
  for (std::uint64_t n = scan.varint(); n > 0 && scan.ok(); --n) {
    row.imports.emplace_back(scan.text());
  }
  // Rows of before there were contracts end here, as do those that have none.
  row.contract = scan.ok() && !scan.done() ? scan.text() : std::string_view();
  if (scan.ok()) {
    std::memcpy(row.spec_hash.data(), hash.data(), hash.size());
  }
  return scan.ok();
}

std::string encode(const ComponentRow& row) {
  std::string out;
  Put put(out);
  put.u8(static_cast<std::uint8_t>(row.runtime)).text(row.spec);
  put.raw({reinterpret_cast<const char*>(row.spec_hash.data()), row.spec_hash.size()});
  put.text(row.display_name).text(row.description).text(row.component_version);
  put.zigzag(row.created_at.value).zigzag(row.updated_at.value);
  put.text(row.updated_by).varint(row.seq.value);
  put.varint(row.imports.size());
  for (const std::string& import : row.imports) {
    put.text(import);
  }
  if (!row.contract.empty()) {
    put.text(row.contract);
  }
  return out;
}

ComponentRow row_of(const events::ComponentPut& e, const events::Meta& meta, Micros created_at) {
  ComponentRow out;
  out.component = e.component;
  out.runtime = e.runtime;
  out.spec = e.spec.text;
  out.spec_hash = e.spec_hash;
  out.display_name = e.display_name;
  out.description = e.description;
  out.component_version = e.component_version;
  out.imports.assign(e.imports.begin(), e.imports.end());
  out.contract = e.contract.text;
  out.created_at = created_at;
  out.updated_at = meta.time;
  out.updated_by = meta.actor;
  out.seq = meta.seq;
  return out;
}

Result<std::optional<ComponentRow>> parse_component(std::string_view id,
                                                    std::optional<std::string> value) {
  if (!value) {
    return std::optional<ComponentRow>();
  }
  ComponentRow row;
  if (!decode_component(id, *value, row)) {
    return fail(Code::kCorrupt, "VIEWS_STORE", "the row of " + std::string(id) + " cannot be read");
  }
  return std::optional(std::move(row));
}

}  // namespace

Status ComponentList::apply(const events::Recorded& recorded) {
  if (const auto* deleted = std::get_if<events::ComponentDeleted>(&recorded.event)) {
    return rows_.erase(deleted->component);
  }
  const auto* put = std::get_if<events::ComponentPut>(&recorded.event);
  const auto* derived = std::get_if<events::ContractDerived>(&recorded.event);
  if (put == nullptr && derived == nullptr) {
    return {};
  }
  const std::string_view id = put != nullptr ? put->component : derived->component;
  DAYBOOK_ASSIGN(auto stored, rows_.get(id));
  DAYBOOK_ASSIGN(auto old, parse_component(id, std::move(stored)));
  if (put != nullptr) {
    const Micros created_at = old ? old->created_at : recorded.meta.time;
    return rows_.put(id, encode(row_of(*put, recorded.meta, created_at)));
  }
  if (!old) {
    return fail(Code::kCorrupt, "BAD_FOLD",
                "an event names component " + std::string(id) + ", which is not there");
  }
  // Nobody changed the component: when and by whom it was stored stays.
  old->imports.assign(derived->imports.begin(), derived->imports.end());
  old->contract = derived->contract.text;
  return rows_.put(id, encode(*old));
}

void ComponentList::write(Batch& batch) {
  rows_.write(batch);
}

Result<std::optional<ComponentRow>> ComponentList::find(const Reader& reader, std::string_view id) {
  DAYBOOK_ASSIGN(auto value, named_row(reader, id));
  return parse_component(id, std::move(value));
}

Result<Page<ComponentRow>> ComponentList::list(const View& view, const PageRequest& request) {
  return named_page<ComponentRow>(view, request, decode_component);
}

}  // namespace daybook::projections
