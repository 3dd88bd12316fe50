// GET /resources/projections, POST /resources/projections/{name}/rebuild.
#include <algorithm>

#include "api/handlers.h"
#include "api/projection_json.h"

namespace daybook::api {

std::string_view state_name(projections::ProjectionState state) {
  using State = projections::ProjectionState;
  switch (state) {
    case State::kCatchingUp:
      return "catchingUp";
    case State::kLive:
      return "live";
    case State::kRebuilding:
      return "rebuilding";
    case State::kFailed:
      return "failed";
  }
  return "unknown";
}

void write_projection(JsonWriter& json, const projections::ProjectionStatus& status, Seq head) {
  json.begin_object();
  json.member("name", status.name);
  json.member("version", status.version);
  json.member("state", state_name(status.state));
  json.member("appliedSeq", status.applied);
  json.member("lag", head.value - std::min(head, status.applied).value);
  json.member_or_null("rebuiltSeq", status.rebuilt.value != 0, status.rebuilt);
  json.member_or_null("error", !status.error.empty(), status.error);
  json.end_object();
}

Answer<Response> list_projections(const Call& call) {
  const Seq head = call.engine().log.last();
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("projections");
  json.begin_array();
  for (const auto& status : call.engine().views.status()) {
    write_projection(json, status, head);
  }
  json.end_array();
  json.member("headSeq", head);
  json.end_object();
  return out;
}

Answer<Response> rebuild_projection(const Call& call) {
  DAYBOOK_TRY(check_resource_id(call.id, "name"));
  const auto all = call.engine().views.status();
  const bool known =
      std::any_of(all.begin(), all.end(), [&](const auto& p) { return p.name == call.id; });
  if (!known) {
    return refuse(Code::kNotFound, "NOT_FOUND", "there is no projection " + call.id);
  }
  const auto go_on = [&call](Seq, Seq) { return !call.context->stopping.load(); };
  DAYBOOK_ASSIGN(const auto report, call.engine().views.rebuild(call.id, go_on));
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("name", report.name);
  json.member("asOfSeq", report.as_of);
  json.member("events", report.events);
  json.member("keys", report.keys);
  json.member("seconds", report.seconds);
  json.member("identical", report.identical);
  json.member_or_null("firstDifference", !report.first_difference.empty(), report.first_difference);
  json.end_object();
  return out;
}

}  // namespace daybook::api
