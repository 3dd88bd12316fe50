// Records that ask for something: their fields are known, so a wrong one is refused before the run.
#include <algorithm>
#include <array>
#include <span>

#include "components/reactor/checker.h"
#include "components/reactor/near.h"

namespace daybook::reactor {

struct EffectField {
  enum class Wanted { kText, kTexts, kInstant, kRecord, kNumber, kAny };

  std::string_view name;
  Wanted wanted;
  bool required = false;
};

namespace {

using Kind = Type::Kind;
using Wanted = EffectField::Wanted;

constexpr std::array kScheduleJob = {
    EffectField{"definition", Wanted::kText, true},
    EffectField{"at", Wanted::kInstant},
    EffectField{"parameters", Wanted::kRecord},
    EffectField{"priority", Wanted::kNumber},
    EffectField{"tags", Wanted::kTexts},
    EffectField{"uniqueKey", Wanted::kText},
};
constexpr std::array kSendEmail = {
    EffectField{"to", Wanted::kText, true},     EffectField{"subject", Wanted::kText, true},
    EffectField{"body", Wanted::kRecord, true}, EffectField{"cc", Wanted::kTexts},
    EffectField{"bcc", Wanted::kTexts},         EffectField{"from", Wanted::kText},
    EffectField{"fromName", Wanted::kText},     EffectField{"replyTo", Wanted::kText},
    EffectField{"category", Wanted::kText},     EffectField{"dynamic", Wanted::kRecord},
};
constexpr std::array kHttpPost = {
    EffectField{"url", Wanted::kText, true},
    EffectField{"headers", Wanted::kRecord},
    EffectField{"body", Wanted::kAny},
};
constexpr std::array kMessageActor = {
    EffectField{"actorType", Wanted::kText}, EffectField{"actorId", Wanted::kAny},
    EffectField{"messages", Wanted::kAny},   EffectField{"messageType", Wanted::kText},
    EffectField{"body", Wanted::kAny},       EffectField{"path", Wanted::kText},
};

// What stands behind the url of a call.
constexpr std::array kHttpOptions = {
    EffectField{"method", Wanted::kText},
    EffectField{"headers", Wanted::kRecord},
    EffectField{"body", Wanted::kAny},
};

// Empty when there is no such effect here.
std::span<const EffectField> fields_of(std::string_view effect) {
  if (effect == "scheduleJob") {
    return kScheduleJob;
  }
  if (effect == "sendEmail") {
    return kSendEmail;
  }
  if (effect == "httpPost") {
    return kHttpPost;
  }
  return effect == "messageActor" ? std::span<const EffectField>(kMessageActor)
                                  : std::span<const EffectField>();
}

}  // namespace

Checker::Place Checker::place_in(const Type* record, std::string_view field, std::uint32_t at,
                                 const Frame& frame) const {
  const auto known = written_.find(record);
  if (known == written_.end()) {
    return {at, {frame.program, {}, {}}};
  }
  const auto& [program, node] = known->second;
  const auto init = std::find_if(node->fields.begin(), node->fields.end(),
                                 [&](const FieldInit& f) { return f.name == field; });
  return {init != node->fields.end() ? init->at : node->at, {program, {}, {}}};
}

void Checker::check_field(std::string_view effect, const EffectField& field, const Type* record,
                          std::uint32_t at, const Frame& frame) {
  const std::string name(effect);
  const Type* there = record->field(field.name);
  const Place place = place_in(record, field.name, at, frame);
  if (there == nullptr) {
    if (field.required && !record->partial) {
      complain("MISSING_FIELD", "'" + name + "' needs the field '" + std::string(field.name) + "'",
               place.at, place.frame);
    }
    return;
  }
  const Type* text = types_.simple(Kind::kText);
  const Type* wanted = types_.any();
  switch (field.wanted) {
    case Wanted::kText:
      wanted = text;
      break;
    case Wanted::kTexts:
      wanted = types_.list(text);
      break;
    case Wanted::kInstant:
      wanted = types_.simple(Kind::kInstant);
      break;
    case Wanted::kNumber:
      wanted = types_.simple(Kind::kNumber);
      break;
    case Wanted::kRecord:
      wanted = types_.either(types_.map(types_.any()), types_.record({}, {}));
      break;
    case Wanted::kAny:
      break;
  }
  wanted = field.required ? wanted : types_.optional(wanted);
  require(there, wanted, "'" + std::string(field.name) + "' of '" + name + "'", place.at,
          place.frame);
  if (effect == "sendEmail" && field.name == "body" && there->is(Kind::kRecord)) {
    check_body(there, place.at, place.frame);
  }
}

// The body of a mail: plain text, HTML or both.
void Checker::check_body(const Type* body, std::uint32_t at, const Frame& frame) {
  const Type* text = types_.optional(types_.simple(Kind::kText));
  for (const std::string_view name : body->names) {
    const std::string what = "'" + std::string(name) + "' of 'body' of 'sendEmail'";
    const Place place = place_in(body, name, at, frame);
    if (name == "plainText" || name == "html") {
      require(body->field(name), text, what, place.at, place.frame);
    } else {
      complain("UNKNOWN_FIELD", "there is no " + what + "; there are plainText and html", place.at,
               place.frame);
    }
  }
  if (body->names.empty() && !body->partial) {
    complain("MISSING_FIELD", "'body' of 'sendEmail' needs 'plainText', 'html' or both", at, frame);
  }
}

void Checker::check_effect(std::string_view effect, const Type* type, std::uint32_t at,
                           const Frame& frame) {
  check_fields(effect, fields_of(effect), type, at, frame);
}

// What follows the url: `httpPost` always posts.
void Checker::check_options(std::string_view function, const Type* type, std::uint32_t at,
                            const Frame& frame) {
  const std::span<const EffectField> all = kHttpOptions;
  check_fields(function, function == "httpPost" ? all.subspan(1) : all,
               types_.subtract(type, types_.nothing()), at, frame);
}

void Checker::check_fields(std::string_view name, std::span<const EffectField> known,
                           const Type* type, std::uint32_t at, const Frame& frame) {
  for (const Type* const member : members(type)) {
    if (is_open(member)) {
      continue;
    }
    if (!member->is(Kind::kRecord)) {
      complain("TYPE",
               "'" + std::string(name) + "' takes a record, not " + Types::text(type) +
                   (member->is(Kind::kNothing) ? "; match nothing first" : ""),
               at, frame);
      return;
    }
    for (const EffectField& field : known) {
      check_field(name, field, member, at, frame);
    }
    check_names(name, known, member, at, frame);
  }
}

void Checker::check_names(std::string_view name, std::span<const EffectField> known,
                          const Type* record, std::uint32_t at, const Frame& frame) {
  for (const std::string_view given : record->names) {
    const bool there =
        given == "effect" || std::any_of(known.begin(), known.end(),
                                         [&](const EffectField& f) { return f.name == given; });
    if (!there) {
      Near near(given);
      for (const EffectField& field : known) {
        near.offer(field.name);
      }
      const Place place = place_in(record, given, at, frame);
      complain(
          "UNKNOWN_FIELD",
          "'" + std::string(name) + "' has no field '" + std::string(given) + "'" + near.hint(),
          place.at, place.frame);
    }
  }
}

namespace {

// The effect that a record asks for where it is an output; none when its name is computed.
std::optional<std::string_view> effect_named(const Type* record) {
  const Type* effect = record->is(Kind::kRecord) ? record->field("effect") : nullptr;
  const bool named = effect != nullptr && effect->is(Kind::kLiteral) &&
                     effect->literal.is(Tag::kText) && !record->partial;
  return named ? std::optional(effect->literal.text()) : std::nullopt;
}

}  // namespace

// Records with a field `effect` in an output, also in lists of lists.
void Checker::check_output(const Type* type, std::uint32_t at, const Frame& frame) {
  for (const Type* const member : members(type)) {
    if (member->is(Kind::kList) || member->is(Kind::kTuple)) {
      for (const Type* const part : member->parts) {
        check_output(part, at, frame);
      }
      continue;
    }
    const auto name = effect_named(member);
    if (!name) {
      continue;
    }
    if (fields_of(*name).empty()) {
      const Place place = place_in(member, "effect", at, frame);
      complain("UNKNOWN_EFFECT",
               "there is no effect '" + std::string(*name) +
                   "' here; there are scheduleJob, sendEmail, httpPost, messageActor",
               place.at, place.frame);
    } else {
      check_effect(*name, member, at, frame);
    }
  }
}

// What becomes a `value` is known no more where it is put out, so its fields are looked at here.
// Those that it lacks may come by `with`.
void Checker::check_lost(const Type* type, std::uint32_t at, const Frame& frame) {
  if (!lost_.insert({type, {frame.program, at}}).second) {
    return;
  }
  for (const Type* const member : members(type)) {
    if (member->is(Kind::kList) || member->is(Kind::kTuple)) {
      for (const Type* const part : member->parts) {
        check_lost(part, at, frame);
      }
      continue;
    }
    const auto name = effect_named(member);
    for (const EffectField& field : fields_of(name.value_or(""))) {
      if (member->field(field.name) != nullptr) {
        check_field(*name, field, member, at, frame);
      }
    }
    if (name && !fields_of(*name).empty()) {
      check_names(*name, fields_of(*name), member, at, frame);
    }
  }
}

}  // namespace daybook::reactor
