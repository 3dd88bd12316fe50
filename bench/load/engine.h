// The engine without its edges, in this process: data directory, log, recovered state, sequencer
// and views, wired as the server wires them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "log/data_dir.h"
#include "log/rocks_log.h"
#include "projections/views.h"
#include "scheduler/recover.h"
#include "scheduler/sequencer.h"
#include "scheduler/snapshotter.h"

namespace daybook::bench {

struct EngineOptions {
  std::filesystem::path directory;
  bool sync = true;       // false: nothing is synced, for comparison only
  bool views = true;      // fold the views too
  bool snapshots = true;  // of the decision state, as often as the server takes them
  // Takes the snapshots itself, the last one when the engine stops; empty: they are written.
  std::function<Status(const scheduler::State&, Seq, const Hash&)> snapshot;
};

// One thread opens, uses and drops it; the parts are as safe as they are themselves. A failed write
// ends the process (I15).
class Engine {
 public:
  // The clock must outlive the engine.
  static Result<std::unique_ptr<Engine>> open(const EngineOptions& options, const Clock& clock);
  // Stops sequencer and views, closes the log.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  log::RocksLog& log() { return *log_; }
  scheduler::Sequencer& sequencer() { return *sequencer_; }
  // Null when they are off.
  projections::Views* views() { return views_.get(); }
  // Finishes what is in the inbox; nothing can be submitted afterwards.
  void stop();

 private:
  Engine() = default;

  std::unique_ptr<log::DataDir> data_;
  std::unique_ptr<log::RocksLog> log_;
  std::unique_ptr<scheduler::Snapshotter> snapshotter_;
  std::unique_ptr<projections::Views> views_;
  std::unique_ptr<scheduler::Sequencer> sequencer_;
};

// A new directory below `parent`, removed with all that is in it unless it is kept.
class ScratchDirectory {
 public:
  static Result<ScratchDirectory> make(const std::filesystem::path& parent);
  ~ScratchDirectory();
  ScratchDirectory(ScratchDirectory&& other) noexcept;
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void keep() { keep_ = true; }

 private:
  explicit ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
  bool keep_ = false;
};

}  // namespace daybook::bench
