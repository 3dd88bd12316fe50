// Other components, for those that import them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace daybook::components {

// The components that are stored. Thread-safe.
class ComponentDirectory {
 public:
  virtual ~ComponentDirectory() = default;
  // The spec of a component, as JSON text.
  virtual std::optional<std::string> spec(std::string_view component) const = 0;
};

}  // namespace daybook::components
