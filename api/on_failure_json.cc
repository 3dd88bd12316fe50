#include "api/on_failure_json.h"

#include <algorithm>

#include "api/texts_json.h"
#include "base/json_writer.h"
#include "base/limits/definitions.h"
#include "components/effects.h"
#include "scheduler/on_failure.h"

namespace daybook::api {
namespace {

using Kind = JsonValue::Kind;

constexpr std::string_view kOpen = "${";

bool holds_placeholder(std::string_view json) {
  return json.find(kOpen) != std::string_view::npos;
}

// Where one may stand.
bool is_filled_in(std::string_view kind, std::string_view member) {
  if (kind == "scheduleJob") {
    return member == "parameters" || member == "uniqueKey";
  }
  if (kind == "sendEmail") {
    return member == "subject" || member == "body" || member == "dynamic";
  }
  return member == "body";
}

// Every text in a value.
template <typename Visit>
void each_text(const JsonValue& value, const Visit& visit) {
  if (value.kind() == Kind::kString) {
    visit(value.string());
  } else if (value.kind() == Kind::kArray) {
    for (const JsonValue& element : value.elements()) {
      each_text(element, visit);
    }
  } else if (value.kind() == Kind::kObject) {
    for (const auto& [name, member] : value.members()) {
      each_text(member, visit);
    }
  }
}

void check_placeholders(const JsonValue& effect, std::string_view kind, const std::string& path,
                        FieldErrors& errors) {
  for (const auto& [name, member] : effect.members()) {
    if (!holds_placeholder(member.text())) {
      continue;
    }
    const std::string field = path + "." + name;
    if (!is_filled_in(kind, name)) {
      errors.add(
          "holds a placeholder, which is filled in elsewhere only: in parameters, uniqueKey, "
          "subject, body and dynamic",
          field, "BAD_PLACEHOLDER");
      continue;
    }
    each_text(member, [&](const std::string& text) {
      if (const auto unknown = scheduler::unknown_placeholder(text); !unknown.empty()) {
        errors.add("'" + std::string(unknown.substr(0, 80)) + "' stands for nothing", field,
                   "BAD_PLACEHOLDER");
      }
    });
  }
}

void write_job(JsonWriter& json, const components::ScheduleJobEffect& job) {
  json.member("effect", "scheduleJob");
  json.member("definition", job.definition);
  json.member("after", job.after.value_or(Duration{}));
  json.raw_member("parameters", job.parameters);
  if (job.priority) {
    json.member("priority", *job.priority);
  }
  if (!job.tags.empty()) {
    write_texts(json, "tags", job.tags);
  }
  if (!job.unique_key.empty()) {
    json.member("uniqueKey", job.unique_key);
  }
}

void write_sending(JsonWriter& json, const components::SendEffect& sending) {
  const bool mail = sending.transport == Transport::kEmail;
  json.member("effect", mail ? "sendEmail" : "httpPost");
  json.member(mail ? "to" : "url", sending.recipient);
  if (mail) {
    json.member("category", sending.category);
  }
  for (const auto& [name, value] : JsonValue(sending.content).members()) {
    json.raw_member(name, value.text());
  }
}

// Parameters that are one placeholder, which becomes an object only when it is filled in: as they
// stand in the effect, "" when they are not.
std::string_view parameters_to_come(const JsonValue& effect) {
  if (effect.kind() != Kind::kObject) {
    return {};
  }
  for (const auto& [name, member] : effect.members()) {
    if (name == "parameters" && member.kind() == Kind::kString &&
        scheduler::may_become_object(member.string())) {
      return member.text();
    }
  }
  return {};
}

// The effect with an empty object in place of a part of it.
std::string emptied(const JsonValue& effect, std::string_view part) {
  std::string out(effect.text());
  if (!part.empty()) {
    out.replace(static_cast<std::size_t>(part.data() - effect.text().data()), part.size(), "{}");
  }
  return out;
}

// Adds one to the list, or says what is wrong with it.
void read_effect(const JsonValue& value, const std::string& path, JsonWriter& json,
                 FieldErrors& errors) {
  // Times are relative, so none is needed here.
  const std::string_view to_come = parameters_to_come(value);
  const std::string checked = emptied(value, to_come);
  auto effect = components::read_effect(JsonValue(checked), path, Micros{});
  if (!effect) {
    Error error = std::move(effect).error();
    error.code = error.code == Code::kTooLarge ? Code::kTooLarge : Code::kInvalid;
    errors.add(std::move(error));
    return;
  }
  auto* job = std::get_if<components::ScheduleJobEffect>(&*effect);
  if (job != nullptr && !to_come.empty()) {
    job->parameters = to_come;
  }
  if (job != nullptr && job->at) {
    errors.add("must count from the failure, like \"now + 5m\" or after: \"5m\"", path + ".at");
    return;
  }
  const auto* sending = std::get_if<components::SendEffect>(&*effect);
  if (sending != nullptr && sending->transport == Transport::kActor) {
    errors.add("must be scheduleJob, sendEmail or httpPost here", path + ".effect");
    return;
  }
  const std::string_view kind = job != nullptr                            ? "scheduleJob"
                                : sending->transport == Transport::kEmail ? "sendEmail"
                                                                          : "httpPost";
  check_placeholders(value, kind, path, errors);
  json.begin_object();
  if (job != nullptr) {
    write_job(json, *job);
  } else {
    write_sending(json, *sending);
  }
  json.end_object();
}

}  // namespace

std::string read_on_failure(const JsonValue& list, FieldErrors& errors) {
  const auto elements = list.elements();
  if (elements.size() > kOnFailureEffectsMax) {
    errors.add("has more than " + std::to_string(kOnFailureEffectsMax) + " effects", "onFailure");
    return {};
  }
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    read_effect(elements[i], "onFailure[" + std::to_string(i) + "]", json, errors);
  }
  json.end_array();
  if (out.size() > kOnFailureBytesMax) {
    errors.add("is over the limit of " + std::to_string(kOnFailureBytesMax) + " bytes", "onFailure",
               "TOO_LARGE", Code::kTooLarge);
  }
  return elements.empty() ? std::string() : out;
}

}  // namespace daybook::api
