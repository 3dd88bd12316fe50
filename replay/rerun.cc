#include "replay/rerun.h"

#include <algorithm>
#include <map>
#include <memory>
#include <unordered_map>
#include <variant>

#include "base/time_text.h"
#include "components/reactor_answers.h"
#include "components/reactor_runtime.h"
#include "events/codec.h"
#include "log/prefetch.h"
#include "scheduler/commands.h"

namespace daybook::replay {
namespace {

// A component as it stood at some time.
struct Stored {
  std::string id;
  events::Runtime runtime;
  std::string spec;
  std::vector<std::string> imports;
};

struct OpenRun {
  components::Order order;
  bool repeatable = false;  // in the reactor language
};

std::string schedule_line(std::string_view definition, Micros run_at, std::string_view parameters) {
  return "scheduleJob " + std::string(definition) + " at " + format_time(run_at) + " " +
         std::string(parameters);
}

std::string send_line(std::string_view id, std::string_view recipient, std::string_view content) {
  return "send " + std::string(id) + " to " + std::string(recipient) + " " + std::string(content);
}

std::string failure_line(std::string_view code, std::string_view message) {
  return "failed " + std::string(code) + ": " + std::string(message);
}

// What a run that ended at `completed` would have had recorded.
std::vector<std::string> lines_of(const components::RunOutcome& outcome, Micros completed) {
  if (outcome.failure) {
    return {failure_line(outcome.failure->code, outcome.failure->message)};
  }
  std::vector<std::string> out{"completed " + outcome.result};
  for (const components::Effect& effect : outcome.effects) {
    if (const auto* job = std::get_if<components::ScheduleJobEffect>(&effect)) {
      const Micros wanted = job->after ? completed + *job->after : job->at.value_or(completed);
      out.push_back(schedule_line(job->definition, std::max(completed, wanted), job->parameters));
    } else {
      const auto& send = std::get<components::SendEffect>(effect);
      out.push_back(send_line(send.id ? send.id->text() : "", send.recipient, send.content));
    }
  }
  return out;
}

// Ends that the clock, a restart or the outside decided.
bool by_the_outside(std::string_view code) {
  constexpr std::string_view kCodes[] = {"TIMEOUT",        "STOPPED",        "RUNTIME_BUSY",
                                         "REPORT_REFUSED", "EFFECT_REFUSED", "LEASE_EXPIRED",
                                         "ATTEMPT_LOST",   "SERVER_STOPPED", "OUTPUT_TOO_LARGE"};
  return std::find(std::begin(kCodes), std::end(kCodes), code) != std::end(kCodes);
}

class Rerunner {
 public:
  Rerunner(const RerunOptions& options, const std::function<void(const Rerun&)>& each)
      : options_(options), each_(each) {}

  void take(const events::Recorded& recorded) {
    if (waiting_ && recorded.meta.seq > waiting_last_) {
      finish();
    }
    std::visit([&](const auto& e) { on(e, recorded.meta); }, recorded.event);
  }
  void finish() {
    if (waiting_) {
      tell(std::move(*waiting_));
      waiting_.reset();
    }
  }
  bool full() const { return report_.identical + report_.different >= options_.limit; }
  bool over() const { return over_ && !waiting_; }
  const RerunReport& report() const { return report_; }

 private:
  bool wanted(JobId job, events::Text definition) const {
    return (!options_.job || *options_.job == job) &&
           (options_.definition.empty() || options_.definition == definition);
  }

  void on(const events::ComponentPut& e, const events::Meta&) {
    auto stored = std::make_shared<Stored>();
    stored->id = e.component;
    stored->runtime = e.runtime;
    stored->spec = e.spec.text;
    stored->imports.assign(e.imports.begin(), e.imports.end());
    components_[stored->id] = std::move(stored);
  }
  void on(const events::ComponentDeleted& e, const events::Meta&) {
    components_.erase(std::string(e.component));
  }
  void on(const events::JobCreated& e, const events::Meta& meta) {
    if (wanted(e.job, e.definition)) {
      parameters_[e.job.key().value] = e.parameters.text;
    }
    if (waiting_ && e.effect_of == waiting_end_) {
      waiting_->recorded.push_back(schedule_line(e.definition, e.run_at, e.parameters.text));
      waiting_last_ = std::max(waiting_last_, meta.seq);
    }
  }
  void on(const events::SendingCreated& e, const events::Meta& meta) {
    if (waiting_ && e.effect_of == waiting_end_) {
      waiting_->recorded.push_back(send_line(e.sending.text(), e.recipient, e.content.text));
      waiting_last_ = std::max(waiting_last_, meta.seq);
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
  void on(const auto&, const events::Meta&) {}

  void forget(JobId job) {
    parameters_.erase(job.key().value);
    over_ = over_ || options_.job == job;
  }
  template <typename E>
  void end(const E& e, const events::Meta& meta, std::string outcome, std::string_view code,
           std::uint32_t effects);
  void run_again(const OpenRun& open, Rerun& out, std::string_view answers, Micros completed);
  void tell(Rerun rerun);

  const RerunOptions& options_;
  const std::function<void(const Rerun&)>& each_;
  std::map<std::string, std::shared_ptr<const Stored>, std::less<>> components_;
  std::unordered_map<std::uint64_t, std::string> parameters_;  // of live jobs that are wanted
  std::unordered_map<std::uint64_t, OpenRun> open_;            // by JobStarted
  std::optional<Rerun> waiting_;  // its effects stand behind it in the same batch
  Seq waiting_end_;
  Seq waiting_last_;
  RerunReport report_;
  bool over_ = false;
};

void Rerunner::on(const events::JobStarted& e, const events::Meta& meta) {
  const auto parameters = parameters_.find(e.job.key().value);
  const auto component = components_.find(e.component);
  if (parameters == parameters_.end() || component == components_.end()) {
    return;
  }
  OpenRun run;
  run.repeatable = component->second->runtime == events::Runtime::kReactor;
  run.order.job = e.job;
  run.order.definition = e.definition;
  run.order.attempt = e.attempt;
  run.order.token = scheduler::Token{meta.seq, e.secret}.text();
  run.order.component = e.component;
  run.order.spec = component->second->spec;
  run.order.parameters = parameters->second;
  run.order.started_at = meta.time;
  for (const std::string& import : component->second->imports) {
    if (const auto module = components_.find(import); module != components_.end()) {
      run.order.modules.push_back({import, module->second->spec});
    }
  }
  open_.emplace(meta.seq.value, std::move(run));
}

template <typename E>
void Rerunner::end(const E& e, const events::Meta& meta, std::string outcome, std::string_view code,
                   std::uint32_t effects) {
  const auto found = open_.find(e.end.started.value);
  if (found == open_.end()) {
    return;
  }
  const OpenRun open = std::move(found->second);
  open_.erase(found);
  Rerun out{e.job, open.order.attempt, open.order.definition, open.order.component, {}, {}, {}};
  out.recorded.push_back(std::move(outcome));
  if (!open.repeatable) {
    out.not_repeatable = "its runtime is not the reactor language";
  } else if (by_the_outside(code)) {
    out.not_repeatable = "it ended by the outside: " + std::string(code);
  } else {
    run_again(open, out, e.end.answers.text, meta.time);
  }
  if (effects == 0) {
    tell(std::move(out));
    return;
  }
  waiting_ = std::move(out);
  waiting_end_ = meta.seq;
  waiting_last_ = Seq{meta.seq.value + effects};
}

void Rerunner::run_again(const OpenRun& open, Rerun& out, std::string_view answers,
                         Micros completed) {
  auto kept = components::read_answers(answers);
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
  out.again = lines_of(outcome, completed);
}

void Rerunner::tell(Rerun rerun) {
  if (!rerun.not_repeatable.empty()) {
    ++report_.not_repeatable;
  } else if (rerun.identical()) {
    ++report_.identical;
  } else {
    ++report_.different;
  }
  each_(rerun);
}

}  // namespace

std::string Rerun::diff() const {
  std::string out;
  for (std::size_t i = 0; i < std::max(recorded.size(), again.size()); ++i) {
    const std::string* before = i < recorded.size() ? &recorded[i] : nullptr;
    const std::string* now = i < again.size() ? &again[i] : nullptr;
    if (before != nullptr && now != nullptr && *before == *now) {
      continue;
    }
    out += before != nullptr ? "- " + *before + "\n" : "";
    out += now != nullptr ? "+ " + *now + "\n" : "";
  }
  return out;
}

Result<RerunReport> rerun(log::Log& log, const RerunOptions& options,
                          const std::function<void(const Rerun&)>& each) {
  const Seq first = log.first();
  const Seq until = log.last();
  if (options.job && (options.job->key() < first || options.job->key() > until)) {
    return fail(Code::kNotFound, "NOT_FOUND", "the log has no job " + options.job->text());
  }
  DAYBOOK_ASSIGN(auto inner, log.read(first));
  const auto cursor = log::prefetch(std::move(inner), first, until);
  Rerunner rerunner(options, each);
  events::RecordView record;
  while (!rerunner.over() && !rerunner.full()) {
    DAYBOOK_ASSIGN(const bool more, cursor->next(record));
    if (!more) {
      break;
    }
    DAYBOOK_ASSIGN(const events::Recorded recorded, events::decode(record));
    rerunner.take(recorded);
    if (options.progress && recorded.meta.seq.value % 4096 == 0) {
      options.progress(recorded.meta.seq, until);
    }
  }
  rerunner.finish();
  return rerunner.report();
}

}  // namespace daybook::replay
