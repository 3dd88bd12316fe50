#include "replay/state_json.h"

#include <algorithm>

#include "base/hex.h"
#include "base/json_text.h"
#include "replay/as_of.h"
#include "replay/json_writer.h"

namespace daybook::replay {
namespace {

// A document on one line: its line ends stand between tokens only.
std::string one_line(std::string_view json) {
  std::string out(json);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return out;
}

// "name":[\n entry,\n entry\n] with one entry per line.
class EntryList {
 public:
  EntryList(std::string& out, std::string_view name) : out_(out) {
    out_ += ",\n\"";
    out_ += name;
    out_ += "\":[";
  }
  void add(std::string_view entry) {
    out_ += any_ ? ",\n" : "\n";
    any_ = true;
    out_ += entry;
  }
  void end() { out_ += any_ ? "\n]" : "]"; }

 private:
  std::string& out_;
  bool any_ = false;
};

}  // namespace

std::string component_json(const scheduler::Component& component) {
  std::string out;
  JsonObject object(out);
  object.text("componentId", component.id);
  object.text("runtime", events::runtime_name(component.runtime));
  object.text("specHash", to_hex(component.spec_hash));
  if (!component.imports.empty()) {
    std::string& list = object.member("imports");
    char before = '[';
    for (const std::string& import : component.imports) {
      list += before;
      events::append_json_string(list, import);
      before = ',';
    }
    list += ']';
  }
  if (!component.spec.empty()) {
    object.raw("spec", one_line(component.spec));
  }
  object.end();
  return out;
}

std::string definition_json(const scheduler::Definition& definition) {
  std::string out;
  JsonObject object(out);
  object.text("jobDefinitionId", definition.id);
  events::each_stored(definition.settings, [&](const events::Field& field, const auto& member) {
    using Member = std::remove_cvref_t<decltype(member)>;
    if constexpr (std::is_same_v<Member, std::string>) {
      if (field.form != events::FieldForm::kEffects) {
        object.text(field.stored, member);
      } else if (!member.empty()) {
        object.raw(field.stored, one_line(member));
      }
    } else if constexpr (std::is_same_v<Member, Duration>) {
      object.duration(field.stored, member);
    } else if constexpr (std::is_same_v<Member, bool>) {
      object.flag(field.stored, member);
    } else if constexpr (std::is_signed_v<Member>) {
      object.signed_number(field.stored, member);
    } else {
      object.number(field.stored, member);
    }
  });
  object.flag("deleted", definition.deleted);
  object.number("pendingJobs", definition.pending);
  object.number("runningJobs", definition.running);
  std::uint64_t used = 0;
  for (const RateWindow::Group& group : definition.starts.groups()) {
    used += group.starts;
  }
  object.number("rateWindowUsed", used);
  object.end();
  return out;
}

namespace {

// What a job was created with; its texts are null where the log does not go back so far.
struct Creation {
  std::string parameters = "null";
  std::string unique_key;
};

Result<Creation> creation_of(const scheduler::JobView& job, log::EventReader& reader) {
  Creation out;
  const auto recorded = reader.at(job.job.key());
  if (!recorded && recorded.error().reason != "LOG_TRIMMED") {
    return fail(recorded.error());
  }
  const auto* event = recorded ? std::get_if<events::JobCreated>(&(*recorded)->event) : nullptr;
  if (event != nullptr) {
    out.parameters = event->parameters.text.empty() ? "{}" : one_line(event->parameters.text);
    out.unique_key = event->unique_key;
  } else if (job.kept_parameters != nullptr) {
    out.parameters = one_line(*job.kept_parameters);
  }
  return out;
}

std::string job_text(const scheduler::JobView& job, const Creation* creation) {
  std::string out;
  JsonObject object(out);
  object.text("jobId", job.job.text());
  object.text("jobDefinitionId", job.definition->id);
  object.text("status", job.running ? "running" : "pending");
  object.time("runAt", job.run_at);
  if (job.planned != job.run_at) {
    object.time("plannedAt", job.planned);
  }
  object.signed_number("priority", job.priority);
  object.number("attempt", job.attempt.value);
  if (creation != nullptr) {
    object.text("uniqueKey", creation->unique_key);
    object.raw("parameters", creation->parameters);
  }
  if (!job.owner.empty()) {
    object.text("owner", job.owner);
  }
  if (job.rule_depth > 0) {
    object.number("ruleDepth", job.rule_depth);
  }
  if (job.running) {
    object.number("started", job.started.value);
    object.time("startedAt", job.started_at);
    object.time("leaseUntil", job.lease_until);
    object.time("timeoutAt", job.timeout_at);
    object.flag("cancelRequested", job.cancel_requested);
  }
  object.end();
  return out;
}

}  // namespace

std::string job_json(const scheduler::JobView& job) {
  return job_text(job, nullptr);
}

Result<std::string> whole_job_json(const scheduler::JobView& job, log::EventReader& reader) {
  DAYBOOK_ASSIGN(const Creation creation, creation_of(job, reader));
  return job_text(job, &creation);
}

std::string sending_json(const scheduler::Sending& sending) {
  std::string out;
  JsonObject object(out);
  object.text("sendingId", sending.id.text());
  object.number("created", sending.created.value);
  object.number("attempt", sending.attempt.value);
  object.time("due", sending.due);
  object.end();
  return out;
}

std::string rule_json(const scheduler::Rule& rule) {
  std::string out;
  JsonObject object(out);
  object.text("ruleId", rule.id);
  object.text("displayName", rule.display_name);
  std::string versions;
  for (const scheduler::RuleVersion& version : rule.versions) {
    versions += versions.empty() ? "[" : ",";
    JsonObject one(versions);
    one.number("put", version.put.value);
    one.raw("components", one_line(version.components));
    if (!version.owner.empty()) {
      one.text("owner", version.owner);
    }
    one.end();
  }
  object.raw("versions", versions + "]");
  std::string applied;
  JsonObject newest(applied);
  for (const auto& [component, on] : rule.applied) {
    newest.number(component, on.value);
  }
  newest.end();
  object.raw("applied", applied);
  object.end();
  return out;
}

std::string token_json(const scheduler::AccessToken& token) {
  std::string out;
  JsonObject object(out);
  object.text("tokenId", token.id);
  object.text("displayName", token.display_name);
  std::string permissions;
  for (const std::string& permission : token.permissions) {
    permissions += permissions.empty() ? "[" : ",";
    append_json_string(permissions, permission);
  }
  object.raw("permissions", permissions + "]");
  if (token.expires_at.value != 0) {
    object.time("expiresAt", token.expires_at);
  }
  object.end();
  return out;
}

Result<std::string> state_json(const scheduler::State& state, log::Log& log) {
  std::string out = "{";
  const auto member = [&](std::string_view name, const std::string& json) {
    out += out.size() > 1 ? ",\n\"" : "\n\"";
    out += name;
    out += "\":" + json;
  };
  member("seq", std::to_string(state.applied().value));
  member("time", "\"" + format_time(state.time()) + "\"");
  member("epoch", std::to_string(state.epoch().value));
  member("hash", "\"" + to_hex(state.hash()) + "\"");
  std::string counts;
  JsonObject object(counts);
  object.number("components", state.component_count());
  object.number("definitions", state.definition_count());
  object.number("pendingJobs", state.pending_count());
  object.number("runningJobs", state.running_count());
  object.number("idempotencyKeys", state.key_count());
  object.number("pendingSendings", state.sending_count());
  object.number("rules", state.rule_count());
  object.number("tokens", state.token_count());
  object.end();
  member("counts", counts);
  member("rulesThrough", std::to_string(state.rules_through().value));
  EntryList components(out, "components");
  state.each_component([&](const auto& entry) { components.add(component_json(entry)); });
  components.end();
  EntryList definitions(out, "definitions");
  state.each_definition([&](const auto& entry) { definitions.add(definition_json(entry)); });
  definitions.end();
  EntryList jobs(out, "jobs");
  log::EventReader reader(log);
  Status read;
  state.each_job([&](const auto& entry) {
    if (!read) {
      return;
    }
    if (auto json = whole_job_json(entry, reader)) {
      jobs.add(*json);
    } else {
      read = fail(std::move(json).error());
    }
  });
  DAYBOOK_TRY(read);
  jobs.end();
  EntryList sendings(out, "sendings");
  state.each_sending([&](const auto& entry) { sendings.add(sending_json(entry)); });
  sendings.end();
  EntryList rules(out, "rules");
  state.each_rule([&](const auto& entry) { rules.add(rule_json(entry)); });
  rules.end();
  EntryList tokens(out, "tokens");
  state.each_token([&](const auto& entry) { tokens.add(token_json(entry)); });
  tokens.end();
  return out + "\n}\n";
}

}  // namespace daybook::replay
