#include "projections/definition_list.h"

#include "projections/bytes.h"

namespace daybook::projections {
namespace {

bool decode_definition(std::string_view name, std::string_view value, DefinitionRow& row) {
  Scan scan(value);
  row.definition = name;
  row.component = scan.text();
  row.display_name = scan.text();
  row.retry.max_attempts = static_cast<std::uint32_t>(scan.varint());
  row.retry.initial = Duration{scan.zigzag()};
  row.retry.max = Duration{scan.zigzag()};
  row.retry.factor_milli = static_cast<std::uint32_t>(scan.varint());
  row.retry.jitter_milli = static_cast<std::uint32_t>(scan.varint());
  row.timeout = Duration{scan.zigzag()};
  row.lease = Duration{scan.zigzag()};
  row.concurrency = static_cast<std::uint32_t>(scan.varint());
  row.rate_count = static_cast<std::uint32_t>(scan.varint());
  row.rate_per = Duration{scan.zigzag()};
  row.priority = static_cast<std::int32_t>(scan.zigzag());
  row.retention = Duration{scan.zigzag()};
  row.paused = scan.u8() != 0;
  row.created_at = Micros{scan.zigzag()};
  row.updated_at = Micros{scan.zigzag()};
  row.updated_by = scan.text();
  row.seq = Seq{scan.varint()};
  row.on_failure = scan.text();
  return scan.ok();
}

std::string encode(const events::DefinitionPut& e, const events::Meta& meta, Micros created_at) {
  std::string out;
  Put put(out);
  put.text(e.component).text(e.display_name).varint(e.retry.max_attempts);
  put.zigzag(e.retry.initial.value).zigzag(e.retry.max.value).varint(e.retry.factor_milli);
  put.varint(e.retry.jitter_milli).zigzag(e.timeout.value).zigzag(e.lease.value);
  put.varint(e.concurrency).varint(e.rate_count).zigzag(e.rate_per.value).zigzag(e.priority);
  put.zigzag(e.retention.value).u8(e.paused ? 1 : 0).zigzag(created_at.value);
  put.zigzag(meta.time.value).text(meta.actor).varint(meta.seq.value).text(e.on_failure.text);
  return out;
}

Result<std::optional<DefinitionRow>> parse_definition(std::string_view id,
                                                      std::optional<std::string> value) {
  if (!value) {
    return std::optional<DefinitionRow>();
  }
  DefinitionRow row;
  if (!decode_definition(id, *value, row)) {
    return fail(Code::kCorrupt, "VIEWS_STORE", "the row of " + std::string(id) + " cannot be read");
  }
  return std::optional(std::move(row));
}

}  // namespace

Status DefinitionList::apply(const events::Recorded& recorded) {
  if (const auto* deleted = std::get_if<events::DefinitionDeleted>(&recorded.event)) {
    return rows_.erase(deleted->definition);
  }
  const auto* e = std::get_if<events::DefinitionPut>(&recorded.event);
  if (e == nullptr) {
    return {};
  }
  DAYBOOK_ASSIGN(auto stored, rows_.get(e->definition));
  DAYBOOK_ASSIGN(const auto old, parse_definition(e->definition, std::move(stored)));
  return rows_.put(e->definition,
                   encode(*e, recorded.meta, old ? old->created_at : recorded.meta.time));
}

void DefinitionList::write(Batch& batch) {
  rows_.write(batch);
}

Result<std::optional<DefinitionRow>> DefinitionList::find(const Reader& reader,
                                                          std::string_view id) {
  DAYBOOK_ASSIGN(auto value, named_row(reader, id));
  return parse_definition(id, std::move(value));
}

Result<Page<DefinitionRow>> DefinitionList::list(const View& view, const PageRequest& request) {
  return named_page<DefinitionRow>(view, request, decode_definition);
}

}  // namespace daybook::projections
