// The reactor components, as they are at the newest event that was folded. Private to dispatch. One
// thread; shared objects are immutable.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "components/directory.h"
#include "events/type_set.h"
#include "scheduler/state.h"

namespace daybook::dispatch {

class ComponentBook final : public components::ComponentDirectory {
 public:
  using Stored = std::shared_ptr<const scheduler::Component>;

  // Takes over recovered state.
  explicit ComponentBook(const scheduler::State& state);

  // The events that change it.
  static constexpr events::TypeSet types() {
    return events::TypeSet::of<events::ComponentPut, events::ComponentDeleted,
                               events::ContractDerived>();
  }
  // The component that the event is about; "" when it is about none. A component of another runtime
  // is as good as none.
  std::string_view fold(const events::Recorded& recorded);

  // Null when there is none.
  Stored find(std::string_view component) const;
  std::optional<std::string> spec(std::string_view component) const override;
  // Of its text and of those that it imports, as they are.
  Hash texts_key(const scheduler::Component& component) const;
  void each(const std::function<void(const Stored&)>& visit) const;

 private:
  std::map<std::string, Stored, std::less<>> components_;
};

}  // namespace daybook::dispatch
