// Does what was kept beside the log still equal the log? Rebuilds it from the log alone and
// compares.
//
//   decision state:  full fold from event 1   =   newest snapshot + tail   (= the running server's
//   hash, when it is given) views:           built from nothing, in a directory of their own   =
//   the live ones, at the same event, each projection
//
// Reads only, but for the temporary views; those are removed at the end. Any thread; takes as long
// as a replay.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "log/log.h"
#include "projections/views.h"
#include "scheduler/state.h"

namespace daybook::replay {

// One thing that was compared.
struct Comparison {
  std::string what;  // "state: snapshot + tail", "view jobs", …
  bool identical = false;
  std::string difference;  // the first one, for people; empty when identical
};

struct RebuildResult {
  Seq as_of;
  std::uint64_t events = 0;  // folded from the log, for the full build
  double seconds = 0;        // of the full build
  Hash state{};              // hash of the full fold; zero when only views were compared
  std::vector<Comparison> compared;
  std::vector<std::string> notes;  // what could not be compared, and why

  double events_per_second() const;
  bool identical() const;
  std::string text() const;
};

struct RebuildOptions {
  Seq until{~std::uint64_t{0}};  // inclusive; beyond the end means the end
  bool chain = false;            // verify the chain beside the fold
  // Hash of the state that a running server holds at `until`, to be compared too.
  std::optional<Hash> live;
  std::function<void(Seq, Seq)> progress = {};
};

// `snapshots`: the directory of state snapshots; all sound ones not past `until` are compared. A
// log that was trimmed has no full fold: its snapshots are then compared with each other, and notes
// say so, also when only one is left and nothing is compared.
Result<RebuildResult> compare_state(log::Log& log, const std::filesystem::path& snapshots,
                                    const Clock& clock, const RebuildOptions& options = {});

// What can be said of the views of a trimmed log, which has no events to build others from: how
// many jobs, definitions, components, rules and sendings they list against what `state`, a state at
// the event that they reflect, holds alive. Notes say that no more was compared.
Result<RebuildResult> compare_counts(const scheduler::State& state, const projections::Views& live,
                                     Seq first);

// `live` must not move while it is compared: stopped, or caught up with a log that nobody writes.
// `scratch` must not exist.
Result<RebuildResult> compare_views(log::Log& log, const projections::Views& live,
                                    const std::filesystem::path& scratch, const Clock& clock,
                                    const RebuildOptions& options = {});

}  // namespace daybook::replay
