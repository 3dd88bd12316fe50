// The set `jobDefinitions`.
#include "base/time_text.h"
#include "graph/own/named_rows.h"
#include "graph/own/sets.h"

namespace daybook::graph::own {
namespace {

using projections::DefinitionRow;

// Thousandths as the decimal that they are: 1500 is 1.5.
Value from_thousandths(std::uint32_t milli) {
  std::string text = std::to_string(milli / 1000);
  if (milli % 1000 != 0) {
    const std::string places = std::to_string(1000 + milli % 1000).substr(1);
    text += "." + places.substr(0, places.find_last_not_of('0') + 1);
  }
  return Value(*Decimal::parse(text));
}

Value duration_text(Duration duration) {
  return Value(format_duration(duration));
}
Value duration_or_nothing(Duration duration) {
  return duration.value == 0 ? Value() : duration_text(duration);
}

Value retry_of(const DefinitionRow& row) {
  return Value(Value::Record{
      {"maxAttempts", number(row.retry.max_attempts)},
      {"backoff", Value(Value::Record{{"initial", duration_text(row.retry.initial)},
                                      {"factor", from_thousandths(row.retry.factor_milli)},
                                      {"max", duration_text(row.retry.max)},
                                      {"jitter", from_thousandths(row.retry.jitter_milli)}})}});
}

Value rate_of(const DefinitionRow& row) {
  return row.rate_count == 0 ? Value()
                             : Value(Value::Record{{"count", number(row.rate_count)},
                                                   {"per", duration_text(row.rate_per)}});
}

Type retry_type() {
  const Type backoff = graph::record_of({{"initial", type_of(Kind::kText)},
                                         {"factor", type_of(Kind::kNumber)},
                                         {"max", type_of(Kind::kText)},
                                         {"jitter", type_of(Kind::kNumber)}});
  return graph::record_of({{"maxAttempts", type_of(Kind::kNumber)}, {"backoff", backoff}});
}

const std::vector<ViewField<DefinitionRow>>& definition_fields() {
  using Row = DefinitionRow;
  static const std::vector<ViewField<Row>> kFields = {
      {"jobDefinitionId", type_of(Kind::kText), [](const Row& r) { return Value(r.definition); }},
      {"componentId", type_of(Kind::kText), [](const Row& r) { return Value(r.component); }},
      {"displayName", type_of(Kind::kText),
       [](const Row& r) { return text_or_nothing(r.display_name); }},
      {"retry", retry_type(), retry_of},
      {"timeout", type_of(Kind::kText),
       [](const Row& r) { return duration_or_nothing(r.timeout); }},
      {"leaseDuration", type_of(Kind::kText),
       [](const Row& r) { return duration_or_nothing(r.lease); }},
      {"concurrency", type_of(Kind::kNumber),
       [](const Row& r) { return r.concurrency == 0 ? Value() : number(r.concurrency); }},
      {"rateLimit",
       graph::record_of({{"count", type_of(Kind::kNumber)}, {"per", type_of(Kind::kText)}}),
       rate_of},
      {"priority", type_of(Kind::kNumber), [](const Row& r) { return number(r.priority); }},
      {"retention", type_of(Kind::kText), [](const Row& r) { return duration_text(r.retention); }},
      {"paused", type_of(Kind::kBool), [](const Row& r) { return Value(r.paused); }},
      {"createdAt", type_of(Kind::kInstant),
       [](const Row& r) { return time_or_nothing(r.created_at); }},
      {"updatedAt", type_of(Kind::kInstant), [](const Row& r) { return Value(r.updated_at); }},
      {"updatedBy", type_of(Kind::kText), [](const Row& r) { return Value(r.updated_by); }},
      {"seq", type_of(Kind::kNumber), [](const Row& r) { return number(r.seq.value); }},
  };
  return kFields;
}

}  // namespace

SetSchema definition_schema() {
  SetSchema out;
  out.name = "jobDefinitions";
  out.what = "Job definitions";
  out.record = record_type(definition_fields());
  out.key = {"jobDefinitionId"};
  out.indexed = {"jobDefinitionId"};
  out.order = "jobDefinitionId";
  out.navigations = {
      {"component", "components", false, {{"componentId", "componentId"}}},
      {"jobs", "jobs", true, {{"jobDefinitionId", "jobDefinitionId"}}},
  };
  return out;
}

std::unique_ptr<Set> job_definitions(const projections::Views& views) {
  using projections::Views;
  return std::make_unique<NamedRows<DefinitionRow>>(
      definition_schema(), views,
      NamedRows<DefinitionRow>::Source{definition_fields(), "jobDefinitionId", IdKind::kDefinition,
                                       &Views::definition, &Views::definitions});
}

}  // namespace daybook::graph::own
