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
  if (scan.ok()) {
    std::memcpy(row.spec_hash.data(), hash.data(), hash.size());
  }
  return scan.ok();
}

std::string encode(const events::ComponentPut& e, const events::Meta& meta, Micros created_at) {
  std::string out;
  Put put(out);
  put.u8(static_cast<std::uint8_t>(e.runtime)).text(e.spec.text);
  put.raw({reinterpret_cast<const char*>(e.spec_hash.data()), e.spec_hash.size()});
  put.text(e.display_name).text(e.description).text(e.component_version);
  put.zigzag(created_at.value).zigzag(meta.time.value).text(meta.actor).varint(meta.seq.value);
  put.varint(e.imports.size());
  for (const events::Text import : e.imports) {
    put.text(import);
  }
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
  const auto* e = std::get_if<events::ComponentPut>(&recorded.event);
  if (e == nullptr) {
    return {};
  }
  DAYBOOK_ASSIGN(auto stored, rows_.get(e->component));
  DAYBOOK_ASSIGN(const auto old, parse_component(e->component, std::move(stored)));
  return rows_.put(e->component,
                   encode(*e, recorded.meta, old ? old->created_at : recorded.meta.time));
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
