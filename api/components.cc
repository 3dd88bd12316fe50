// /resources/components.
#include <map>
#include <utility>

#include "api/component_json.h"
#include "api/handlers.h"
#include "api/page_json.h"
#include "api/writes.h"
#include "base/hex.h"
#include "base/json_text.h"
#include "dispatch/stored_components.h"
#include "events/json.h"

namespace daybook::api {
namespace {

// What a row of the list has.
constexpr std::string_view kFields[] = {
    "componentId", "runtime",  "displayName", "description",      "componentVersion",
    "code",        "command",  "env",         "workingDirectory", "limits",
    "output",      "user",     "writable",    "timeout",          "url",
    "headers",     "specHash", "createdAt",   "updatedAt",        "updatedBy",
    "seq"};

Answer<Response> render_put(const Written& written) {
  const events::Recorded& recorded = written.facts.all().front();
  auto row = component_row(recorded.meta, std::get<events::ComponentPut>(recorded.event));
  const auto* outcome = std::get_if<scheduler::ComponentOutcome>(&written.reply.outcome);
  const bool created = outcome != nullptr && outcome->created;
  if (created) {
    row.created_at = row.updated_at;
  } else if (const auto before = written.call.engine().views.component(row.component);
             before && *before) {
    row.created_at = (*before)->created_at;
  }
  Response out;
  out.status = created ? 201 : 200;
  JsonWriter json(out.body);
  json.begin_object();
  write_component_members(json, row);
  write_receipt(json, written.reply);
  json.end_object();
  if (created) {
    out.add("Location", "/resources/components/" + row.component);
  }
  return out;
}

Answer<Response> render_deleted(const Written& written) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("componentId", written.call.id);
  write_receipt(json, written.reply);
  json.end_object();
  return out;
}

void write_component(JsonWriter& json, const projections::ComponentRow& row) {
  json.begin_object();
  write_component_members(json, row);
  json.member("seq", row.seq);
  json.end_object();
}

}  // namespace

Answer<Response> get_component(const Call& call) {
  DAYBOOK_TRY(check_id(IdKind::kComponent, call.id, "componentId"));
  DAYBOOK_ASSIGN(const auto row, call.engine().views.component(call.id));
  if (!row) {
    return refuse(Code::kNotFound, "NOT_FOUND", "there is no component " + call.id);
  }
  Response out;
  JsonWriter json(out.body);
  write_component(json, *row);
  return out;
}

Answer<Response> list_components(const Call& call) {
  DAYBOOK_ASSIGN(const auto request, call.query.page());
  DAYBOOK_ASSIGN(const auto fields, call.query.fields(kFields));
  DAYBOOK_ASSIGN(const auto page, call.engine().views.components(request));
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("components");
  json.begin_array();
  json.keep_members(fields);
  for (const auto& row : page.rows) {
    write_component(json, row);
  }
  json.end_array();
  end_page(json, page);
  return out;
}

void put_component(const CallPtr& call, const Responder& responder) {
  if (Status ok = check_id(IdKind::kComponent, call->id, "componentId"); !ok) {
    responder.send(refuse(std::move(ok).error()));
    return;
  }
  auto command = read_component(call->request.body, call->id, call->engine().runtimes,
                                dispatch::StoredComponents(call->engine().views));
  if (!command) {
    responder.send(refuse(std::move(command).error()));
    return;
  }
  write(call, responder, std::move(*command), render_put, Views::kFresh);
}

void delete_component(const CallPtr& call, const Responder& responder) {
  if (Status ok = check_id(IdKind::kComponent, call->id, "componentId"); !ok) {
    responder.send(refuse(std::move(ok).error()));
    return;
  }
  write(call, responder, scheduler::DeleteComponent{call->id}, render_deleted);
}

namespace {

// Components that are to be stored together with the one that is checked, then those that are.
class DraftComponents final : public components::ComponentDirectory {
 public:
  explicit DraftComponents(const projections::Views& views) : stored_(views) {}

  void add(std::string id, std::string_view spec) { drafts_.emplace(std::move(id), spec); }
  std::optional<std::string> spec(std::string_view component) const override {
    const auto draft = drafts_.find(component);
    return draft != drafts_.end() ? std::optional(draft->second) : stored_.spec(component);
  }

 private:
  dispatch::StoredComponents stored_;
  std::map<std::string, std::string, std::less<>> drafts_;
};

// Takes the member "with" out of the body: {"<id>": {"code": …}, …}.
Answer<std::string> take_drafts(std::string_view body, DraftComponents& drafts) {
  const JsonValue value(body);
  if (value.kind() != JsonValue::Kind::kObject) {
    return std::string(body);
  }
  std::string rest;
  for (const auto& [name, member] : value.members()) {
    if (name != "with") {
      rest += rest.empty() ? "{" : ",";
      append_json_string(rest, name);
      rest += ':';
      rest += member.text();
      continue;
    }
    if (member.kind() != JsonValue::Kind::kObject) {
      return refuse(Code::kInvalid, "INVALID_FIELD", "must be an object of components by id",
                    "with");
    }
    for (const auto& [id, spec] : member.members()) {
      DAYBOOK_TRY(check_id(IdKind::kComponent, id, "with"));
      if (spec.kind() != JsonValue::Kind::kObject) {
        return refuse(Code::kInvalid, "INVALID_FIELD", "must be an object", "with." + id);
      }
      drafts.add(id, spec.text());
    }
  }
  return rest.empty() ? "{}" : rest + "}";
}

}  // namespace

// Says whether a PUT of the same body would be taken, after one of each component in "with"; stores
// nothing.
Answer<Response> check_component(const Call& call) {
  DAYBOOK_TRY(check_id(IdKind::kComponent, call.id, "componentId"));
  DraftComponents others(call.engine().views);
  DAYBOOK_ASSIGN(const std::string body, take_drafts(call.request.body, others));
  DAYBOOK_ASSIGN(const auto command, read_component(body, call.id, call.engine().runtimes, others));
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("componentId", call.id);
  json.member("runtime", events::runtime_name(command.component.runtime));
  json.member("specHash", to_hex(command.component.spec_hash));
  json.member("ok", true);
  json.end_object();
  return out;
}

}  // namespace daybook::api
