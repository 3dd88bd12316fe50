// Which names mean what while a program is parsed: functions around each other, blocks inside them.
// Private to components/reactor.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "components/reactor/ast.h"
#include "components/reactor/near.h"

namespace daybook::reactor {

struct Binding {
  enum class Kind : std::uint8_t { kValue, kFunction, kType };

  std::string_view name;
  Kind kind = Kind::kValue;
  std::uint16_t slot = 0;
  std::uint8_t parameters = 0;     // kFunction
  bool curried = false;            // its body is a function: `x then y`
  bool acts = false;               // calling it adds an effect or asks the outside
  const TypeNode* type = nullptr;  // kType
  std::uint32_t at = 0;
};

// A variable as the function being parsed reaches it.
struct Reference {
  const Binding* binding;
  bool captured;
  std::uint16_t index;
};

class Scopes {
 public:
  Scopes() { functions_.emplace_back(); }

  void enter_function() { functions_.emplace_back().first = stack_.size(); }
  // Ends the innermost function: what it captures, and how large its frame is.
  std::vector<CaptureSource> leave_function(std::uint16_t& frame);

  void enter_block() { functions_.back().blocks.push_back(stack_.size()); }
  void leave_block();

  // A new slot of the innermost function; nothing when it has too many.
  std::optional<std::uint16_t> new_slot();
  // False when the innermost function has too many.
  bool define(const Binding& binding);
  // One of the innermost block with that name.
  const Binding* find_in_block(std::string_view name) const;
  // Nothing, too, when the innermost function would capture too many.
  std::optional<Reference> find(std::string_view name);
  // Without capturing it.
  const Binding* peek(std::string_view name) const;
  const Binding* find_type(std::string_view name) const;
  // All names that are known here: of types, or of values and functions.
  void offer_names(Near& near, bool types) const;

  std::uint16_t frame() const { return functions_.back().frame; }

  // Behind a fault everything that was entered since the mark is left.
  struct Mark {
    std::size_t functions;
    std::size_t blocks;
  };
  Mark mark() const { return {functions_.size(), functions_.back().blocks.size()}; }
  void restore(const Mark& mark);

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Entry {
    Binding binding;
    std::uint32_t hidden;    // what had the name before: index in stack_, or kNone
    std::uint32_t function;  // depth of the function that it is of
  };
  struct Function {
    std::size_t first = 0;            // of its bindings in stack_
    std::vector<std::size_t> blocks;  // where each begins
    std::vector<CaptureSource> captures;
    std::unordered_map<std::uint32_t, std::uint16_t> captured;  // by source
    std::uint16_t frame = 0;
  };

  void pop_to(std::size_t size);
  static std::optional<std::uint16_t> capture(Function& function, CaptureSource source);

  std::vector<Entry> stack_;
  std::unordered_map<std::string_view, std::uint32_t>
      newest_;  // by name: index in stack_, or kNone
  std::vector<Function> functions_;
};

}  // namespace daybook::reactor
