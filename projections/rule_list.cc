#include "projections/rule_list.h"

#include "projections/bytes.h"

namespace daybook::projections {
namespace {

bool decode_rule(std::string_view name, std::string_view value, RuleRow& row) {
  Scan scan(value);
  row.rule = name;
  row.components = scan.text();
  row.display_name = scan.text();
  row.created_at = Micros{scan.zigzag()};
  row.updated_at = Micros{scan.zigzag()};
  row.updated_by = scan.text();
  row.seq = Seq{scan.varint()};
  return scan.ok();
}

std::string encode(const events::RulePut& e, const events::Meta& meta, Micros created_at) {
  std::string out;
  Put put(out);
  put.text(e.components.text).text(e.display_name);
  put.zigzag(created_at.value).zigzag(meta.time.value).text(meta.actor).varint(meta.seq.value);
  return out;
}

Result<std::optional<RuleRow>> parse_rule(std::string_view id, std::optional<std::string> value) {
  if (!value) {
    return std::optional<RuleRow>();
  }
  RuleRow row;
  if (!decode_rule(id, *value, row)) {
    return fail(Code::kCorrupt, "VIEWS_STORE", "the row of " + std::string(id) + " cannot be read");
  }
  return std::optional(std::move(row));
}

}  // namespace

Status RuleList::apply(const events::Recorded& recorded) {
  if (const auto* deleted = std::get_if<events::RuleDeleted>(&recorded.event)) {
    return rows_.erase(deleted->rule);
  }
  const auto* e = std::get_if<events::RulePut>(&recorded.event);
  if (e == nullptr) {
    return {};
  }
  DAYBOOK_ASSIGN(auto stored, rows_.get(e->rule));
  DAYBOOK_ASSIGN(const auto old, parse_rule(e->rule, std::move(stored)));
  return rows_.put(e->rule, encode(*e, recorded.meta, old ? old->created_at : recorded.meta.time));
}

void RuleList::write(Batch& batch) {
  rows_.write(batch);
}

Result<std::optional<RuleRow>> RuleList::find(const Reader& reader, std::string_view id) {
  DAYBOOK_ASSIGN(auto value, named_row(reader, id));
  return parse_rule(id, std::move(value));
}

Result<Page<RuleRow>> RuleList::list(const View& view, const PageRequest& request) {
  return named_page<RuleRow>(view, request, decode_rule);
}

}  // namespace daybook::projections
