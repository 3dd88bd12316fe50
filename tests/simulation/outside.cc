#include "tests/simulation/outside.h"

#include <algorithm>
#include <array>

#include "scheduler/commands.h"
#include "tests/simulation/deeds.h"

namespace daybook::simulation {

class SimRuntime::SimRun final : public components::Run,
                                 public std::enable_shared_from_this<SimRun> {
 public:
  SimRun(Shared& shared, std::function<void(components::RunOutcome)> done)
      : shared_(shared), done_(std::move(done)) {}

  // Ends with that after `delay`, unless something else ends it before.
  void end_after(Duration delay, components::RunOutcome outcome) {
    shared_.after(delay, [run = weak_from_this(), outcome = std::move(outcome)]() mutable {
      if (const auto still = run.lock()) {
        still->end(std::move(outcome));
      }
    });
  }
  void end(components::RunOutcome outcome) {
    if (auto done = std::exchange(done_, nullptr)) {
      done(std::move(outcome));
    }
  }
  void stop() override {
    components::RunOutcome stopped;
    stopped.cancelled = true;
    end_after(shared_.random.between(millis(1), seconds(2)), std::move(stopped));
  }
  bool ended() const { return done_ == nullptr; }

 private:
  Shared& shared_;
  std::function<void(components::RunOutcome)> done_;
};

std::shared_ptr<components::Run> SimRuntime::run(components::Order order,
                                                 std::function<void(components::RunOutcome)> done) {
  std::erase_if(runs_, [](const auto& run) {
    const auto still = run.lock();
    return !still || still->ended();
  });
  if (runs_.size() >= slots_) {
    shared_.verdict.wrong("I14: more runs than slots");
  }
  auto out = std::make_shared<SimRun>(shared_, std::move(done));
  runs_.push_back(out);
  begin(order, out);
  return out;
}

void SimRuntime::begin(const components::Order& order, const std::shared_ptr<SimRun>& run) {
  const auto token = scheduler::Token::parse(order.token, "token");
  const int launches =
      shared_.broken == Breakage::kStartsTwice && shared_.random.chance(50) ? 2 : 1;
  for (int i = 0; i < launches; ++i) {
    oracle_.launched(*token, log_);
  }
  Deed deed = draw_deed(shared_, order.definition);
  oracle_.asks(token->started, deed.outcome.effects.size());
  if (shared_.broken == Breakage::kDropsEffects) {
    deed.outcome.effects.clear();
  }
  shared_.say([&] { return "run " + order.token + " of " + order.definition; });
  run->end_after(deed.takes, std::move(deed.outcome));
  // One that does not know its end is given up by the dispatcher.
  if (order.deadline && !shared_.random.chance(shared_.choices.hanging_runs)) {
    components::RunOutcome late;
    late.failure = components::Failure{"TIMEOUT", "it took too long", "", true};
    run->end_after(*order.deadline - shared_.clock.steady(), std::move(late));
  }
}

void SimRuntime::shutdown() {
  for (const auto& open : std::exchange(runs_, {})) {
    if (const auto run = open.lock()) {
      components::RunOutcome ended;
      ended.failure = components::Failure{"SERVER_STOPPED", "the server stopped", "", true};
      run->end(std::move(ended));
    }
  }
}

void SimSender::send(const components::Parcel& parcel,
                     std::function<void(components::Delivery)> done) {
  oracle_.tries(parcel.id);
  if (shut_) {
    components::Delivery none;
    none.abandoned = true;
    done(std::move(none));
    return;
  }
  auto open = std::make_shared<Try>(Try{parcel.id, std::move(done)});
  open_[parcel.id] = open;
  Random& random = shared_.random;
  const bool fails = !shared_.calm && random.chance(shared_.choices.failing_sendings);
  const bool leaves = !fails || random.chance(300);
  const Duration takes = random.between(millis(1), random.chance(800) ? seconds(1) : seconds(60));
  components::Delivery delivery;
  if (fails) {
    delivery.failure = components::Failure{"SMTP", "no", "", leaves || random.chance(700)};
  } else {
    delivery.response = "250 ok";
  }
  if (leaves && shared_.broken != Breakage::kSentUnsent) {
    // Whatever becomes of this process: it is on its way.
    shared_.after(Duration{takes.value / 2},
                  [this_oracle = &oracle_, id = parcel.id] { this_oracle->delivered(id); });
  }
  shared_.say([&] { return "send " + parcel.id.text() + (fails ? ", fails" : ""); });
  // Who is open belongs to a sender that is there.
  shared_.after(takes,
                [this, weak = std::weak_ptr(open), delivery = std::move(delivery)]() mutable {
                  if (const auto still = weak.lock()) {
                    open_.erase(still->sending);
                    still->done(std::move(delivery));
                  }
                });
}

void SimSender::shutdown() {
  shut_ = true;
  for (const auto& [sending, open] : std::exchange(open_, {})) {
    components::Delivery none;
    none.abandoned = true;
    open->done(std::move(none));
  }
}

Result<components::RuleHooks> SimEvaluator::hooks(const components::RuleCode& code) {
  constexpr std::array kHooks{"OnJobCreated", "OnJobCompleted", "OnJobFailed", "OnSendingSent"};
  if (code.own.spec.find("broken") != std::string::npos) {
    return fail(Code::kInvalid, "BAD_PROGRAM", "it does not compile");
  }
  components::RuleHooks out;
  out.parameter = "event";
  for (const char* hook : kHooks) {
    if (code.own.spec.find(hook) != std::string::npos) {
      out.hooks.emplace_back(hook);
    }
  }
  return out;
}

// A function of its order, as a program is, while nothing is calm.
components::RuleOutcome SimEvaluator::run(const components::RuleOrder& order) {
  for (std::uint64_t turns = shared_.random.below(4); turns > 0; --turns) {
    turn_();
  }
  components::RuleOutcome out;
  if (shared_.calm) {
    return out;
  }
  std::uint64_t seed = 1;
  for (const char c : order.identity + order.code->own.spec) {
    seed = seed * 31 + static_cast<unsigned char>(c);
  }
  Random random(seed);
  if (random.chance(100)) {
    out.failure = components::Failure{"RULE", "it failed", "", false};
  } else if (random.chance(300)) {
    out.effects.push_back(draw_effect(random, shared_.choices, order.now));
  }
  return out;
}

}  // namespace daybook::simulation
