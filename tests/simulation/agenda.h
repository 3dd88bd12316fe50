// What happens outside the server at a time: in the order of their times, then of their coming. One
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/ids.h"

namespace daybook::simulation {

class Agenda {
 public:
  using Act = std::function<void()>;

  // Steady time.
  void at(Micros time, Act act) { acts_.emplace(std::pair(time, ++last_), std::move(act)); }
  // Does the first that is due; false: nothing is.
  bool do_next(Micros now) {
    if (acts_.empty() || acts_.begin()->first.first > now) {
      return false;
    }
    const auto act = acts_.extract(acts_.begin());
    act.mapped()();
    return true;
  }
  std::optional<Micros> next() const {
    return acts_.empty() ? std::nullopt : std::optional(acts_.begin()->first.first);
  }

 private:
  std::map<std::pair<Micros, std::uint64_t>, Act> acts_;
  std::uint64_t last_ = 0;
};

}  // namespace daybook::simulation
