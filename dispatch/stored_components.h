// Components by id out of the views, for those that import them or check what they take.
// Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "components/runtime.h"
#include "projections/views.h"

namespace daybook::dispatch {

class StoredComponents final : public components::ComponentDirectory {
 public:
  explicit StoredComponents(const projections::Views& views) : views_(views) {}

  std::optional<std::string> spec(std::string_view component) const override {
    const auto row = views_.component(component);
    return row && *row ? std::optional((*row)->spec) : std::nullopt;
  }

  // What a runtime is asked with; borrows this. Imports that are not there are left out.
  components::Stored stored(const projections::ComponentHead& head) const {
    components::Stored out{{head.component, head.spec_hash}, {}, *this};
    for (const std::string& id : head.imports) {
      if (const auto import = views_.component_head(id); import && *import) {
        out.imports.push_back({id, (*import)->spec_hash});
      }
    }
    return out;
  }

 private:
  const projections::Views& views_;
};

}  // namespace daybook::dispatch
