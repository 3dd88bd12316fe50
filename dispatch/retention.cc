#include "dispatch/retention.h"

#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>

#include "base/thread.h"

namespace daybook::dispatch {
namespace {

constexpr std::string_view kPart = "retention";
constexpr std::chrono::seconds kBetween{60};

}  // namespace

Retention::Retention(Parts parts)
    : parts_(std::move(parts)),
      sweep_({parts_.views, parts_.clock,
              [this](scheduler::Command command) {
                return parts_.sequencer.call(std::move(command), "system",
                                             parts_.entropy.command_id());
              },
              [this](Seq seq) { return parts_.views.wait_for(seq, parts_.patience); },
              [this] { return is_stopping(); }, [this](std::uint64_t removed) { count(removed); },
              [this](std::int64_t us) { behind_us_ = us; }, parts_.tokens, parts_.removes}) {}

Status Retention::start() {
  DAYBOOK_ASSIGN(thread_, start_thread("retention", [this] { work(); }));
  return {};
}

void Retention::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

bool Retention::is_stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Retention::work() {
  while (!is_stopping()) {
    round();
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kBetween, [&] { return stopping_; });
  }
}

void Retention::round() {
  const auto swept = sweep();
  if (swept) {
    report_healed(parts_.supervisor, kPart);
  } else if (swept.error().code != Code::kShutdown) {
    report_fault(parts_.supervisor, kPart, swept.error(), Consequence::kDegraded);
  }
  if (parts_.logger && swept && *swept > 0) {
    parts_.logger->info("retention: {} ended jobs and sendings removed", *swept);
  }
}

Result<std::uint64_t> Retention::sweep() {
  return sweep_.sweep();
}

void Retention::count(std::uint64_t removed) {
  const std::uint64_t before = removed_.fetch_add(removed);
  if (parts_.logger && before / parts_.log_every != (before + removed) / parts_.log_every) {
    parts_.logger->info("retention: {} removed since the start; the oldest left is over since {} s",
                        before + removed, behind_us_.load() / 1'000'000);
  }
}

RetentionMetrics Retention::metrics() const {
  return {removed_, behind_us_};
}

}  // namespace daybook::dispatch
