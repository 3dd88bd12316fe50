#include "projections/queue_definitions.h"

namespace daybook::projections {

const Turn& longest_waiting(const Line& line) {
  auto best = line.begin();
  // The first of each priority is the one of it that has waited longest.
  for (auto at = best; at != line.end(); at = line.lower_bound({at->priority - 1, 0, 0})) {
    best = at->number < best->number ? at : best;
  }
  return *best;
}

std::uint32_t QueueDefinitions::find(std::string_view name) const {
  const auto it = names_.find(name);
  return it == names_.end() ? kNone : it->second;
}

std::uint32_t QueueDefinitions::get(std::string_view name) {
  const std::uint32_t found = find(name);
  if (found != kNone) {
    return found;
  }
  auto index = static_cast<std::uint32_t>(definitions_.size());
  if (free_definitions_.empty()) {
    definitions_.emplace_back();
  } else {
    index = free_definitions_.back();
    free_definitions_.pop_back();
  }
  definitions_[index].name = name;
  names_.emplace(name, index);
  return index;
}

void QueueDefinitions::put(const events::DefinitionPut& definition, Micros now) {
  const std::uint32_t index = get(definition.definition);
  QueueDefinition& d = definitions_[index];
  d.exists = true;
  d.paused = definition.paused;
  d.concurrency = definition.concurrency;
  d.rate_count = definition.rate_count;
  d.rate_per = definition.rate_per;
  d.priority = definition.priority;
  attach(index, definition.component);
  settle(index, now);
}

void QueueDefinitions::remove(std::string_view name, Micros now) {
  const std::uint32_t index = find(name);
  if (index == kNone) {
    return;
  }
  QueueDefinition& d = definitions_[index];
  detach(index);
  d.exists = false;
  d.paused = false;
  d.concurrency = 0;
  d.rate_count = 0;
  d.rate_per = {};
  d.priority = 0;
  settle(index, now);
}

std::uint32_t QueueDefinitions::get_component(std::string_view id) {
  const auto it = component_names_.find(id);
  if (it != component_names_.end()) {
    return it->second;
  }
  auto place = static_cast<std::uint32_t>(components_.size());
  if (free_components_.empty()) {
    components_.emplace_back();
  } else {
    place = free_components_.back();
    free_components_.pop_back();
  }
  components_[place].id = id;
  component_names_.emplace(id, place);
  return place;
}

void QueueDefinitions::drop_unused(std::uint32_t component) {
  Component& c = components_[component];
  if (c.users.empty() && !c.runtime) {
    component_names_.erase(component_names_.find(c.id));
    free_components_.push_back(component);
    c = {};
  }
}

void QueueDefinitions::attach(std::uint32_t index, std::string_view component) {
  QueueDefinition& d = definitions_[index];
  if (d.component != kNone && components_[d.component].id == component) {
    return;
  }
  detach(index);
  d.component = get_component(component);
  Component& c = components_[d.component];
  d.component_place = static_cast<std::uint32_t>(c.users.size());
  c.users.push_back(index);
}

void QueueDefinitions::detach(std::uint32_t index) {
  QueueDefinition& d = definitions_[index];
  if (d.component == kNone) {
    return;
  }
  Component& c = components_[d.component];
  const std::uint32_t moved = c.users.back();
  c.users[d.component_place] = moved;
  definitions_[moved].component_place = d.component_place;
  c.users.pop_back();
  drop_unused(d.component);
  d.component = kNone;
}

void QueueDefinitions::set_component(std::string_view id, std::optional<events::Runtime> runtime,
                                     Micros now) {
  const std::uint32_t place = get_component(id);
  components_[place].runtime = runtime;
  for (const std::uint32_t user : components_[place].users) {
    settle(user, now);
  }
  drop_unused(place);
}

std::optional<events::Runtime> QueueDefinitions::runtime(const QueueDefinition& definition) const {
  return definition.component == kNone ? std::nullopt : components_[definition.component].runtime;
}

void QueueDefinitions::leave(std::uint32_t index) {
  QueueDefinition& d = definitions_[index];
  if (d.place == LinePlace::kRate) {
    asleep_.erase({d.wake, index});
  } else if (d.place == LinePlace::kLine) {
    lines_[d.line].erase(d.turn);
  }
  d.place = LinePlace::kNowhere;
}

void QueueDefinitions::stand(std::uint32_t index, std::uint8_t line, std::uint64_t number) {
  QueueDefinition& d = definitions_[index];
  d.place = LinePlace::kLine;
  d.line = line;
  d.turn = {jobs_[d.ready.top()].priority, number, index};
  lines_[line].insert(d.turn);
}

void QueueDefinitions::forget(std::uint32_t index) {
  names_.erase(names_.find(definitions_[index].name));
  definitions_[index] = {};
  free_definitions_.push_back(index);
}

bool QueueDefinitions::is_full(const QueueDefinition& d) const {
  std::uint32_t most = d.concurrency;
  if (most == 0) {
    const auto runs = runtime(d);
    most = runs ? shares_[static_cast<std::size_t>(*runs)] : 0;
  }
  return most != 0 && d.running + d.offered >= most;
}

void QueueDefinitions::settle(std::uint32_t index, Micros now) {
  QueueDefinition& d = definitions_[index];
  if (!d.exists && d.waiting + d.running + d.offered + d.ready.size() == 0) {
    leave(index);
    forget(index);
    return;
  }
  if (d.ready.empty() || d.paused || is_full(d)) {
    leave(index);
    return;
  }
  if (d.rate_is_used_up(now)) {
    leave(index);
    // Offers alone may fill it: then only their fate can change the answer.
    if (d.starts.used(now, d.rate_per) != 0) {
      d.place = LinePlace::kRate;
      d.wake = d.starts.next_end(now, d.rate_per);
      asleep_.insert({d.wake, index});
    }
    return;
  }
  const auto runs = runtime(d);
  const auto line = static_cast<std::uint8_t>(runs ? *runs : events::Runtime{});
  if (d.place != LinePlace::kLine || d.line != line) {
    leave(index);
    stand(index, line, ++turn_);
  } else if (d.turn.priority != jobs_[d.ready.top()].priority) {
    leave(index);
    stand(index, line, d.turn.number);
  }
}

void QueueDefinitions::end_turn(std::uint32_t index) {
  if (definitions_[index].place == LinePlace::kLine) {
    leave(index);
    stand(index, definitions_[index].line, ++turn_);
  }
}

void QueueDefinitions::wake(Micros now) {
  while (!asleep_.empty() && asleep_.begin()->first <= now) {
    settle(asleep_.begin()->second, now);
  }
}

std::optional<Micros> QueueDefinitions::next_wake() const {
  return asleep_.empty() ? std::nullopt : std::optional(asleep_.begin()->first);
}

std::size_t QueueDefinitions::memory_bytes() const {
  std::size_t bytes = definitions_.capacity() * sizeof(QueueDefinition) +
                      components_.capacity() * sizeof(Component);
  for (const QueueDefinition& d : definitions_) {
    bytes += d.ready.memory_bytes() + d.name.capacity();
  }
  return bytes;
}

}  // namespace daybook::projections
