#include "dispatch/order.h"

namespace daybook::dispatch {

components::Order make_order(const scheduler::StartedJob& job, std::optional<Micros> deadline) {
  components::Order out;
  out.job = job.job;
  out.definition = job.definition;
  out.attempt = job.attempt;
  out.token = job.token.text();
  out.component = job.component->id;
  out.spec = job.component->spec;
  out.parameters = job.parameters;
  for (const auto& module : job.modules) {
    out.modules.push_back({module->id, module->spec});
  }
  out.started_at = job.started_at;
  out.planned = job.planned;
  out.due = job.due;
  out.deadline = deadline;
  return out;
}

}  // namespace daybook::dispatch
