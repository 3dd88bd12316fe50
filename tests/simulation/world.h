// One seed, one history: a server that is driven a turn at a time, those who use it, what it
// reaches, and what goes wrong. All on one thread and on a clock that is moved, so that it can be
// repeated.
//
//   live:   clients ask, workers work, writes fail, clocks are set, the process dies and comes back
//   settle: nothing goes wrong any more; all that there is to do must get done
//   verify: what is there then is held against the log
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "tests/simulation/clients.h"
#include "tests/simulation/network.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/server.h"
#include "tests/simulation/shared.h"
#include "tests/simulation/workers.h"

namespace daybook::simulation {

struct WorldOptions {
  std::uint64_t seed = 0;
  Breakage broken = Breakage::kNone;
  std::size_t trace_lines = 0;
  std::filesystem::path directory;  // for snapshots; of this world alone
};

// What came of a seed.
struct History {
  std::string wrong;  // empty: nothing
  std::deque<std::string> trace;
  std::uint64_t events = 0;
  std::uint64_t turns = 0;
  std::uint64_t restarts = 0;
  std::uint64_t from_snapshot = 0;    // of the restarts
  std::uint64_t started_at_once = 0;  // jobs, with what made them ready
  Duration simulated;
  Hash chain{};  // of the last event: what has happened
  std::set<std::size_t> event_types;
};

class World {
 public:
  explicit World(const WorldOptions& options);

  // Once.
  History run();

 private:
  void live();
  void settle();
  bool settled();
  // One thing happens somewhere, or time passes.
  void turn();
  void advance();
  bool act_outside();

  void disturb();
  void disturb_clock();
  void disturb_views();

  void boot();
  void bury();
  void stop_in_order();
  void drop_newest_snapshot();
  void check_live_state();
  std::string unsettled() const;

  Shared shared_;
  Disk disk_;
  Oracle oracle_;
  Network network_;
  Clients clients_;
  Workers workers_;
  std::unique_ptr<Server> server_;
  std::uint64_t turns_ = 0;
  std::uint64_t restarts_ = 0;
  std::uint64_t started_at_once_ = 0;
  std::uint64_t from_snapshot_ = 0;
  std::uint64_t idle_ = 0;  // times in a row that nothing was left to do but wait
  Seq idle_at_;
};

History run_seed(const WorldOptions& options);

}  // namespace daybook::simulation
