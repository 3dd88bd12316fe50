#include "api/definition_json.h"

#include <algorithm>

#include "api/settings_json.h"
#include "scheduler/definition_rules.h"

namespace daybook::api {
namespace {

constexpr std::size_t kBackoffMax = events::place_of_definition_field("retry.backoff.max");

// What the two readings share. whole: a PUT; settings are then looked at together, too.
scheduler::PatchDefinition read(const JsonValue& value, const std::string& id, bool whole,
                                FieldReader& fields, FieldErrors& errors) {
  scheduler::PatchDefinition out;
  scheduler::PutDefinition& put = out.values;
  put.definition = id;
  if (value.kind() != JsonValue::Kind::kObject) {
    return out;
  }
  fields.path_id(IdKind::kDefinition, "jobDefinitionId", id);
  SettingsReader reader(fields, errors, whole);
  std::size_t place = 0;
  events::each_member(put, [&](const events::Field& field, auto& member) {
    if (place == kBackoffMax) {
      // A longest delay that nobody named follows a first one that is longer.
      put.retry.max = std::max(put.retry.max, put.retry.initial);
    }
    out.named[place++] = reader.read(field, member);
  });
  reader.finish();
  if (whole) {
    for (Error& fault : scheduler::check_together(put)) {
      if (!reader.is_faulty(fault.field)) {
        errors.add(std::move(fault));
      }
    }
  }
  return out;
}

}  // namespace

scheduler::PutDefinition read_definition(const JsonValue& value, const std::string& id,
                                         FieldErrors& errors) {
  FieldReader fields(value, "", errors);
  scheduler::PatchDefinition out = read(value, id, true, fields, errors);
  fields.pass_over_answered({"jobs"});
  fields.finish();
  return std::move(out.values);
}

scheduler::PatchDefinition read_definition_patch(const JsonValue& value, const std::string& id,
                                                 FieldErrors& errors) {
  FieldReader fields(value, "", errors);
  scheduler::PatchDefinition out = read(value, id, false, fields, errors);
  fields.finish();
  return out;
}

void write_definition_members(JsonWriter& json, const projections::DefinitionRow& row) {
  json.member("jobDefinitionId", row.definition);
  SettingsWriter(json).write(row);
  json.member_or_null("createdAt", row.created_at.value != 0, row.created_at);
  json.member("updatedAt", row.updated_at);
  json.member("updatedBy", row.updated_by);
}

}  // namespace daybook::api
