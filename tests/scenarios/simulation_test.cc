// Simulated hours of random work with failed writes and restarts: after each restart the checker,
// the replay and the queue must agree. DAYBOOK_SEED repeats a run; DAYBOOK_SIMULATIONS runs more of
// them.
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "events/catalogue.h"
#include "tests/scenarios/world.h"

namespace daybook::scenarios {
namespace {

using scheduler::Command;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed)
      : random_(seed), world_(seed + 1, [this](const events::Recorded& e) { see(e); }) {}

  // Empty when nothing is wrong.
  std::string run(int steps) {
    set_up();
    for (int i = 0; i < steps; ++i) {
      world_.clock.advance(millis(static_cast<std::int64_t>(pick(20'000))));
      step();
      if (world_.failed() || pick(300) == 0) {
        if (const std::string wrong = world_.restart(); !wrong.empty()) {
          return "after step " + std::to_string(i) + ": " + wrong;
        }
        ++restarts_;
      }
    }
    return world_.verify();
  }

  const std::set<std::size_t>& event_types() const { return types_; }
  int restarts() const { return restarts_; }
  Duration simulated() const { return world_.clock.steady() - Micros{}; }

 private:
  std::uint64_t pick(std::uint64_t below) { return random_.next() % below; }

  void see(const events::Recorded& recorded) {
    types_.insert(recorded.event.index());
    time_ = recorded.meta.time;
    see_rules(recorded);
    if (const auto* created = std::get_if<events::JobCreated>(&recorded.event)) {
      jobs_.push_back(created->job);
    } else if (const auto* started = std::get_if<events::JobStarted>(&recorded.event)) {
      tokens_.push_back({recorded.meta.seq, started->secret});
    }
  }

  void see_rules(const events::Recorded& recorded) {
    if (const auto* put = std::get_if<events::RulePut>(&recorded.event)) {
      versions_.emplace(recorded.meta.seq, std::string(put->rule));
    } else if (const auto* gone = std::get_if<events::RuleDeleted>(&recorded.event)) {
      std::erase_if(versions_, [&](const auto& version) { return version.second == gone->rule; });
    } else if (const auto* created = std::get_if<events::JobCreated>(&recorded.event)) {
      depths_[created->job] = created->rule_depth;
      happened_.emplace_back(recorded.meta.seq, created->rule_depth);
    } else if (const auto* completed = std::get_if<events::JobCompleted>(&recorded.event)) {
      happened_.emplace_back(recorded.meta.seq, depths_[completed->job]);
    }
  }

  // A refusal is an answer like another here; what matters is what the log then says.
  void send(Command command, std::optional<scheduler::IdempotencyKey> key = {}) {
    static_cast<void>(world_.call(std::move(command), std::move(key)));
  }

  void set_up() {
    for (const auto runtime : {events::Runtime::kExec, events::Runtime::kWorker}) {
      scheduler::PutComponent put;
      put.component.id = runtime == events::Runtime::kExec ? "local" : "remote";
      put.component.runtime = runtime;
      put.component.spec = "{}";
      send(put);
    }
    for (std::uint64_t i = 0; i < 6; ++i) {
      put_definition(i);
    }
    put_rule_component(0);
    put_rule_component(1);
  }

  static std::string rule_component(std::uint64_t number) {
    return "rule" + std::to_string(number) + ".hrule";
  }
  void put_rule_component(std::uint64_t number) {
    scheduler::PutComponent put;
    put.component.id = rule_component(number);
    put.component.runtime = events::Runtime::kReactor;
    put.component.spec = R"({"n":)" + std::to_string(pick(2)) + "}";
    put.component.spec_hash = hashes_[number] = sha256(put.component.spec);
    send(put);
  }
  static std::string rule(std::uint64_t number) { return "r" + std::to_string(number); }
  void put_rule(std::uint64_t number) {
    scheduler::PutRule put;
    put.rule = rule(number);
    for (std::uint64_t i = pick(2); i < 2; ++i) {
      put.components.push_back({rule_component(i), R"({"n":)" + std::to_string(pick(3)) + "}"});
    }
    send(put);
  }

  // Mostly the event that is next for it, sometimes any.
  void apply_rule() {
    if (happened_.empty() || versions_.empty()) {
      return;
    }
    const std::size_t reach = std::min<std::size_t>(happened_.size(), 30);
    const auto& [seq, depth] = happened_[happened_.size() - 1 - pick(reach)];
    if (pick(10) == 0) {
      send(scheduler::AdvanceRules{seq});
      return;
    }
    const std::uint64_t component = pick(2);
    scheduler::ApplyRule apply;
    apply.rule = rule(pick(3));
    for (const auto& [put, id] : versions_) {
      apply.version = id == apply.rule && put < seq ? put : apply.version;
    }
    apply.component = {rule_component(component), hashes_[component]};
    apply.on = seq;
    apply.depth = depth;
    for (std::uint64_t n = pick(3); n > 0; --n) {
      apply.effects.emplace_back(
          scheduler::ScheduleEffect{new_job(), seconds(static_cast<int>(pick(100)))});
    }
    if (apply.effects.empty()) {
      apply.failed = scheduler::Failed{"E", "failed", {}, false};
    }
    send(apply);
  }

  void put_definition(std::uint64_t number) {
    scheduler::PutDefinition put;
    put.definition = definition(number);
    put.component = number % 2 == 0 ? "local" : "remote";
    put.retry = {static_cast<std::uint32_t>(1 + pick(4)), seconds(1 + static_cast<int>(pick(30))),
                 seconds(120), static_cast<std::uint32_t>(1000 + pick(3000)),
                 static_cast<std::uint32_t>(pick(500))};
    put.timeout = pick(2) == 0 ? Duration{} : seconds(60);
    put.lease = seconds(30);
    put.concurrency = static_cast<std::uint32_t>(pick(4));
    put.rate_count = static_cast<std::uint32_t>(pick(3) == 0 ? 1 + pick(5) : 0);
    put.rate_per = seconds(60);
    put.paused = pick(8) == 0;
    send(put);
  }
  static std::string definition(std::uint64_t number) { return "d" + std::to_string(number); }

  JobId some_job() {
    return jobs_.empty() ? JobId{}
                         : jobs_[jobs_.size() - 1 - pick(std::min<std::size_t>(jobs_.size(), 60))];
  }
  // Mostly an open attempt's, sometimes an old one's.
  scheduler::Token some_token() {
    if (!world_.open.empty() && pick(8) != 0) {
      auto at = world_.open.begin();
      std::advance(at, static_cast<std::ptrdiff_t>(pick(world_.open.size())));
      return at->second.token;
    }
    return tokens_.empty() ? scheduler::Token{} : tokens_[pick(tokens_.size())];
  }

  scheduler::NewJob new_job() {
    scheduler::NewJob job;
    job.definition = definition(pick(7));
    job.parameters = R"({"n":)" + std::to_string(pick(100)) + "}";
    if (pick(2) == 0) {
      job.run_at = world_.clock.wall() + seconds(static_cast<int>(pick(600)));
    }
    if (pick(4) == 0) {
      job.unique_key = "u" + std::to_string(pick(5));
    }
    job.priority = static_cast<std::int32_t>(pick(5));
    return job;
  }

  void create() {
    scheduler::CreateJobs create;
    for (std::uint64_t n = 1 + pick(4); n > 0; --n) {
      create.jobs.push_back(new_job());
    }
    std::optional<scheduler::IdempotencyKey> key;
    if (pick(3) == 0) {
      const std::uint64_t n = pick(40);
      key = scheduler::IdempotencyKey{"k" + std::to_string(n),
                                      sha256("body" + std::to_string(n + pick(2)))};
    }
    send(create, key);
  }

  void report() {
    scheduler::ReportAttempt report;
    report.token = some_token();
    report.digest = 1 + pick(3);
    report.jitter = random_.next();
    const std::uint64_t how = pick(10);
    if (how < 3) {
      report.failed = scheduler::Failed{"E", "failed", {}, how != 0};
    } else if (how == 3) {
      report.cancelled = true;
    } else {
      report.result = "{}";
      for (std::uint64_t n = pick(3); n > 0; --n) {
        report.effects.push_back(
            scheduler::ScheduleEffect{new_job(), seconds(static_cast<int>(pick(300)))});
      }
    }
    send(report);
  }

  void remove() {
    scheduler::RemoveJobs remove;
    for (std::uint64_t n = 1 + pick(10); n > 0; --n) {
      remove.jobs.push_back({some_job(), "d0"});
    }
    if (pick(3) != 0) {
      // Logical time, not the wall clock: that one may have jumped ahead and not be believed.
      remove.cutoff = time_;
    } else {
      remove.jobs.resize(1);
    }
    send(remove);
  }

  void disturb() {
    switch (pick(12)) {
      case 0:
        world_.log.fail_next(Failure::kLost);
        return;
      case 1:
        world_.log.fail_next(Failure::kKept);
        return;
      case 2:
        world_.clock.jump(seconds(-static_cast<int>(pick(3000))));
        return;
      case 3:
        world_.clock.jump(seconds(static_cast<int>(pick(3000))));
        return;
      case 4:
        send(scheduler::DeleteDefinition{definition(pick(6))});
        return;
      case 5:
        world_.close(pick(4) == 0
                         ? std::optional(make_error(Code::kNoSpace, "DISK_WATERMARK", "full"))
                         : std::nullopt);
        return;
      case 6:
        send(scheduler::RecordTrim{Seq{1 + pick(10)}, {}, "a"});
        return;
      case 7:
        pick(3) == 0 ? send(scheduler::DeleteRule{rule(pick(3))}) : put_rule(pick(3));
        return;
      case 8:
        put_rule_component(pick(2));
        return;
      case 9:
        world_.pause(seconds(static_cast<int>(pick(3000))));
        return;
      default:
        put_definition(pick(6));
    }
  }

  void step() {
    const std::uint64_t what = pick(100);
    if (what < 25) {
      create();
    } else if (what < 55) {
      world_.tick(1 + pick(20));
    } else if (what < 73) {
      report();
    } else if (what < 80) {
      apply_rule();
    } else if (what < 84) {
      send(scheduler::ExtendLease{some_token(), {}});
    } else if (what < 88) {
      send(scheduler::CancelJob{some_job()});
    } else if (what < 91) {
      send(scheduler::RequestCancel{some_job()});
    } else if (what < 93) {
      send(scheduler::RetryJob{some_job(), new_job()});
    } else if (what < 96) {
      remove();
    } else {
      disturb();
    }
  }

  SeededEntropy random_;
  std::set<std::size_t> types_;
  Micros time_;  // of the last event
  std::vector<JobId> jobs_;
  std::vector<scheduler::Token> tokens_;
  std::map<Seq, std::string> versions_;                  // RulePut event → its rule
  std::map<JobId, std::uint32_t> depths_;                // rules that led to a job
  std::vector<std::pair<Seq, std::uint32_t>> happened_;  // what rules may run for
  std::map<std::uint64_t, Hash> hashes_;                 // of components of rules
  int restarts_ = 0;
  World world_;
};

TEST(Simulation, RandomHoursWithFailuresAndRestartsKeepEveryPromise) {
  const std::uint64_t first = from_environment("DAYBOOK_SEED", 20'251'116);
  const std::uint64_t runs = from_environment("DAYBOOK_SIMULATIONS", 4);
  std::set<std::size_t> types;
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    std::cout << "DAYBOOK_SEED=" << seed << std::endl;
    Simulation simulation(seed);
    ASSERT_EQ(simulation.run(2000), "")
        << "repeat with DAYBOOK_SEED=" << seed << " DAYBOOK_SIMULATIONS=1";
    EXPECT_GT(simulation.restarts(), 3);
    EXPECT_GT(simulation.simulated(), hours(2));
    types.insert(simulation.event_types().begin(), simulation.event_types().end());
  }
  if (runs >= 4) {
    EXPECT_GE(types.size(), 20U) << "together the runs reach nearly every event";
  }
}

}  // namespace
}  // namespace daybook::scenarios
