#include "components/rule_evaluator.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/limits/rules.h"
#include "components/reactor/nominal.h"
#include "components/reactor_runtime.h"

namespace daybook::components {
namespace {

std::string_view trimmed_type(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n");
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

// The members of a union of hooks; none when the type is anything else.
std::vector<std::string> hooks_in(std::string_view type) {
  std::vector<std::string> out;
  while (!type.empty()) {
    const auto bar = type.find('|');
    const std::string_view part = trimmed_type(type.substr(0, bar));
    if (!reactor::is_hook(part)) {
      return {};
    }
    out.emplace_back(part);
    type = bar == std::string_view::npos ? std::string_view() : type.substr(bar + 1);
  }
  return out;
}

// The rule's own parameters and the event as one object.
std::string parameters_of(const RuleOrder& order) {
  std::string out = "{";
  append_json_string(out, order.input_name);
  out += ':';
  out += order.input;
  const std::string_view own = trimmed_type(order.parameters);
  const std::string_view members =
      own.size() > 2 ? trimmed_type(own.substr(1, own.size() - 2)) : std::string_view();
  if (!members.empty()) {
    out += ',';
    out += members;
  }
  return out + "}";
}

class RuleWorld final : public reactor::World {
 public:
  RuleWorld(Outside& outside, const Clock& clock, const std::atomic<bool>& stopped,
            const RuleOrder& order)
      : outside_(outside),
        clock_(clock),
        stopped_(stopped),
        now_(order.now),
        owner_(order.owner),
        deadline_(clock.steady() + Duration{kRuleTimeoutUs}) {}

  Result<std::string> ask(std::string_view question) override {
    if (auto reason = interrupted()) {
      return fail(std::move(*reason));
    }
    return outside_.ask(question, {now_, deadline_, stopped_, owner_});
  }
  std::optional<Error> interrupted() override {
    if (stopped_) {
      return make_error(Code::kShutdown, "STOPPED", "the server is stopping");
    }
    if (clock_.steady() >= deadline_) {
      return make_error(Code::kUnavailable, "TIMEOUT", "the run took longer than 10 seconds");
    }
    return std::nullopt;
  }

 private:
  Outside& outside_;
  const Clock& clock_;
  const std::atomic<bool>& stopped_;
  const Micros now_;
  const std::string_view owner_;
  const Micros deadline_;
};

}  // namespace

RuleHooks hooks_of(const reactor::Program& program) {
  for (const reactor::ParameterInfo& parameter : reactor::parameters_of(program)) {
    auto hooks = hooks_in(parameter.type);
    if (!hooks.empty()) {
      return {parameter.name, std::move(hooks)};
    }
  }
  return {};
}

Result<RuleHooks> ReactorRuleEvaluator::hooks(const RuleCode& code) {
  DAYBOOK_ASSIGN(const auto program, program_of(code));
  return hooks_of(*program);
}

RuleOutcome ReactorRuleEvaluator::run(const RuleOrder& order) {
  RuleOutcome out;
  RuleWorld world(outside_, clock_, stopped_, order);
  auto program = program_of(*order.code, [&] { return world.interrupted(); });
  if (!program) {
    out.failure = not_compiled(program.error());
    return out;
  }
  Order plain;
  plain.component = order.code->own.component;
  plain.parameters = parameters_of(order);
  plain.started_at = order.now;
  plain.token = order.identity;
  RunOutcome ran = run_order(plain, **program, {}, world);
  out.effects = std::move(ran.effects);
  out.effect_places = std::move(ran.effect_places);
  out.answers = std::move(ran.answers);
  out.failure = std::move(ran.failure);
  return out;
}

CompiledOrder ReactorRuleEvaluator::program_of(const RuleCode& code,
                                               std::function<std::optional<Error>()> interrupted) {
  const Hash key = program_key(code.own, code.modules);
  if (auto known = cache_.find(key)) {
    return known;
  }
  Order order;
  order.component = code.own.component;
  order.spec = code.own.spec;
  for (const RuleCode::Text& module : code.modules) {
    order.modules.push_back({module.component, module.spec});
  }
  auto program = compile_order(order, std::move(interrupted));
  if (!program) {
    return program;
  }
  cache_.put(key, *program);
  return program;
}

}  // namespace daybook::components
