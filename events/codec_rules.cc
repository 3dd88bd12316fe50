// Payloads of events about rules.
#include "events/codec_parts.h"

namespace daybook::events::parts {

void write(Builder& b, Actor actor, const RulePut& e) {
  const auto rule = text(b, e.rule);
  const auto components = text(b, e.components.text);
  const auto display_name = text(b, e.display_name);
  b.Finish(fb::CreateRulePut(b, actor, rule, components, display_name));
}

bool read(const fb::RulePut& t, RulePut& e) {
  e = {text(t.rule()), Json{text(t.components())}, text(t.display_name())};
  return !e.rule.empty();
}

void write(Builder& b, Actor actor, const RuleDeleted& e) {
  const auto rule = text(b, e.rule);
  b.Finish(fb::CreateRuleDeleted(b, actor, rule));
}

bool read(const fb::RuleDeleted& t, RuleDeleted& e) {
  e = {text(t.rule())};
  return !e.rule.empty();
}

void write(Builder& b, Actor actor, const RuleApplied& e) {
  const auto rule = text(b, e.rule);
  const auto component = text(b, e.component);
  const auto spec_hash = hash(b, e.spec_hash);
  const auto answers = text(b, e.answers.text);
  const auto code = text(b, e.failure.code);
  const auto message = text(b, e.failure.message);
  const auto details = text(b, e.failure.details.text);
  const auto skipped = text(b, e.skipped.text);
  b.Finish(fb::CreateRuleApplied(b, actor, rule, component, spec_hash, e.on.value, e.effects,
                                 answers, code, message, details, skipped));
}

bool read(const fb::RuleApplied& t, RuleApplied& e) {
  e.rule = text(t.rule());
  e.component = text(t.component());
  e.on = Seq{t.on()};
  e.effects = t.effects();
  e.answers = Json{text(t.answers())};
  e.failure = failure_of(t);
  e.skipped = Json{text(t.skipped())};
  return !e.rule.empty() && !e.component.empty() && e.on.value > 0 &&
         hash(t.spec_hash(), e.spec_hash);
}

void write(Builder& b, Actor actor, const RulesAdvanced& e) {
  b.Finish(fb::CreateRulesAdvanced(b, actor, e.through.value));
}

bool read(const fb::RulesAdvanced& t, RulesAdvanced& e) {
  e = {Seq{t.through()}};
  return e.through.value > 0;
}

}  // namespace daybook::events::parts
