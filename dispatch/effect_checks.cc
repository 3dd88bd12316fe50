#include "dispatch/effect_checks.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/thread.h"

namespace daybook::dispatch {
namespace {

bool makes_jobs(const components::RunOutcome& outcome) {
  const auto is_job = [](const components::Effect& effect) {
    return std::holds_alternative<components::ScheduleJobEffect>(effect);
  };
  return !outcome.failure && !outcome.cancelled &&
         std::any_of(outcome.effects.begin(), outcome.effects.end(), is_job);
}

}  // namespace

Status EffectChecks::start() {
  if (!rules_.parameters) {
    return {};
  }
  DAYBOOK_ASSIGN(thread_, start_thread("effects", [this] { work(); }));
  return {};
}

void EffectChecks::pass(components::RunOutcome outcome, const Next& next) {
  Ended ended{std::move(outcome), next};
  if (!rules_.parameters || !makes_jobs(ended.outcome)) {
    ended.next(std::move(ended.outcome));
  } else if (!mail_.post(std::move(ended))) {
    check(ended);
  }
}

void EffectChecks::check(Ended& ended) const {
  if (const auto taken = check_effects(ended.outcome.effects, rules_); !taken) {
    ended.outcome.effects.clear();
    ended.outcome.failure = effect_refusal(taken.error(), ended.outcome.effect_places);
  }
  ended.next(std::move(ended.outcome));
}

void EffectChecks::work() {
  std::vector<Ended> all;
  for (bool stopped = false; !stopped;) {
    mail_.wait(std::nullopt, all);
    for (Ended& ended : all) {
      if (ended.next) {
        check(ended);
      } else {
        stopped = true;  // what came behind it is answered too
      }
    }
    all.clear();
  }
}

void EffectChecks::stop() {
  if (thread_.joinable()) {
    (void)mail_.post({});
    thread_.join();
  }
  for (Ended& ended : mail_.close()) {
    check(ended);
  }
}

}  // namespace daybook::dispatch
