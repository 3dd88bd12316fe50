// /resources/job-definitions.
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "api/definition_json.h"
#include "api/handlers.h"
#include "api/page_json.h"
#include "api/writes.h"

namespace daybook::api {
namespace {

// What a row of the list has.
std::span<const std::string_view> definition_members() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> out = events::shown_members(events::kDefinitionFields);
    out.insert(out.begin(), "jobDefinitionId");
    out.insert(out.end(), {"createdAt", "updatedAt", "updatedBy", "seq"});
    return out;
  }();
  return kNames;
}

void write_counts(JsonWriter& json, const projections::JobCounts& counts) {
  json.key("jobs");
  json.begin_object();
  json.member("pending", counts.pending);
  json.member("running", counts.running);
  json.member("completed", counts.completed);
  json.member("failed", counts.failed);
  json.member("cancelled", counts.cancelled);
  json.end_object();
}

void write_warnings(JsonWriter& json, const scheduler::DefinitionOutcome& outcome,
                    const std::string& component) {
  json.key("warnings");
  json.begin_array();
  if (outcome.component_missing) {
    json.begin_object();
    json.member("code", "COMPONENT_NOT_FOUND");
    json.member("message", "there is no component " + component +
                               " yet; jobs that come due before it is there fail");
    json.end_object();
  }
  json.end_array();
}

Answer<Response> render_put_definition(const Written& written) {
  const events::Recorded& recorded = written.facts.all().front();
  auto row = projections::row_of(std::get<events::DefinitionPut>(recorded.event));
  row.stamp(recorded.meta, {});
  const auto* outcome = std::get_if<scheduler::DefinitionOutcome>(&written.reply.outcome);
  const bool created = outcome != nullptr && outcome->created;
  if (created) {
    row.created_at = row.updated_at;
  } else if (const auto before = written.call.engine().views.definition(row.definition);
             before && *before) {
    row.created_at = (*before)->created_at;
  }
  Response out;
  out.status = created ? 201 : 200;
  JsonWriter json(out.body);
  json.begin_object();
  // Who may write only is not shown by a PATCH of one member what the others are.
  if (written.call.request.head.method == Method::kPut ||
      may_read(written.call, access::Noun::kDefinitions, row.definition)) {
    write_definition_members(json, row);
  } else {
    json.member("jobDefinitionId", row.definition);
  }
  write_warnings(json, outcome == nullptr ? scheduler::DefinitionOutcome() : *outcome,
                 row.component);
  write_receipt(json, written.reply);
  json.end_object();
  if (created) {
    out.add("Location", "/resources/job-definitions/" + row.definition);
  }
  return out;
}

Answer<Response> render_deleted_definition(const Written& written) {
  const auto* event = written.facts.find<events::DefinitionDeleted>();
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("jobDefinitionId",
              event == nullptr ? events::Text(written.call.id) : event->definition);
  if (may_read(written.call, access::Noun::kJobs, written.call.id)) {
    json.member("pendingJobs", event == nullptr ? 0 : event->pending_jobs);
  }
  write_receipt(json, written.reply);
  json.end_object();
  return out;
}

}  // namespace

Answer<Response> get_definition(const Call& call) {
  DAYBOOK_TRY(check_id(IdKind::kDefinition, call.id, "jobDefinitionId"));
  const auto& views = call.engine().views;
  DAYBOOK_ASSIGN(const auto row, views.definition(call.id));
  if (!row) {
    return refuse(Code::kNotFound, "NOT_FOUND", "there is no job definition " + call.id);
  }
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  write_definition_members(json, *row);
  if (may_read(call, access::Noun::kJobs, call.id)) {
    DAYBOOK_ASSIGN(const auto counts, views.counts(call.id));
    write_counts(json, counts);
  }
  json.member("seq", row->seq);
  json.end_object();
  return out;
}

Answer<Response> list_definitions(const Call& call) {
  DAYBOOK_ASSIGN(auto request, call.query.page());
  request.visible = visible_to(call, access::Noun::kDefinitions);
  DAYBOOK_ASSIGN(const auto fields, call.query.fields(definition_members()));
  DAYBOOK_ASSIGN(const auto page, call.engine().views.definitions(request));
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("jobDefinitions");
  json.begin_array();
  json.keep_members(fields);
  for (const auto& row : page.rows) {
    json.begin_object();
    write_definition_members(json, row);
    json.member("seq", row.seq);
    json.end_object();
  }
  json.end_array();
  end_page(json, page);
  return out;
}

void put_definition(const CallPtr& call, const Responder& responder) {
  if (Status ok = check_id(IdKind::kDefinition, call->id, "jobDefinitionId"); !ok) {
    responder.send(refuse(std::move(ok).error()));
    return;
  }
  FieldErrors errors;
  auto command = read_definition(JsonValue(call->request.body), call->id, errors);
  if (!errors.empty()) {
    responder.send(refuse(Problem(errors.take())));
    return;
  }
  write(call, responder, std::move(command), render_put_definition, Views::kFresh);
}

// What the body names changes, all else stays; null gives a member its default.
void patch_definition(const CallPtr& call, const Responder& responder) {
  if (Status ok = check_id(IdKind::kDefinition, call->id, "jobDefinitionId"); !ok) {
    responder.send(refuse(std::move(ok).error()));
    return;
  }
  FieldErrors errors;
  auto command = read_definition_patch(JsonValue(call->request.body), call->id, errors);
  if (!errors.empty()) {
    responder.send(refuse(Problem(errors.take())));
    return;
  }
  write(call, responder, std::move(command), render_put_definition, Views::kFresh);
}

void delete_definition(const CallPtr& call, const Responder& responder) {
  if (Status ok = check_id(IdKind::kDefinition, call->id, "jobDefinitionId"); !ok) {
    responder.send(refuse(std::move(ok).error()));
    return;
  }
  write(call, responder, scheduler::DeleteDefinition{call->id}, render_deleted_definition);
}

}  // namespace daybook::api
