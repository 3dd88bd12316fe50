// Rules with all that they work with: a log in memory, the sequencer, the dispatcher, the evaluator
// of the language.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json_text.h"
#include "base/sha256.h"
#include "components/reactor/sets.h"
#include "components/rule_evaluator.h"
#include "dispatch/rule_runner.h"
#include "tests/dispatch/server_rig.h"

namespace daybook::dispatch {

// There is nothing outside.
class NoOutside final : public components::Outside, private reactor::Sets {
 public:
  const reactor::Sets& sets() const override { return *this; }
  Result<std::string> ask(std::string_view, const components::AskTerms&) override {
    return std::string(R"({"error":"there is nothing outside"})");
  }

 private:
  const reactor::SetType* find(std::string_view) const override { return nullptr; }
  std::vector<std::string> names() const override { return {}; }
};

class RuleRig : public ServerRig {
 protected:
  ~RuleRig() override { close_rules(); }

  void open_rules() {
    DispatcherOptions options;
    scheduler::State state;
    ASSERT_TRUE(scheduler::fold(state, log, log.last()));
    open(std::move(options));
    evaluator = std::make_unique<components::ReactorRuleEvaluator>(outside, clock);
    runner = std::make_unique<RuleRunner>(log, *sequencer, *evaluator, entropy, state);
    runner->start();
  }
  void close_rules() {
    if (runner) {
      runner->stop();
    }
    close();
    runner.reset();
    evaluator.reset();
  }
  void restart() {
    close_rules();
    open_rules();
  }

  void component(const std::string& id, const std::string& code,
                 std::vector<std::string> imports = {}) {
    scheduler::PutComponent put;
    put.component.id = id;
    put.component.runtime = events::Runtime::kReactor;
    put.component.spec = R"({"code":)";
    append_json_string(put.component.spec, code);
    put.component.spec += '}';
    put.component.spec_hash = sha256(put.component.spec);
    put.component.imports = std::move(imports);
    ok(put);
  }
  Seq rule(const std::string& id, const std::vector<std::string>& components,
           const std::string& parameters = "{}") {
    scheduler::PutRule put;
    put.rule = id;
    for (const std::string& c : components) {
      put.components.push_back({c, parameters});
    }
    return ok(put).last;
  }
  // Everything in the log so far that an event of that kind says, in order.
  template <typename E, typename Say>
  std::vector<std::string> all(const Say& say) {
    std::vector<std::string> out;
    auto cursor = std::move(*log.read(Seq{1}));
    events::RecordView record;
    while (*cursor->next(record)) {
      const auto recorded = events::decode(record);
      if (const auto* event = std::get_if<E>(&recorded->event)) {
        out.push_back(say(*event));
      }
    }
    return out;
  }
  // "rule component code" of every application.
  std::vector<std::string> applications() {
    return all<events::RuleApplied>([](const events::RuleApplied& e) {
      return std::string(e.rule) + " " + std::string(e.component) +
             (e.failure.code.empty() ? "" : " " + std::string(e.failure.code));
    });
  }
  // "definition depth" of every job.
  std::vector<std::string> jobs_created() {
    return all<events::JobCreated>([](const events::JobCreated& e) {
      return std::string(e.definition) + " " + std::to_string(e.rule_depth);
    });
  }
  void settled(Seq at_least) {
    eventually([&] { return runner->status().position >= at_least; });
  }

  NoOutside outside;
  std::unique_ptr<components::ReactorRuleEvaluator> evaluator;
  std::unique_ptr<RuleRunner> runner;
};

}  // namespace daybook::dispatch
