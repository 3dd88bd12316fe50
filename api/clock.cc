// GET and POST /resources/clock: the time that a server with a movable clock goes by.
#include "api/field_reader.h"
#include "api/handlers.h"
#include "base/json_writer.h"
#include "base/limits/definitions.h"
#include "base/time_text.h"

namespace daybook::api {
namespace {

Answer<ShiftedClock*> movable_clock(const Call& call) {
  if (call.engine().movable_clock == nullptr) {
    return refuse(Code::kNotFound, "NOT_FOUND",
                  "this server goes by the system's clock; only one that was started with --clock "
                  "can be moved");
  }
  return call.engine().movable_clock;
}

Response clock_response(const Clock& clock) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("now", clock.wall());
  json.end_object();
  return out;
}

}  // namespace

Answer<Response> get_clock(const Call& call) {
  DAYBOOK_ASSIGN(const ShiftedClock* clock, movable_clock(call));
  return clock_response(*clock);
}

// {"advance": "1d"} or {"to": "2025-11-16T02:00:00Z"}: only forward, as time goes.
Answer<Response> move_clock(const Call& call) {
  DAYBOOK_ASSIGN(ShiftedClock* const clock, movable_clock(call));
  FieldErrors errors;
  const JsonValue value(call.request.body);
  FieldReader fields(value, "", errors);
  Duration advance;
  std::optional<Micros> to;
  fields.duration("advance", advance, {Duration{}, Duration{kRunAtAheadMaxUs}});
  fields.time("to", to);
  fields.finish();
  if (!errors.empty()) {
    return refuse(Problem(errors.take()));
  }
  if (to) {
    advance = *to - clock->wall();
  }
  if (advance.value < 0 || advance.value > kRunAtAheadMaxUs) {
    return refuse(Code::kInvalid, "INVALID_FIELD", "the clock moves forward, at most ten years",
                  to ? "to" : "advance");
  }
  clock->advance(advance);
  return clock_response(*clock);
}

}  // namespace daybook::api
