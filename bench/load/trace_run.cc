#include "bench/load/trace_run.h"

#include <algorithm>
#include <future>
#include <set>
#include <utility>

#include "base/limits/dispatch.h"
#include "base/sha256.h"
#include "events/codec.h"

namespace daybook::bench {
namespace {

constexpr double kDayUs = 86'400e6;

std::string parameters_of(const SwfJob& job) {
  return "{\"traceJob\":" + std::to_string(job.id) + ",\"user\":" + std::to_string(job.user) +
         ",\"processors\":" + std::to_string(job.processors) +
         ",\"runTimeSeconds\":" + std::to_string(job.run_time) + "}";
}

}  // namespace

std::string definition_of(const SwfJob& job) {
  return job.application < 0 ? "app-unknown" : "app-" + std::to_string(job.application);
}

TraceRun::TraceRun(Engine& engine, FakeClock& clock, const SwfTrace& trace)
    : engine_(engine), clock_(clock), trace_(trace), began_(clock.wall()) {}

Result<TraceResult> TraceRun::run(
    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  DAYBOOK_ASSIGN(cursor_, engine_.log().read(engine_.log().first()));
  DAYBOOK_TRY(put_definitions());
  while (const auto at = next_instant()) {
    clock_.advance(*at - clock_.wall());
    DAYBOOK_TRY(report_ended());
    DAYBOOK_TRY(create_submitted());
    DAYBOOK_TRY(start_due());
    if (progress) {
      progress(next_submit_, trace_.jobs.size());
    }
  }
  result_.virtual_days = static_cast<double>((clock_.wall() - began_).value) / kDayUs;
  return result_;
}

Status TraceRun::put_definitions() {
  const std::string spec = R"({"command":["true"]})";
  scheduler::PutComponent component;
  component.component = {"trace", events::Runtime::kExec, spec, sha256(spec)};
  DAYBOOK_TRY(engine_.sequencer().call(std::move(component)));
  std::set<std::string> names;
  for (const SwfJob& job : trace_.jobs) {
    if (names.insert(definition_of(job)).second) {
      scheduler::PutDefinition definition;
      definition.definition = definition_of(job);
      definition.component = "trace";
      DAYBOOK_TRY(engine_.sequencer().call(std::move(definition)));
    }
  }
  result_.definitions = names.size();
  return {};
}

std::optional<Micros> TraceRun::next_instant() const {
  std::optional<Micros> out;
  if (next_submit_ < trace_.jobs.size()) {
    // Never back: a job that the last instant should have held is taken now.
    out = std::max(clock_.wall(), began_ + seconds(trace_.jobs[next_submit_].submit));
  }
  if (!open_.empty() && (!out || open_.top().ends < *out)) {
    out = open_.top().ends;
  }
  return out;
}

Status TraceRun::report_ended() {
  std::vector<scheduler::Command> commands;
  for (; !open_.empty() && open_.top().ends <= clock_.wall(); open_.pop()) {
    scheduler::ReportAttempt report;
    report.token = open_.top().token;
    report.job = open_.top().job;
    report.result = R"({"exit":0})";
    report.digest = open_.top().job.low;
    commands.emplace_back(std::move(report));
  }
  DAYBOOK_TRY(submit(std::move(commands)));
  return {};
}

Status TraceRun::create_submitted() {
  const std::size_t first = next_submit_;
  std::vector<scheduler::Command> commands;
  for (; next_submit_ < trace_.jobs.size() &&
         began_ + seconds(trace_.jobs[next_submit_].submit) <= clock_.wall();
       ++next_submit_) {
    const SwfJob& job = trace_.jobs[next_submit_];
    scheduler::CreateJobs create;
    scheduler::NewJob& made = create.jobs.emplace_back();
    made.definition = definition_of(job);
    made.parameters = parameters_of(job);
    made.tags.push_back("user-" + std::to_string(job.user));
    commands.emplace_back(std::move(create));
  }
  DAYBOOK_ASSIGN(const auto replies, submit(std::move(commands)));
  for (std::size_t i = 0; i < replies.size(); ++i) {
    place_of_[std::get<scheduler::Created>(replies[i].outcome).jobs.front()] = first + i;
  }
  return {};
}

Status TraceRun::start_due() {
  DAYBOOK_TRY(fold());
  for (;;) {
    std::vector<scheduler::Command> commands;
    for (const auto& offer :
         queue_.take(clock_.wall(), kStartsPerCommandMax, [](auto) { return true; })) {
      commands.emplace_back(
          scheduler::StartJob{offer.job, {entropy_.next(), entropy_.next()}, {}, false});
    }
    if (commands.empty()) {
      return {};
    }
    DAYBOOK_ASSIGN(const auto replies, submit(std::move(commands)));
    for (const scheduler::Reply& reply : replies) {
      const auto& started = *std::get<scheduler::StartOutcome>(reply.outcome).started;
      const auto place = place_of_.extract(started.job);
      const Duration runs = seconds(trace_.jobs[place.mapped()].run_time);
      open_.push({clock_.wall() + runs, started.token, started.job});
    }
    result_.running_max = std::max<std::uint64_t>(result_.running_max, open_.size());
    DAYBOOK_TRY(fold());
  }
}

Status TraceRun::fold() {
  events::RecordView record;
  for (;;) {
    DAYBOOK_ASSIGN(const bool more, cursor_->next(record));
    if (!more) {
      return {};
    }
    DAYBOOK_ASSIGN(const events::Recorded recorded, events::decode(record));
    queue_.apply(recorded);
  }
}

// Waits until they are durable; fails when one is refused.
Result<std::vector<scheduler::Reply>> TraceRun::submit(std::vector<scheduler::Command> commands) {
  std::vector<scheduler::Reply> out;
  if (commands.empty()) {
    return out;
  }
  std::promise<std::vector<Result<scheduler::Reply>>> promise;
  scheduler::Request request;
  request.id = entropy_.command_id();
  request.commands = std::move(commands);
  request.answer = [&promise](std::vector<Result<scheduler::Reply>> replies) {
    promise.set_value(std::move(replies));
  };
  DAYBOOK_TRY(engine_.sequencer().submit(std::move(request)));
  for (auto& reply : promise.get_future().get()) {
    if (!reply) {
      return fail(reply.error());
    }
    out.push_back(std::move(*reply));
  }
  return out;
}

}  // namespace daybook::bench
