#include "scheduler/state.h"

#include <algorithm>

#include "base/check.h"
#include "base/texts_key.h"
#include "scheduler/serialize.h"
#include "scheduler/state_parts.h"

namespace daybook::scheduler {

std::string unique_name(std::string_view definition, std::string_view key) {
  std::string out(definition);
  out += '\0';
  out += key;
  return out;
}

std::uint32_t State::Parts::definition_slot(std::string_view id) {
  if (const auto found = definition_index.find(id); found != definition_index.end()) {
    return found->second;
  }
  auto at = static_cast<std::uint32_t>(definitions.size());
  if (free_definitions.empty()) {
    definitions.emplace_back();
  } else {
    at = free_definitions.back();
    free_definitions.pop_back();
  }
  definitions[at] = std::make_unique<Definition>();
  definitions[at]->id = id;
  definitions[at]->deleted = true;
  definition_index.emplace(id, at);
  return at;
}

void State::Parts::index_users() {
  for (const auto& [id, component] : components) {
    for (const std::string& import : component->imports) {
      importers.add(import, id);
    }
  }
  for (const auto& [id, index] : definition_index) {
    if (!definition(index).deleted) {
      definitions_of.add(definition(index).settings.component, id);
    }
  }
}

void State::Parts::release_definition(std::uint32_t index) {
  const Definition& gone = *definitions[index];
  if (!gone.deleted || gone.pending + gone.running > 0) {
    return;
  }
  definition_index.erase(gone.id);
  definitions[index].reset();
  free_definitions.push_back(index);
}

Micros State::Parts::due_of(const JobSlot& slot) const {
  if (slot.running()) {
    return open.at(slot.started().value).due;
  }
  return slot.delayed() ? offsets.at_running(slot.run_at()) : offsets.at_wall(slot.run_at());
}

Micros State::Parts::planned_of(const JobSlot& slot) const {
  if (const auto before = planned.find(slot.id.key().value); before != planned.end()) {
    return before->second;
  }
  return slot.delayed()   ? offsets.wall(due_of(slot))
         : slot.running() ? due_of(slot)
                          : slot.run_at();
}

void State::Parts::keep_planned(const JobSlot& slot) {
  planned.emplace(slot.id.key().value, planned_of(slot));  // the first stays
}

JobView State::Parts::view(const JobSlot& slot) const {
  JobView out;
  out.job = slot.id;
  out.definition = definitions[slot.definition].get();
  out.delayed = slot.delayed();
  out.running = slot.running();
  out.due = due_of(slot);
  out.run_at = out.delayed || out.running ? out.due : slot.run_at();
  out.priority = slot.priority;
  out.attempt = slot.attempt();
  if (const auto text = kept.find(slot.id.key().value); text != kept.end()) {
    out.kept_parameters = &text->second;
  }
  if (const auto depth = rule_depths.find(slot.id.key().value); depth != rule_depths.end()) {
    out.rule_depth = depth->second;
  }
  if (const auto gone = lost.find(slot.id.key().value); gone != lost.end()) {
    out.uncounted = gone->second.total;
    out.lost_in_a_row = gone->second.in_a_row;
  }
  out.owner = owners.name(slot.owner);
  out.planned = planned_of(slot);
  if (!out.running && out.attempt.value > 0) {
    out.retried_by = reports.newest_end(slot.id);
  }
  if (out.running) {
    const OpenAttempt& attempt = open.at(slot.started().value);
    out.started = slot.started();
    out.secret = attempt.secret;
    out.started_at = attempt.started_at;
    const auto logical = [&](Micros at) { return at.value == 0 ? at : offsets.at_running(at); };
    out.lease_until = logical(attempt.lease_until);
    out.timeout_at = logical(attempt.timeout_at);
    out.cancel_requested = attempt.cancel_requested;
  }
  return out;
}

std::vector<const Sending*> State::Parts::sorted_sendings() const {
  std::vector<const Sending*> out;
  out.reserve(sendings.size());
  for (const auto& [id, sending] : sendings) {
    out.push_back(&sending);
  }
  std::sort(out.begin(), out.end(),
            [](const Sending* a, const Sending* b) { return a->created < b->created; });
  return out;
}

State::State() : parts_(std::make_unique<Parts>()) {}
State::~State() = default;
State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;

Seq State::applied() const {
  return parts_->applied;
}

Micros State::time() const {
  return parts_->time;
}

const events::ClockOffsets& State::offsets() const {
  return parts_->offsets;
}

Epoch State::epoch() const {
  return parts_->epoch;
}

Seq State::server_started() const {
  return parts_->server_started;
}

const Definition* State::find_definition(std::string_view id) const {
  const auto found = parts_->definition_index.find(id);
  return found == parts_->definition_index.end() ? nullptr
                                                 : parts_->definitions[found->second].get();
}

std::shared_ptr<const Component> State::find_component(std::string_view id) const {
  const auto found = parts_->components.find(id);
  return found == parts_->components.end() ? nullptr : found->second;
}

Hash State::texts_key(const Component& component) const {
  TextsKey key;
  key.add(component.id, component.spec_hash);
  for (const std::string& import : component.imports) {
    if (const auto module = find_component(import)) {
      key.add(import, module->spec_hash);
    }
  }
  return key.finish();
}

// What an importer takes may change with what it imports; so those that name it are told of too.
ComponentUsers State::users_of(std::string_view component, std::size_t max) const {
  ComponentUsers out{parts_->importers.of(component, max), {}, {}};
  std::vector<std::string> named(1, std::string(component));
  named.insert(named.end(), out.importers.begin(), out.importers.end());
  for (const std::string& name : named) {
    for (std::string& id : parts_->definitions_of.of(name, max - out.definitions.size())) {
      out.definitions.push_back({name, std::move(id)});
    }
  }
  for (const auto& [id, rule] : parts_->rules) {
    for (const std::string& name : named) {
      if (out.rules.size() < max && names_component(rule.versions.back().components, name)) {
        out.rules.push_back({name, id});
      }
    }
  }
  return out;
}

std::optional<JobView> State::find_job(JobId job) const {
  const JobSlot* slot = parts_->jobs.find(job);
  return slot == nullptr ? std::nullopt : std::optional(parts_->view(*slot));
}

std::optional<JobView> State::find_open(Seq started) const {
  const auto found = parts_->open.find(started.value);
  return found == parts_->open.end() ? std::nullopt : find_job(found->second.job);
}

bool State::is_ended(JobId job) const {
  return parts_->ended.contains(job.key());
}

std::size_t State::definition_count() const {
  return parts_->live_definitions;
}

std::size_t State::component_count() const {
  return parts_->components.size();
}

std::uint64_t State::pending_count() const {
  return parts_->pending;
}

std::uint64_t State::running_count() const {
  return parts_->open.size();
}

std::size_t State::key_count() const {
  return parts_->keys.size();
}

std::size_t State::key_bytes() const {
  return parts_->keys.memory_bytes();
}

std::optional<JobId> State::find_unique(std::string_view definition, std::string_view key) const {
  const auto holder = parts_->unique.holder(UniqueKeys::id_of(definition, key));
  return holder ? std::optional(parts_->jobs.find_key(*holder)->id) : std::nullopt;
}

std::optional<Seq> State::first_needed() const {
  std::optional<Seq> out;
  parts_->jobs.each([&](const JobSlot& slot) {
    const Seq key = slot.id.key();
    if (!out && !parts_->kept.contains(key.value)) {
      out = key;
    }
  });
  return out;
}

void State::keep_parameters(JobId job, std::string_view parameters) {
  DAYBOOK_CHECK(parts_->jobs.find(job) != nullptr, "parameters are kept of live jobs");
  parts_->kept.insert_or_assign(job.key().value, std::string(parameters));
}

std::optional<Seq> State::first_held_by_keys(Micros now) const {
  return parts_->keys.first_held(running(now));
}

std::optional<State::KeyUse> State::find_key(std::string_view key, Micros now,
                                             std::string_view actor) const {
  auto use = parts_->keys.find(key, running(now), actor);
  if (use) {
    use->time = offsets().at_running(use->time);
  }
  return use;
}

std::optional<State::PastReport> State::find_report(Seq started) const {
  return parts_->reports.find(started);
}

std::optional<Sending> State::find_sending(SendingId id) const {
  const auto found = parts_->sendings.find(id);
  return found == parts_->sendings.end() ? std::nullopt : std::optional(found->second);
}

bool State::is_sending_ended(Seq created) const {
  return parts_->sendings_ended.contains(created);
}

std::size_t State::sending_count() const {
  return parts_->sendings.size();
}

const Rule* State::find_rule(std::string_view id) const {
  const auto found = parts_->rules.find(id);
  return found == parts_->rules.end() ? nullptr : &found->second;
}

std::size_t State::rule_count() const {
  return parts_->rules.size();
}

Seq State::rules_through() const {
  return parts_->rules_through;
}

const AccessToken* State::find_token(std::string_view id) const {
  const auto found = parts_->tokens.find(id);
  return found == parts_->tokens.end() ? nullptr : &found->second;
}

std::size_t State::token_count() const {
  return parts_->tokens.size();
}

std::uint64_t State::token_changes() const {
  return parts_->token_changes;
}

const access::Rights* State::rights_of(std::string_view actor, Micros now) const {
  if (is_open_actor(actor)) {
    return &access::Rights::all();
  }
  const AccessToken* token = find_token(actor);
  return token == nullptr || token->is_over(offsets().wall(now)) ? nullptr : token->rights.get();
}

void State::each_job(const std::function<void(const JobView&)>& visit) const {
  parts_->jobs.each([&](const JobSlot& slot) { visit(parts_->view(slot)); });
}

void State::each_pending(const std::function<void(const PendingView&)>& visit) const {
  parts_->jobs.each([&](const JobSlot& slot) {
    if (!slot.running()) {
      visit({slot.id, parts_->definitions[slot.definition].get(),
             slot.delayed() ? parts_->due_of(slot) : slot.run_at(), slot.priority, slot.delayed()});
    }
  });
}

void State::each_running(const std::function<void(const JobView&)>& visit) const {
  std::vector<const JobSlot*> slots;
  slots.reserve(parts_->open.size());
  for (const auto& [started, attempt] : parts_->open) {
    slots.push_back(parts_->jobs.find(attempt.job));
  }
  std::sort(slots.begin(), slots.end(),
            [](const JobSlot* a, const JobSlot* b) { return a->id.key() < b->id.key(); });
  for (const JobSlot* slot : slots) {
    visit(parts_->view(*slot));
  }
}

void State::each_definition(const std::function<void(const Definition&)>& visit) const {
  for (const auto& [id, index] : parts_->definition_index) {
    visit(parts_->definition(index));
  }
}

void State::each_component(const std::function<void(const Component&)>& visit) const {
  for (const auto& [id, component] : parts_->components) {
    visit(*component);
  }
}

void State::each_sending(const std::function<void(const Sending&)>& visit) const {
  for (const Sending* sending : parts_->sorted_sendings()) {
    visit(*sending);
  }
}

void State::each_rule(const std::function<void(const Rule&)>& visit) const {
  for (const auto& [id, rule] : parts_->rules) {
    visit(rule);
  }
}

void State::each_token(const std::function<void(const AccessToken&)>& visit) const {
  for (const auto& [id, token] : parts_->tokens) {
    visit(token);
  }
}

Hash State::hash() const {
  return state_hash(*this);
}

std::size_t State::memory_bytes() const {
  std::size_t bytes = parts_->jobs.memory_bytes() + parts_->ended.memory_bytes();
  bytes += parts_->open.size() * (sizeof(OpenAttempt) + 32) + parts_->unique.memory_bytes();
  for (const auto& [job, text] : parts_->kept) {
    bytes += text.capacity() + 80;
  }
  bytes += parts_->keys.memory_bytes() + parts_->reports.memory_bytes();
  bytes += parts_->definitions.size() * (sizeof(Definition) + 128);
  bytes += parts_->importers.memory_bytes() + parts_->definitions_of.memory_bytes();
  for (const auto& [id, component] : parts_->components) {
    bytes += component->spec.size() + component->contract.size() + 256;
  }
  bytes += parts_->sendings.size() * (sizeof(Sending) + 48) + parts_->sendings_ended.memory_bytes();
  bytes += (parts_->rule_depths.size() + parts_->lost.size() + parts_->planned.size()) * 48;
  bytes += parts_->tokens.size() * 512 + parts_->owners.memory_bytes();
  for (const auto& [id, rule] : parts_->rules) {
    bytes += rule.applied.size() * 128 + 256;
    for (const RuleVersion& version : rule.versions) {
      bytes += version.components.size() + sizeof(version);
    }
  }
  return bytes;
}

}  // namespace daybook::scheduler
