// Attempts of jobs, run again.
#include <unordered_map>
#include <utility>
#include <variant>

#include "components/reactor_answers.h"
#include "components/reactor_runtime.h"
#include "replay/component_history.h"
#include "replay/rerun_pass.h"
#include "replay/skipped.h"
#include "scheduler/commands.h"

namespace daybook::replay {
namespace {

struct OpenRun {
  components::Order order;
  bool repeatable = false;  // in the reactor language
};

// How the attempt ended, as far as a run of it does not know.
struct Ended {
  Micros time;
  std::string_view answers;
  std::string_view skipped;  // effects that were asked for and left out
};

// What a run that ended so would have had recorded.
std::vector<std::string> lines_of(const components::RunOutcome& outcome, const Ended& end) {
  if (outcome.failure) {
    return {failure_line(outcome.failure->code, outcome.failure->message)};
  }
  std::vector<std::string> out{"completed " + outcome.result};
  const auto skipped = skipped_places(end.skipped);
  for (std::size_t i = 0; i < outcome.effects.size(); ++i) {
    if (!skipped.contains(static_cast<std::uint32_t>(i))) {
      out.push_back(effect_line(outcome.effects[i], end.time));
    }
  }
  return out;
}

void run_again(const OpenRun& open, Rerun& out, const Ended& end) {
  auto kept = components::read_answers(end.answers);
  if (!kept) {
    out.not_repeatable = "its recorded answers cannot be read";
    return;
  }
  const auto program = components::compile_order(open.order);
  if (!program) {
    out.again = {failure_line("COMPONENT_BROKEN", program.error().text())};
    return;
  }
  components::KeptWorld world(std::move(*kept));
  const components::RunOutcome outcome =
      components::run_order(open.order, **program, reactor::RunLimits(), world);
  if (outcome.failure && outcome.failure->code == components::KeptWorld::kDiffers &&
      out.recorded.front().starts_with("failed") && world.all_asked()) {
    out.not_repeatable = "its last question was not answered";
    return;
  }
  out.again = lines_of(outcome, end);
}

class Attempts {
 public:
  Attempts(const AttemptChoice& choice, RerunPass& pass) : choice_(choice), pass_(pass) {}

  void take(const events::Recorded& recorded) {
    components_.take(recorded);
    std::visit([&](const auto& e) { on(e, recorded.meta); }, recorded.event);
  }
  // The one job is over.
  bool over() const { return over_; }

 private:
  bool wanted(JobId job, events::Text definition) const {
    return (!choice_.job || *choice_.job == job) &&
           (choice_.definition.empty() || choice_.definition == definition);
  }

  void on(const events::JobCreated& e, const events::Meta&) {
    if (wanted(e.job, e.definition)) {
      parameters_[e.job.key().value] = e.parameters.text;
    }
  }
  void on(const events::JobStarted& e, const events::Meta& meta);
  void on(const events::JobCompleted& e, const events::Meta& meta) {
    end(e, meta, "completed " + std::string(e.result.text), "", e.effects);
    forget(e.job);
  }
  void on(const events::JobFailed& e, const events::Meta& meta) {
    end(e, meta, failure_line(e.failure.code, e.failure.message), e.failure.code, 0);
    forget(e.job);
  }
  void on(const events::JobRetryScheduled& e, const events::Meta& meta) {
    end(e, meta, failure_line(e.failure.code, e.failure.message), e.failure.code, 0);
  }
  void on(const events::JobCancelled& e, const events::Meta& meta) {
    end(e, meta, "cancelled", "STOPPED", 0);
    forget(e.job);
  }
  void on(const events::ClockStepped& e, const events::Meta&) { clocks_ = e.offsets; }
  void on(const auto&, const events::Meta&) {}

  void forget(JobId job) {
    parameters_.erase(job.key().value);
    over_ = over_ || choice_.job == job;
  }
  template <typename E>
  void end(const E& e, const events::Meta& meta, std::string outcome, std::string_view code,
           std::uint32_t effects);

  const AttemptChoice& choice_;
  RerunPass& pass_;
  ComponentHistory components_;
  std::unordered_map<std::uint64_t, std::string> parameters_;  // of live jobs that are wanted
  std::unordered_map<std::uint64_t, OpenRun> open_;            // by JobStarted
  events::ClockOffsets clocks_;
  bool over_ = false;
};

void Attempts::on(const events::JobStarted& e, const events::Meta& meta) {
  const auto parameters = parameters_.find(e.job.key().value);
  const auto* component = components_.find(e.component);
  if (parameters == parameters_.end() || component == nullptr) {
    return;
  }
  OpenRun run;
  run.repeatable = component->runtime == events::Runtime::kReactor;
  run.order.job = e.job;
  run.order.definition = e.definition;
  run.order.attempt = e.attempt;
  run.order.token = scheduler::Token{meta.seq, e.secret}.text();
  run.order.component = e.component;
  run.order.spec = component->spec;
  run.order.parameters = parameters->second;
  run.order.started_at = clocks_.wall(meta.time);
  run.order.due = clocks_.wall(e.due);
  run.order.planned = e.planned.value != 0 ? e.planned : e.due;
  components_.each_module(*component, [&](const std::string& id, const auto& module) {
    run.order.modules.push_back({id, module.spec});
  });
  open_.emplace(meta.seq.value, std::move(run));
}

template <typename E>
void Attempts::end(const E& e, const events::Meta& meta, std::string outcome, std::string_view code,
                   std::uint32_t effects) {
  const auto found = open_.find(e.end.started.value);
  if (found == open_.end()) {
    return;
  }
  const OpenRun open = std::move(found->second);
  open_.erase(found);
  Rerun out;
  out.run = e.job.text() + " attempt " + std::to_string(open.order.attempt.value) + " of " +
            open.order.definition + " (" + open.order.component + ")";
  out.recorded.push_back(std::move(outcome));
  if (!open.repeatable) {
    out.not_repeatable = "its runtime is not the reactor language";
  } else if (ended_by_the_outside(code)) {
    out.not_repeatable = "it ended by the outside: " + std::string(code);
  } else {
    Ended ended{meta.time, e.end.answers.text, {}};
    if constexpr (std::is_same_v<E, events::JobCompleted>) {
      ended.skipped = e.skipped.text;
    }
    run_again(open, out, ended);
  }
  pass_.ended(std::move(out), meta.seq, effects);
}

}  // namespace

Result<RerunReport> rerun_attempts(log::Log& log, const AttemptChoice& choice,
                                   const RerunOptions& options, const TellRerun& tell) {
  if (choice.job && (choice.job->key() < log.first() || choice.job->key() > log.last())) {
    return fail(Code::kNotFound, "NOT_FOUND", "the log has no job " + choice.job->text());
  }
  RerunPass pass(options, tell);
  Attempts attempts(choice, pass);
  DAYBOOK_TRY(pass.read(
      log,
      [&](const events::Recorded& recorded) {
        attempts.take(recorded);
        return Status();
      },
      [&] { return attempts.over(); }));
  return pass.report();
}

}  // namespace daybook::replay
