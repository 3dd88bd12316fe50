#include "base/supervisor.h"

#include <algorithm>
#include <optional>

namespace daybook {

void Supervisor::arm() {
  {
    const std::lock_guard lock(mutex_);
    armed_ = true;
  }
  stop_once();
}

void Supervisor::fail(std::string_view part, const Error& error, Consequence consequence) {
  const Fault fault{std::string(part), error, consequence};
  {
    const std::lock_guard lock(mutex_);
    const auto known = std::find_if(faults_.begin(), faults_.end(),
                                    [&](const Fault& f) { return f.part == part; });
    if (known == faults_.end()) {
      faults_.push_back(fault);
    } else if (consequence >= known->consequence) {
      return;  // it was told
    } else {
      *known = fault;
    }
  }
  if (hooks_.on_fault) {
    hooks_.on_fault(fault);
  }
  stop_once();
}

// Outside the lock: whoever is told may ask for faults().
void Supervisor::stop_once() {
  std::optional<Fault> cause;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(faults_.begin(), faults_.end(), [](const Fault& f) {
      return f.consequence == Consequence::kStop;
    });
    if (!armed_ || stopped_ || found == faults_.end()) {
      return;
    }
    stopped_ = true;
    cause = *found;
  }
  if (hooks_.on_stop) {
    hooks_.on_stop(*cause);
  }
}

void Supervisor::heal(std::string_view part) {
  {
    const std::lock_guard lock(mutex_);
    const auto gone = std::erase_if(faults_, [&](const Fault& f) {
      return f.part == part && f.consequence != Consequence::kStop;
    });
    if (gone == 0) {
      return;
    }
  }
  if (hooks_.on_healed) {
    hooks_.on_healed(std::string(part));
  }
}

std::vector<Fault> Supervisor::faults() const {
  const std::lock_guard lock(mutex_);
  return faults_;
}

}  // namespace daybook
