// Components by id out of the views, for those that import them. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "components/directory.h"
#include "projections/views.h"

namespace daybook::dispatch {

class StoredComponents final : public components::ComponentDirectory {
 public:
  explicit StoredComponents(const projections::Views& views) : views_(views) {}

  std::optional<std::string> spec(std::string_view component) const override {
    const auto row = views_.component(component);
    return row && *row ? std::optional((*row)->spec) : std::nullopt;
  }

 private:
  const projections::Views& views_;
};

}  // namespace daybook::dispatch
