#include "components/reactor/scope.h"

#include "components/reactor/limits.h"

namespace daybook::reactor {

std::vector<CaptureSource> Scopes::leave_function(std::uint16_t& frame) {
  Function function = std::move(functions_.back());
  functions_.pop_back();
  frame = function.frame;
  return std::move(function.captures);
}

void Scopes::leave_block() {
  Function& function = functions_.back();
  function.bindings.resize(function.blocks.back());
  function.blocks.pop_back();
}

void Scopes::restore(const Mark& mark) {
  functions_.resize(mark.functions);
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
  std::vector<Binding>& there = functions_.back().bindings;
  if (there.size() >= kSlotsMax) {
    return false;
  }
  there.push_back(binding);
  return true;
}

const Binding* Scopes::find_in_block(std::string_view name) const {
  const Function& function = functions_.back();
  const std::size_t begin = function.blocks.empty() ? 0 : function.blocks.back();
  for (std::size_t i = function.bindings.size(); i > begin; --i) {
    if (function.bindings[i - 1].name == name) {
      return &function.bindings[i - 1];
    }
  }
  return nullptr;
}

const Binding* Scopes::find_in(const Function& function, std::string_view name) const {
  for (auto it = function.bindings.rbegin(); it != function.bindings.rend(); ++it) {
    if (it->name == name) {
      return &*it;
    }
  }
  return nullptr;
}

std::uint16_t Scopes::capture(Function& function, CaptureSource source) {
  for (std::size_t i = 0; i < function.captures.size(); ++i) {
    const CaptureSource& c = function.captures[i];
    if (c.from_capture == source.from_capture && c.index == source.index) {
      return static_cast<std::uint16_t>(i);
    }
  }
  function.captures.push_back(source);
  return static_cast<std::uint16_t>(function.captures.size() - 1);
}

// A variable of a function further out is captured by every function on the way in.
std::optional<Reference> Scopes::find(std::string_view name) {
  for (std::size_t depth = functions_.size(); depth > 0; --depth) {
    const Binding* binding = find_in(functions_[depth - 1], name);
    if (binding == nullptr) {
      continue;
    }
    if (depth == functions_.size() || binding->kind == Binding::Kind::kType) {
      return Reference{binding, false, binding->slot};
    }
    CaptureSource source{false, binding->slot};
    for (std::size_t i = depth; i < functions_.size(); ++i) {
      source = {true, capture(functions_[i], source)};
    }
    return Reference{binding, true, source.index};
  }
  return std::nullopt;
}

const Binding* Scopes::find_type(std::string_view name) const {
  for (auto it = functions_.rbegin(); it != functions_.rend(); ++it) {
    const Binding* binding = find_in(*it, name);
    if (binding != nullptr) {
      return binding->kind == Binding::Kind::kType ? binding : nullptr;
    }
  }
  return nullptr;
}

}  // namespace daybook::reactor
