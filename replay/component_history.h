// The components as they stood at the event that was taken last. Private to replay.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "events/types.h"

namespace daybook::replay {

class ComponentHistory {
 public:
  struct Stored {
    events::Runtime runtime;
    std::string spec;
    Hash spec_hash;
    std::vector<std::string> imports;
  };

  void take(const events::Recorded& recorded) {
    if (const auto* put = std::get_if<events::ComponentPut>(&recorded.event)) {
      stored_.insert_or_assign(std::string(put->component),
                               Stored{put->runtime,
                                      std::string(put->spec.text),
                                      put->spec_hash,
                                      {put->imports.begin(), put->imports.end()}});
    } else if (const auto* gone = std::get_if<events::ComponentDeleted>(&recorded.event)) {
      stored_.erase(std::string(gone->component));
    } else if (const auto* derived = std::get_if<events::ContractDerived>(&recorded.event)) {
      if (const auto found = stored_.find(derived->component); found != stored_.end()) {
        found->second.imports.assign(derived->imports.begin(), derived->imports.end());
      }
    }
  }

  // Null when there was none. Valid until the next take().
  const Stored* find(std::string_view component) const {
    const auto found = stored_.find(component);
    return found == stored_.end() ? nullptr : &found->second;
  }

  // For each import of `of` that was there: its id and what it was.
  template <typename Visit>
  void each_module(const Stored& of, Visit&& visit) const {
    for (const std::string& import : of.imports) {
      if (const Stored* module = find(import)) {
        visit(import, *module);
      }
    }
  }

 private:
  std::map<std::string, Stored, std::less<>> stored_;
};

}  // namespace daybook::replay
