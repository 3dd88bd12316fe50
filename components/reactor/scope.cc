#include "components/reactor/scope.h"

#include "components/reactor/limits.h"

namespace daybook::reactor {

void Scopes::pop_to(std::size_t size) {
  for (; stack_.size() > size; stack_.pop_back()) {
    newest_[stack_.back().binding.name] = stack_.back().hidden;
  }
}

std::vector<CaptureSource> Scopes::leave_function(std::uint16_t& frame) {
  pop_to(functions_.back().first);
  Function function = std::move(functions_.back());
  functions_.pop_back();
  frame = function.frame;
  return std::move(function.captures);
}

void Scopes::leave_block() {
  Function& function = functions_.back();
  pop_to(function.blocks.back());
  function.blocks.pop_back();
}

void Scopes::restore(const Mark& mark) {
  while (functions_.size() > mark.functions) {
    pop_to(functions_.back().first);
    functions_.pop_back();
  }
  while (functions_.back().blocks.size() > mark.blocks) {
    leave_block();
  }
}

std::optional<std::uint16_t> Scopes::new_slot() {
  Function& function = functions_.back();
  if (function.frame >= kSlotsMax) {
    return std::nullopt;
  }
  return function.frame++;
}

bool Scopes::define(const Binding& binding) {
  if (stack_.size() - functions_.back().first >= kSlotsMax) {
    return false;
  }
  const auto place = newest_.try_emplace(binding.name, kNone).first;
  stack_.push_back({binding, place->second, static_cast<std::uint32_t>(functions_.size() - 1)});
  place->second = static_cast<std::uint32_t>(stack_.size() - 1);
  return true;
}

const Binding* Scopes::peek(std::string_view name) const {
  const auto at = newest_.find(name);
  return at == newest_.end() || at->second == kNone ? nullptr : &stack_[at->second].binding;
}

const Binding* Scopes::find_in_block(std::string_view name) const {
  const Function& function = functions_.back();
  const std::size_t begin = function.blocks.empty() ? function.first : function.blocks.back();
  const auto at = newest_.find(name);
  const bool there = at != newest_.end() && at->second != kNone && at->second >= begin;
  return there ? &stack_[at->second].binding : nullptr;
}

std::optional<std::uint16_t> Scopes::capture(Function& function, CaptureSource source) {
  const std::uint32_t key = (source.from_capture ? 1U << 16 : 0U) | source.index;
  const auto [place, fresh] =
      function.captured.try_emplace(key, static_cast<std::uint16_t>(function.captures.size()));
  if (fresh) {
    if (function.captures.size() >= kSlotsMax) {
      function.captured.erase(place);
      return std::nullopt;
    }
    function.captures.push_back(source);
  }
  return place->second;
}

// A variable of a function further out is captured by every function on the way in.
std::optional<Reference> Scopes::find(std::string_view name) {
  const auto at = newest_.find(name);
  if (at == newest_.end() || at->second == kNone) {
    return std::nullopt;
  }
  const Entry& entry = stack_[at->second];
  if (entry.function + 1 == functions_.size() || entry.binding.kind == Binding::Kind::kType) {
    return Reference{&entry.binding, false, entry.binding.slot};
  }
  CaptureSource source{false, entry.binding.slot};
  for (std::size_t i = entry.function + 1; i < functions_.size(); ++i) {
    const auto index = capture(functions_[i], source);
    if (!index) {
      return std::nullopt;
    }
    source = {true, *index};
  }
  return Reference{&entry.binding, true, source.index};
}

const Binding* Scopes::find_type(std::string_view name) const {
  const Binding* binding = peek(name);
  return binding != nullptr && binding->kind == Binding::Kind::kType ? binding : nullptr;
}

void Scopes::offer_names(Near& near, bool types) const {
  for (const auto& [name, newest] : newest_) {
    if (newest != kNone && (stack_[newest].binding.kind == Binding::Kind::kType) == types) {
      near.offer(name);
    }
  }
}

}  // namespace daybook::reactor
