#include "bench/load/engine.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace daybook::bench {
namespace {

[[noreturn]] void end_process(const Error& error) {
  std::fprintf(stderr, "bench: the write path failed: %s\n", error.text().c_str());
  std::_Exit(1);
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::open(const EngineOptions& options, const Clock& clock) {
  std::unique_ptr<Engine> out(new Engine);
  DAYBOOK_ASSIGN(out->data_, log::DataDir::open(options.directory, clock));
  log::RocksLogOptions log_options;
  log_options.unsafe_no_sync = !options.sync;
  DAYBOOK_ASSIGN(out->log_, log::RocksLog::open(*out->data_, log_options));
  const std::filesystem::path snapshots = options.directory / "snapshots";
  DAYBOOK_ASSIGN(scheduler::Recovered recovered, scheduler::recover(*out->log_, snapshots));
  if (options.views) {
    projections::ViewsOptions views;
    views.directory = out->data_->views_path();
    DAYBOOK_ASSIGN(out->views_, projections::Views::open(views, *out->log_));
    out->views_->start();
  }
  scheduler::SequencerOptions sequencer;
  sequencer.on_fatal = end_process;
  if (options.snapshot) {
    sequencer.snapshot = options.snapshot;
  } else if (options.snapshots) {
    std::filesystem::create_directories(snapshots);
    out->snapshotter_ = std::make_unique<scheduler::Snapshotter>(snapshots);
    sequencer.snapshot = [taker = out->snapshotter_.get()](const scheduler::State& state, Seq seq,
                                                           const Hash& chain) {
      return taker->take(state, seq, chain);
    };
  }
  out->sequencer_ = std::make_unique<scheduler::Sequencer>(
      *out->log_, clock, std::move(recovered.state), std::move(sequencer));
  out->sequencer_->start();
  return out;
}

Engine::~Engine() {
  stop();
}

void Engine::stop() {
  if (sequencer_) {
    sequencer_->stop();
  }
  if (views_) {
    views_->stop();
  }
  if (snapshotter_) {
    // A snapshot that failed costs the next start time, nothing else.
    const Status taken = snapshotter_->wait();
    if (!taken) {
      std::fprintf(stderr, "bench: no snapshot: %s\n", taken.error().text().c_str());
    }
  }
}

Result<ScratchDirectory> ScratchDirectory::make(const std::filesystem::path& parent) {
  std::error_code failed;
  std::filesystem::create_directories(parent, failed);
  std::string path = (parent / "daybook-bench-XXXXXX").string();
  if (failed || mkdtemp(path.data()) == nullptr) {
    return fail(Code::kIo, "BENCH_IO", "cannot make a directory below " + parent.string());
  }
  return ScratchDirectory(path);
}

ScratchDirectory::~ScratchDirectory() {
  if (!keep_ && !path_.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
}

ScratchDirectory::ScratchDirectory(ScratchDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})), keep_(other.keep_) {}

}  // namespace daybook::bench
