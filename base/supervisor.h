// Where every thread says what it cannot go on from, and what then happens to the server. One for
// the whole server, made before all that reports to it (docs/architecture.md, "Threads").
//
// A fault is told once, when it begins, and again when it grows graver; it stands in faults(),
// which /health/ready shows, until its part heals. Any thread; nothing here blocks.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace daybook {

// The gravest first.
enum class Consequence {
  // Going on would acknowledge what may never be read again, or leave work undone for ever: the
  // process ends (I15).
  kStop,
  // The part stands still and the rest goes on.
  kDegraded,
  // Nothing stands still: something was left undone that a person has to look at.
  kNoted,
};

struct Fault {
  std::string part;  // "dispatcher", "view jobs", …
  Error error;
  Consequence consequence = Consequence::kDegraded;
};

class Supervisor {
 public:
  struct Hooks {
    std::function<void(const Fault&)> on_fault;         // each fault as it begins
    std::function<void(const std::string&)> on_healed;  // its part, as it ends
    std::function<void(const Fault&)> on_stop;          // once: the first kStop after arm()
  };

  explicit Supervisor(Hooks hooks = {}) : hooks_(std::move(hooks)) {}
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Until then a kStop stands in faults() only: a start that meets it fails by itself.
  void arm();
  void fail(std::string_view part, const Error& error, Consequence consequence);
  void heal(std::string_view part);

  std::vector<Fault> faults() const;

 private:
  void stop_once();

  const Hooks hooks_;
  mutable std::mutex mutex_;
  std::vector<Fault> faults_;
  bool armed_ = false;
  bool stopped_ = false;
};

// For parts that can also stand alone: nobody is told when there is no supervisor.
inline void report_fault(Supervisor* supervisor, std::string_view part, const Error& error,
                         Consequence consequence) {
  if (supervisor != nullptr) {
    supervisor->fail(part, error, consequence);
  }
}
inline void report_healed(Supervisor* supervisor, std::string_view part) {
  if (supervisor != nullptr) {
    supervisor->heal(part);
  }
}

}  // namespace daybook
