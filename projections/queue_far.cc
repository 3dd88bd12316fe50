#include "projections/queue_far.h"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/limits/dispatch.h"

namespace daybook::projections {
namespace {

static_assert(sizeof(FarJob) == 32 && std::is_trivially_copyable_v<FarJob>,
              "a run holds jobs as they are in memory: nobody else reads it");

template <typename Byte>
std::span<Byte> bytes_of(auto& jobs) {
  return {reinterpret_cast<Byte*>(jobs.data()), jobs.size() * sizeof(FarJob)};
}

}  // namespace

// Jobs in their order, of which the first ones are gone.
struct QueueFar::Run {
  std::unique_ptr<QueueRunFile> file;  // null: all that is left is in `piece`
  std::uint64_t read = 0;              // jobs that were read from the file
  std::uint64_t total = 0;
  std::vector<FarJob> piece;
  std::size_t at = 0;  // in the piece

  const FarJob& next() const { return piece[at]; }

  // False at the end.
  Result<bool> advance() {
    if (++at < piece.size()) {
      return true;
    }
    const std::uint64_t left = total - read;
    if (!file || left == 0) {
      return false;
    }
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, kQueueRunPiece)));
    at = 0;
    DAYBOOK_TRY(file->read(read * sizeof(FarJob), bytes_of<std::uint8_t>(piece)));
    read += piece.size();
    return true;
  }
  static bool later(const std::unique_ptr<Run>& a, const std::unique_ptr<Run>& b) {
    return b->next() < a->next();
  }
};

QueueFar::QueueFar(QueueRunFiles& files, std::size_t landing)
    : files_(files), landing_max_(std::max<std::size_t>(landing, 1)) {}

QueueFar::~QueueFar() = default;

void QueueFar::add(const FarJob& job) {
  landing_nearest_ = landing_.empty() ? job.run_at : std::min(landing_nearest_, job.run_at);
  landing_.push_back(job);
  ++size_;
  if (landing_.size() >= landing_max_) {
    land();
  }
}

void QueueFar::add_run(std::vector<FarJob> jobs) {
  if (jobs.empty()) {
    return;
  }
  size_ += jobs.size();
  std::sort(jobs.begin(), jobs.end());
  auto run = std::make_unique<Run>();
  run->total = jobs.size();
  auto file = files_.make();
  const Status written =
      file ? (*file)->write(0, bytes_of<const std::uint8_t>(jobs)) : Status(fail(file.error()));
  if (written) {
    run->file = std::move(*file);
    run->read = std::min<std::uint64_t>(jobs.size(), kQueueRunPiece);
    run->piece.assign(jobs.begin(), jobs.begin() + static_cast<std::ptrdiff_t>(run->read));
  } else {
    fault_ = written.error();
    run->piece = std::move(jobs);
  }
  runs_.push_back(std::move(run));
  std::push_heap(runs_.begin(), runs_.end(), Run::later);
}

// What waits in memory becomes a run.
void QueueFar::land() {
  std::vector<FarJob> jobs = std::move(landing_);
  landing_ = {};
  size_ -= jobs.size();
  add_run(std::move(jobs));
}

void QueueFar::remove(Seq job) {
  removed_[job.value / 64] |= std::uint64_t{1} << job.value % 64;
  if (--size_ == 0) {
    clear();
  }
}

bool QueueFar::forget(Seq job) {
  const auto word = removed_.find(job.value / 64);
  const std::uint64_t bit = std::uint64_t{1} << job.value % 64;
  if (word == removed_.end() || (word->second & bit) == 0) {
    return false;
  }
  word->second ^= bit;
  if (word->second == 0) {
    removed_.erase(word);
  }
  return true;
}

void QueueFar::clear() {
  landing_ = {};
  runs_.clear();
  removed_.clear();
}

// The nearest run goes on by one, or ends.
void QueueFar::pass() {
  std::pop_heap(runs_.begin(), runs_.end(), Run::later);
  const auto more = runs_.back()->advance();
  if (!more) {
    broken_ = more.error();
  }
  if (more.value_or(false)) {
    std::push_heap(runs_.begin(), runs_.end(), Run::later);
  } else {
    runs_.pop_back();
  }
}

void QueueFar::take(std::size_t max, std::vector<FarJob>& out) {
  // In its order, the landing's end first: what is taken leaves from there.
  std::sort(landing_.rbegin(), landing_.rend());
  for (std::size_t taken = 0; taken < max && size_ > 0 && !broken_;) {
    const bool of_landing =
        !landing_.empty() && (runs_.empty() || landing_.back() < runs_.front()->next());
    if (!of_landing && runs_.empty()) {
      break;
    }
    const FarJob job = of_landing ? landing_.back() : runs_.front()->next();
    if (of_landing) {
      landing_.pop_back();
    } else {
      pass();
    }
    if (!forget(job.job.key())) {
      out.push_back(job);
      --size_;
      ++taken;
    }
  }
  landing_nearest_ = landing_.empty() ? Micros{} : landing_.back().run_at;
  if (size_ == 0) {
    clear();
  }
}

std::optional<Micros> QueueFar::nearest() const {
  std::optional<Micros> out;
  if (!landing_.empty()) {
    out = landing_nearest_;
  }
  if (!runs_.empty()) {
    const Micros first = runs_.front()->next().run_at;
    out = out ? std::min(*out, first) : first;
  }
  return out;
}

std::size_t QueueFar::memory_bytes() const {
  std::size_t bytes = landing_.capacity() * sizeof(FarJob) + removed_.size() * 32;
  for (const auto& run : runs_) {
    bytes += sizeof(Run) + run->piece.capacity() * sizeof(FarJob);
  }
  return bytes;
}

}  // namespace daybook::projections
