// Leads all lives of a store side by side, in the order of their times.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <vector>

#include "base/result.h"
#include "bench/store/life.h"
#include "bench/store/recorder.h"

namespace daybook::bench {

class Generator {
 public:
  // progress(done, total) in jobs; may be empty. All outlive it.
  Generator(const StoreOptions& options, Recorder& recorder, Entropy& entropy,
            std::function<void(std::uint64_t, std::uint64_t)> progress);

  Status run();
  std::uint64_t removed() const { return removed_; }

 private:
  enum class Next : std::uint8_t { kStart, kReport, kWithdraw, kStop, kStopped };
  // A job under way.
  struct Open {
    Life life;
    std::uint64_t number = 0;
    JobId job;
    scheduler::Token token;
    std::uint32_t attempts = 0;
    Next next = Next::kStart;
  };
  struct Turn {
    Micros at;
    std::uint64_t order = 0;  // equals in the order in which they were put
    std::size_t slot = 0;
    bool operator>(const Turn& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  struct Ended {
    JobId job;
    std::uint32_t definition = 0;
    Micros at;
  };

  Status put_resources();
  Status create(std::uint64_t first, std::uint64_t end);
  Status step(const Turn& turn);
  Status start(Open& open, std::size_t slot);
  Status report(Open& open, std::size_t slot);
  Status stop(Open& open, std::size_t slot);
  void end(std::size_t slot);
  void put_turn(std::size_t slot, Next next, Micros at);
  Status sweep(Micros now);
  Result<scheduler::Outcome> record(const scheduler::Command& command, std::string_view actor);

  const StoreOptions& options_;
  Recorder& recorder_;
  Entropy& entropy_;
  const std::function<void(std::uint64_t, std::uint64_t)> progress_;
  std::vector<std::string> definitions_;  // their names
  Micros now_;
  std::vector<Open> open_;
  std::vector<std::size_t> free_;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;
  std::uint64_t turns_put_ = 0;
  std::deque<Ended> ended_;  // by their ends; only while they are swept
  Micros swept_at_;
  std::uint64_t removed_ = 0;
};

}  // namespace daybook::bench
