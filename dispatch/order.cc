#include "dispatch/order.h"

namespace daybook::dispatch {

components::Order make_order(const scheduler::StartedJob& job, std::optional<Micros> deadline) {
  components::Order out;
  out.job = job.job;
  out.definition = job.definition;
  out.owner = job.owner;
  out.attempt = job.attempt;
  out.token = job.token.text();
  out.component = job.component->id;
  out.spec = job.component->spec;
  out.parameters = job.parameters;
  for (const auto& module : job.modules) {
    out.modules.push_back({module->id, module->spec});
  }
  // What a component is shown is what people see.
  out.started_at = Micros{job.started_at.value - job.ahead.value};
  out.planned = job.planned;
  out.due = Micros{job.due.value - job.ahead.value};
  out.deadline = deadline;
  return out;
}

}  // namespace daybook::dispatch
