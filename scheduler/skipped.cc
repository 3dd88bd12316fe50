// Effects that are not carried out, as the events tell it.
#include "base/json_writer.h"
#include "scheduler/outcomes.h"

namespace daybook::scheduler {

std::string skipped_json(const std::vector<Skipped>& skipped) {
  std::string out;
  if (skipped.empty()) {
    return out;
  }
  JsonWriter json(out);
  json.begin_array();
  for (const Skipped& one : skipped) {
    json.begin_object();
    json.member("effect", one.effect);
    json.member("code", one.code);
    json.member("message", one.message);
    json.member_or_null("jobId", !one.holder.is_null(), one.holder);
    json.end_object();
  }
  json.end_array();
  return out;
}

}  // namespace daybook::scheduler
