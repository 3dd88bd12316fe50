// GET /health/live, /health/ready, /version, /openapi.json.
#include <algorithm>

#include "api/handlers.h"
#include "api/openapi_document.h"
#include "api/projection_json.h"

namespace daybook::api {
namespace {

// Behind by more than this, lists would be late: not ready for traffic.
constexpr std::uint64_t kLagMax = 100'000;

void write_disk(JsonWriter& json, const DiskStatus& disk) {
  json.key("disk");
  json.begin_object();
  json.member("freeBytes", disk.free_bytes);
  json.member("totalBytes", disk.total_bytes);
  json.member("accepting", disk.accepting);
  json.end_object();
}

bool stands_still(const Fault& fault) {
  return fault.consequence != Consequence::kNoted;
}

void write_faults(JsonWriter& json, const std::vector<Fault>& faults) {
  json.key("faults");
  json.begin_array();
  for (const Fault& fault : faults) {
    json.begin_object();
    json.member("part", fault.part);
    json.member("code", fault.error.reason);
    json.member("message", fault.error.message);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

Answer<Response> health_live(const Call&) {
  return json_response(200, R"({"status":"live"})");
}

Answer<Response> health_ready(const Call& call) {
  const Engine& engine = call.engine();
  const Seq head = engine.log.last();
  const auto projections = engine.views.status();
  const DiskStatus disk = engine.disk();
  const bool views_ready = std::all_of(projections.begin(), projections.end(), [&](const auto& p) {
    return p.state != projections::ProjectionState::kFailed &&
           head.value - std::min(head, p.applied).value <= kLagMax;
  });
  const auto faults = engine.supervisor.faults();
  const bool ready = views_ready && std::none_of(faults.begin(), faults.end(), stands_still) &&
                     disk.accepting && !call.context->stopping.load();
  Response out;
  out.status = ready ? 200 : 503;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("status", ready ? "ready" : "not ready");
  json.member("headSeq", head);
  json.key("projections");
  json.begin_array();
  for (const auto& projection : projections) {
    write_projection(json, projection, head);
  }
  json.end_array();
  write_disk(json, disk);
  write_faults(json, faults);
  json.end_object();
  return out;
}

Answer<Response> version(const Call& call) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("name", "daybook");
  json.member("version", call.engine().version);
  json.member("logFormat", events::kFormatVersion);
  json.end_object();
  return out;
}

Answer<Response> openapi(const Call&) {
  return json_response(200, std::string(openapi_document()));
}

}  // namespace daybook::api
