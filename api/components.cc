// /resources/components.
#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include <spdlog/logger.h>

#include "api/component_json.h"
#include "api/component_users.h"
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
constexpr std::string_view kComponentFields[] = {
    "componentId", "runtime",  "displayName", "description",      "componentVersion",
    "code",        "command",  "env",         "workingDirectory", "limits",
    "output",      "user",     "writable",    "timeout",          "url",
    "headers",     "specHash", "parameters",  "createdAt",        "updatedAt",
    "updatedBy",   "seq"};

Answer<Response> render_put_component(const Written& written, const ComponentWarnings& warnings) {
  const events::Recorded& recorded = written.facts.all().front();
  auto row = projections::row_of(std::get<events::ComponentPut>(recorded.event));
  row.stamp(recorded.meta, {});
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
  write_warnings(json, warnings);
  write_receipt(json, written.reply);
  json.end_object();
  if (created) {
    out.add("Location", "/resources/components/" + row.component);
  }
  return out;
}

Answer<Response> render_deleted_component(const Written& written,
                                          const ComponentWarnings& warnings) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("componentId", written.call.id);
  write_warnings(json, warnings);
  write_receipt(json, written.reply);
  json.end_object();
  return out;
}

ComponentWarnings warnings_of(const std::vector<Error>& errors) {
  ComponentWarnings out;
  for (const Error& error : errors) {
    out.push_back({error.reason, error.message});
  }
  return out;
}

// Whether the views show what those that import the component take, now that it has changed: both
// in kComponentUsersTimeUs. On the thread that compiles.
bool importers_are_settled(const Engine& engine, Seq changed) {
  if (!engine.contracts_settled) {
    return true;
  }
  const Duration at_most{kComponentUsersTimeUs};
  const Micros deadline = engine.clock.steady() + at_most;
  if (!engine.contracts_settled(changed, at_most)) {
    return false;
  }
  const std::int64_t left = std::max<std::int64_t>(0, (deadline - engine.clock.steady()).value);
  return engine.views.wait_for(engine.log.last(), std::chrono::milliseconds(left / 1000))
      .has_value();
}

using RenderChanged = Answer<Response> (*)(const Written&, const ComponentWarnings&);

// What was written is answered, whatever may be said of those that name the component: that is
// looked at on the thread that compiles, once the views show the change and what importers take
// now.
void answer_changed(const CallPtr& call, const Responder& responder, scheduler::Reply reply,
                    ComponentWarnings warnings, RenderChanged render) {
  const auto answer = [call, responder, render](const scheduler::Reply& done,
                                                ComponentWarnings said) {
    render_reply(
        call, responder, done,
        [render, said = std::move(said)](const Written& written) { return render(written, said); },
        Views::kFresh);
  };
  const auto* outcome = std::get_if<scheduler::ComponentOutcome>(&reply.outcome);
  if (outcome == nullptr || outcome->users.empty()) {
    answer(reply, reply.replayed ? ComponentWarnings() : std::move(warnings));
    return;
  }
  const Seq last = reply.last;
  auto look = [call, answer, reply = std::move(reply),
               warnings = std::move(warnings)](const Status& ready) mutable {
    const auto users = users_seen_by(*call->caller.rights,
                                     std::get<scheduler::ComponentOutcome>(reply.outcome).users);
    const Engine& engine = call->engine();
    const bool settled =
        !ready || users.importers.empty() || importers_are_settled(engine, reply.last);
    auto found = ready ? check_users(engine, call->id, users)
                       : ComponentWarnings{{"NOT_ALL_CHECKED", "what names it was not looked at: " +
                                                                   ready.error().message}};
    if (!settled) {
      found.push_back({"NOT_ALL_CHECKED",
                       "which parameters those that import it take is still being worked out"});
    }
    warnings.insert(warnings.end(), found.begin(), found.end());
    answer(reply, std::move(warnings));
  };
  if (!call->context->compiles.submit(last, look, gone_of(call))) {
    look(fail(Code::kUnavailable, "TOO_MANY_COMPILATIONS", "too much waits to be compiled"));
  }
}

void change(const CallPtr& call, const Responder& responder, scheduler::Command command,
            ComponentWarnings warnings, RenderChanged render) {
  submit_command(call, responder, std::move(command),
                 [call, responder, warnings = std::move(warnings), render](auto reply) {
                   if (reply) {
                     answer_changed(call, responder, std::move(*reply), warnings, render);
                   } else {
                     responder.send(refuse(std::move(reply).error()));
                   }
                 });
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
  DAYBOOK_ASSIGN(auto request, call.query.page());
  request.visible = visible_to(call, access::Noun::kComponents);
  DAYBOOK_ASSIGN(const auto fields, call.query.fields(kComponentFields));
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

namespace {

// Its jobs will soon come, and should not wait for what can be done here. What fails is done for
// them; the request is answered without it.
void prepare(const Call& call, const scheduler::Component& component) {
  const auto runtime = call.engine().runtimes.find(component.runtime);
  if (runtime == call.engine().runtimes.end() || runtime->second == nullptr) {
    return;
  }
  try {
    const dispatch::StoredComponents others(call.engine().views);
    runtime->second->prepare({component.id, component.spec, others, component.imports});
  } catch (const std::exception& e) {
    call.engine().logger.warn("component {} is not prepared: {}", component.id, e.what());
  }
}

}  // namespace

void put_component(const CallPtr& call, const Responder& responder) {
  if (Status ok = check_id(IdKind::kComponent, call->id, "componentId"); !ok) {
    responder.send(refuse(std::move(ok).error()));
    return;
  }
  auto read = read_component(call->request.body, call->id, call->engine().runtimes,
                             dispatch::StoredComponents(call->engine().views));
  if (!read) {
    responder.send(refuse(std::move(read).error()));
    return;
  }
  const scheduler::Component component = read->command.component;
  change(call, responder, std::move(read->command), warnings_of(read->warnings),
         render_put_component);
  prepare(*call, component);
}

void delete_component(const CallPtr& call, const Responder& responder) {
  if (Status ok = check_id(IdKind::kComponent, call->id, "componentId"); !ok) {
    responder.send(refuse(std::move(ok).error()));
    return;
  }
  change(call, responder, scheduler::DeleteComponent{call->id}, {}, render_deleted_component);
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
  DAYBOOK_ASSIGN(const auto read, read_component(body, call.id, call.engine().runtimes, others));
  const scheduler::Component& component = read.command.component;
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("componentId", call.id);
  json.member("runtime", events::runtime_name(component.runtime));
  json.member("specHash", to_hex(component.spec_hash));
  json.member("ok", true);
  write_warnings(json, warnings_of(read.warnings));
  json.end_object();
  return out;
}

}  // namespace daybook::api
