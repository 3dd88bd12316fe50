// From an order to an outcome: compile, run, read the effects.
#include "base/sha256.h"
#include "components/effects.h"
#include "components/json_reader.h"
#include "components/order_document.h"
#include "components/reactor_answers.h"
#include "components/reactor_runtime.h"
#include "components/reactor_spec.h"

namespace daybook::components {
namespace {

// A fault of the program comes again with the same parameters; one of the outside may pass. What a
// query answers may differ next time, so only what cannot is final.
bool worth_another_try(const reactor::Fault& fault) {
  return fault.code != "PARAMETER" && !fault.code.ends_with("_LIMIT");
}

std::string place_of(const reactor::Program& program, const reactor::Fault& fault,
                     const Order& order) {
  return place_json(reactor::diagnose(program, fault), order.component);
}

Failure failure_of(const reactor::Fault& fault, const reactor::Program& program,
                   const Order& order) {
  Failure out;
  out.code = fault.code;
  out.retryable = fault.retryable || worth_another_try(fault);
  if (fault.code == "PARAMETER") {
    out.message = fault.source + ": " + fault.message;
    out.details = "{\"field\":" + json_text(fault.source) + "}";
    return out;
  }
  out.message = fault.message + " (" + fault.source + ":" + std::to_string(fault.at.line) + ":" +
                std::to_string(fault.at.column) + ")";
  out.details = place_of(program, fault, order);
  return out;
}

// The message names the member; such an effect is not tried again.
Failure failure_of_effect(const reactor::Fault& fault, const reactor::Program& program,
                          const Order& order) {
  return {fault.code, fault.message, place_of(program, fault, order), false};
}

Result<Effect> effect_of(const reactor::EffectText& text, std::size_t index, Micros now) {
  DAYBOOK_ASSIGN(const auto value, parse_json(text.json, "BAD_EFFECT"));
  DAYBOOK_ASSIGN(Effect effect, read_effect(value, "effects[" + std::to_string(index) + "]", now));
  if (auto* send = std::get_if<SendEffect>(&effect); send != nullptr && !text.id.empty()) {
    DAYBOOK_ASSIGN(const SendingId id, SendingId::parse(text.id));
    send->id = id;
  }
  return effect;
}

}  // namespace

CompiledOrder compile_order(const Order& order, std::function<std::optional<Error>()> interrupted) {
  auto code = parse_reactor_spec(order.spec);
  if (!code) {
    return tl::unexpected(NotCompiled{std::move(code).error()});
  }
  const OrderModules modules(order.modules);
  const reactor::Compiled compiled =
      reactor::compile(order.component, std::move(*code), modules, reactor::OpenSets(),
                       {.interrupted = std::move(interrupted)});
  if (compiled.interrupted) {
    return tl::unexpected(NotCompiled{*compiled.interrupted});
  }
  if (!compiled.ok()) {
    SpecFaults faults = to_faults(compiled.diagnostics, order.component);
    return tl::unexpected(
        NotCompiled{std::move(faults.errors.front()), std::move(faults.details.front())});
  }
  return compiled.program;
}

Failure not_compiled(const NotCompiled& reason) {
  if (reason.code != Code::kInvalid) {
    return {reason.reason, reason.message, "", true};
  }
  return {"COMPONENT_BROKEN", reason.text(), reason.details, false};
}

tl::expected<std::vector<Effect>, reactor::Fault> read_effects(const reactor::RunResult& run,
                                                               Micros now) {
  std::vector<Effect> out;
  for (std::size_t i = 0; i < run.effects.size(); ++i) {
    const reactor::EffectText& text = run.effects[i];
    auto effect = effect_of(text, i, now);
    if (!effect) {
      const Error& error = effect.error();
      return tl::unexpected(
          reactor::Fault{error.reason == "EFFECT_NOT_SUPPORTED" ? error.reason : "BAD_EFFECT",
                         error.message + " (" + error.field + ")", text.source, text.at, false});
    }
    out.push_back(std::move(*effect));
  }
  return out;
}

namespace {

std::vector<std::string> places_of(const std::vector<reactor::EffectText>& effects,
                                   const reactor::Program& program) {
  std::vector<std::string> out;
  out.reserve(effects.size());
  for (const reactor::EffectText& effect : effects) {
    out.push_back(
        place_members(reactor::diagnose(program, {"", "", effect.source, effect.at, false})));
  }
  return out;
}

}  // namespace

RunOutcome run_order(const Order& order, const reactor::Program& program,
                     const reactor::RunLimits& limits, reactor::World& world) {
  reactor::RunInputs inputs;
  inputs.parameters = order.parameters;
  inputs.now = order.started_at;
  if (order.due.value != 0) {
    inputs.planned = order.planned;
    inputs.due = order.due;
  }
  inputs.seed = sha256(order.token);
  inputs.limits = limits;
  reactor::RunResult run = reactor::run(program, inputs, world);
  RunOutcome out;
  out.answers = write_answers(run.exchanges);
  if (run.fault) {
    out.failure = failure_of(*run.fault, program, order);
    return out;
  }
  auto effects = read_effects(run, order.started_at);
  if (!effects) {
    out.failure = failure_of_effect(effects.error(), program, order);
    return out;
  }
  out.effects = std::move(*effects);
  out.effect_places = places_of(run.effects, program);
  out.result = std::move(run.result);
  return out;
}

}  // namespace daybook::components
