// Takes snapshots without stopping the sequencer: fork() gives a child the state as it is at this
// instant (copy on write), and the child writes it. Memory grows only by what changes meanwhile.
//
// The child touches nothing but the state and its file, gives up when the parent process is gone,
// and lets go of every descriptor first, so that it cannot hold the data directory's lock.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <filesystem>

#include "base/result.h"
#include "scheduler/state.h"

namespace daybook::scheduler {

// A snapshot that is not written by then is given up: at an orderly stop, and when so many were
// asked for beside it.
inline constexpr Duration kSnapshotWait{60LL * 1'000'000};
inline constexpr int kSnapshotRefusalsMax = 100;

class Snapshotter {
 public:
  explicit Snapshotter(std::filesystem::path directory) : directory_(std::move(directory)) {}
  ~Snapshotter();
  Snapshotter(const Snapshotter&) = delete;
  Snapshotter& operator=(const Snapshotter&) = delete;

  // Starts a snapshot at `seq`; kUnavailable "SNAPSHOT_RUNNING" while one is being written.
  // Sequencer thread.
  Status take(const State& state, Seq seq, const Hash& chain);
  // Waits for the running one, which is ended when it takes longer than `patience`; its error when
  // it failed.
  Status wait(Duration patience = kSnapshotWait);
  // Newest snapshot known to be written; any thread.
  Seq newest() const { return Seq{newest_.load()}; }

 private:
  Status reap(int options);
  Status end();

  std::filesystem::path directory_;
  pid_t child_ = 0;
  Seq running_;
  int refusals_ = 0;  // while the child runs
  std::atomic<std::uint64_t> newest_{0};
};

}  // namespace daybook::scheduler
