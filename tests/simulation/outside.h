// What the server reaches: runtimes that run nothing, a sender that sends nothing, rules that are
// no programs. They take their time, fail, hang and forget to answer. They live as long as the
// process does.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "components/rules.h"
#include "components/runtime.h"
#include "components/sender.h"
#include "log/log.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/shared.h"

namespace daybook::simulation {

class SimRuntime final : public components::Runtime {
 public:
  SimRuntime(Shared& shared, Oracle& oracle, log::Log& log, std::size_t slots)
      : shared_(shared), oracle_(oracle), log_(log), slots_(slots) {}

  components::CheckResult check(const components::Draft&) const override { return {}; }
  std::shared_ptr<components::Run> run(components::Order order,
                                       std::function<void(components::RunOutcome)> done) override;
  void shutdown() override;

 private:
  class SimRun;

  void begin(const components::Order& order, const std::shared_ptr<SimRun>& run);

  Shared& shared_;
  Oracle& oracle_;
  log::Log& log_;
  const std::size_t slots_;
  std::vector<std::weak_ptr<SimRun>> runs_;
};

class SimSender final : public components::Sender {
 public:
  SimSender(Shared& shared, Oracle& oracle) : shared_(shared), oracle_(oracle) {}

  bool can(Transport transport) const override { return transport != Transport::kActor; }
  void send(const components::Parcel& parcel,
            std::function<void(components::Delivery)> done) override;
  void shutdown() override;

 private:
  struct Try {
    SendingId sending;
    std::function<void(components::Delivery)> done;
  };

  Shared& shared_;
  Oracle& oracle_;
  std::map<SendingId, std::shared_ptr<Try>> open_;
  bool shut_ = false;
};

class SimEvaluator final : public components::RuleEvaluator {
 public:
  // `turn` lets the rest of the world go on while a rule runs.
  SimEvaluator(Shared& shared, std::function<void()> turn)
      : shared_(shared), turn_(std::move(turn)) {}

  Result<components::RuleHooks> hooks(const components::RuleCode& code) override;
  components::RuleOutcome run(const components::RuleOrder& order) override;
  void stop() override {}

 private:
  Shared& shared_;
  const std::function<void()> turn_;
};

}  // namespace daybook::simulation
