#include "components/reactor/effects.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/limits/definitions.h"
#include "base/time_text.h"
#include "components/reactor/gathered.h"
#include "components/reactor/json.h"

namespace daybook::reactor {
namespace {

// The name of the effect that a record is, or empty. The program wrote it: data from outside that
// has such a field is data.
std::string_view effect_of(const Value& value) {
  if (!value.is(Tag::kRecord) || !value.written()) {
    return {};
  }
  const std::uint32_t at = value.record->shape->find("effect");
  if (at == value.record->shape->size || !value.record->values[at].is(Tag::kText)) {
    return {};
  }
  return value.record->values[at].text();
}

bool has_id(std::string_view effect) {
  return effect == "sendEmail" || effect == "httpPost" || effect == "messageActor";
}

}  // namespace

std::string effect_json(Evaluator& evaluator, std::string_view effect, const Value& record,
                        const Program* program, std::uint32_t at) {
  if (!record.is(Tag::kRecord)) {
    evaluator.stop_type("a record", record, program, at);
  }
  std::string out = "{\"effect\":";
  append_json_string(out, effect);
  const Shape& shape = *record.record->shape;
  for (std::uint32_t i = 0; i < shape.size; ++i) {
    const Value& value = record.record->values[i];
    if (shape.names[i] == "effect" || value.is(Tag::kNothing)) {
      continue;
    }
    const bool relative = effect == "scheduleJob" && shape.names[i] == "at" &&
                          value.is(Tag::kInstant) && value.from_now();
    out += ',';
    append_json_string(out, relative ? "after" : shape.names[i]);
    out += ':';
    if (relative) {
      const Duration after = value.instant() - evaluator.inputs().now;
      if (after.value > kRunAtAheadMaxUs) {
        evaluator.stop("BAD_EFFECT", "'at' is more than 3650 days ahead", program, at);
      }
      append_json_string(out, format_duration(std::max(after, Duration{})));
    } else if (effect == "scheduleJob" && shape.names[i] == "at" && value.is(Tag::kInstant)) {
      append_json_string(out, format_time(std::max(value.instant(), Micros{})));  // gone is at once
    } else {
      append_json(evaluator, value, out, evaluator.inputs().limits.output, program, at);
    }
  }
  out += '}';
  return out;
}

Value take_effects(Evaluator& evaluator, const Value& output, bool& left, const Program* program,
                   std::uint32_t at) {
  left = true;
  if (const std::string_view effect = effect_of(output); !effect.empty()) {
    EffectText text;
    text.id = has_id(effect) ? evaluator.derive_id("sending") : "";
    text.json = effect_json(evaluator, effect, output, program, at);
    evaluator.add_effect(std::move(text), program, at);
    left = false;
    return {};
  }
  if (!output.is(Tag::kList) && !output.is(Tag::kTuple) && !output.is(Tag::kSequence)) {
    return output;
  }
  Gathered kept(evaluator);
  bool taken = false;
  bool something = false;
  evaluator.enter(1, program, at);
  evaluator.each(output, program, at, [&](const Value& item) {
    bool item_left = true;
    const Value rest = take_effects(evaluator, item, item_left, program, at);
    taken = taken || !item_left;
    if (item_left) {
      something = something || !rest.is(Tag::kNothing);
      kept.add(rest);
    }
    return true;
  });
  evaluator.leave(1);
  // A list of effects, some of them nothing, leaves nothing.
  left = !taken || something;
  return left ? kept.list(output.is(Tag::kTuple) ? Tag::kTuple : Tag::kList) : Value{};
}

}  // namespace daybook::reactor
