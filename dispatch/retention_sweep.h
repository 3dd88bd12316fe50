// What a sweep of retention does, without a thread: looks in the views for ended jobs and sendings
// whose time is over, and has them removed, a bounded number at a time; and has it noted when the
// time of a token is over. Driven by retention's thread; by hand in a simulation. Private to
// dispatch. One owner.
#pragma once

#include <cstdint>
#include <functional>

#include "access/token_table.h"

#include "base/clock.h"
#include "projections/views.h"
#include "scheduler/commands.h"
#include "scheduler/outcomes.h"

namespace daybook::dispatch {

class RetentionSweep {
 public:
  struct Parts {
    projections::Views& views;
    const Clock& clock;
    // Has the command decided, and gives the reply once it is durable.
    std::function<Result<scheduler::Reply>(scheduler::Command)> call;
    // Waits until the views show it.
    std::function<Status(Seq)> wait_for_views;
    // No more is to be removed.
    std::function<bool()> stopping;
    // Told of what each command removed.
    std::function<void(std::uint64_t)> removed;
    // Told since when the oldest job that is over should be gone, in microseconds.
    std::function<void(std::int64_t)> behind;
    // The live tokens; null: there are none.
    const access::TokenBook* tokens = nullptr;
    // Ended jobs and sendings go; else only tokens.
    bool removes = true;
  };
  explicit RetentionSweep(Parts parts) : parts_(std::move(parts)) {}

  // Removes all that is over now: how many jobs and sendings. The views show it when it returns; on
  // the way they are at most kSweepCommandsAhead commands behind.
  Result<std::uint64_t> sweep();

 private:
  // What a command removes, and how much that is at most.
  struct Found {
    std::size_t count = 0;
    scheduler::Command command;
  };
  template <typename Next, typename Again>
  Result<std::uint64_t> sweep_all(Next next, Again again);
  Result<Found> find_jobs(Micros now);
  Result<std::uint64_t> sweep_jobs();
  Result<std::uint64_t> sweep_sendings();
  Status expire_tokens();

  const Parts parts_;
  projections::RetentionPlace jobs_;
  projections::RetentionPlace::Reached sendings_;
};

}  // namespace daybook::dispatch
