#include "dispatch/retention.h"

#include <chrono>
#include <optional>
#include <utility>

#include <spdlog/spdlog.h>

#include "base/limits/dispatch.h"
#include "base/limits/sendings.h"

namespace daybook::dispatch {
namespace {

constexpr std::chrono::seconds kBetween{60};
constexpr std::chrono::seconds kViewsPatience{30};

}  // namespace

void Retention::start() {
  thread_ = std::thread([this] { work(); });
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
    const auto swept = sweep();
    if (parts_.logger && !swept && swept.error().code != Code::kShutdown) {
      parts_.logger->warn("retention: {}; tried again in a minute", swept.error().text());
    } else if (parts_.logger && swept && *swept > 0) {
      parts_.logger->info("retention: {} ended jobs and sendings removed", *swept);
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kBetween, [&] { return stopping_; });
  }
}

Result<std::uint64_t> Retention::sweep() {
  DAYBOOK_ASSIGN(const std::uint64_t jobs, sweep_jobs());
  DAYBOOK_ASSIGN(const std::uint64_t sendings, sweep_sendings());
  return jobs + sendings;
}

// Command after command, each of what `next` finds, until it finds nothing.
template <typename Next>
Result<std::uint64_t> Retention::sweep_all(Next next) {
  std::uint64_t total = 0;
  while (!is_stopping()) {
    DAYBOOK_ASSIGN(std::optional<scheduler::Command> command, next(parts_.clock.wall()));
    if (!command) {
      break;
    }
    DAYBOOK_ASSIGN(const auto reply, parts_.sequencer.call(std::move(*command), "system",
                                                           parts_.entropy.command_id()));
    const auto* outcome = std::get_if<scheduler::RemoveOutcome>(&reply.outcome);
    if (outcome == nullptr || outcome->removed == 0) {
      break;  // all gone already: the views show it soon
    }
    total += outcome->removed;
    DAYBOOK_TRY(parts_.views.wait_for(reply.last, kViewsPatience));
  }
  return total;
}

Result<std::uint64_t> Retention::sweep_sendings() {
  return sweep_all([this](Micros now) -> Result<std::optional<scheduler::Command>> {
    scheduler::RemoveSendings command;
    command.cutoff = Micros{now.value - kSendingRetentionUs};
    DAYBOOK_ASSIGN(const auto due,
                   parts_.views.sendings_due(command.cutoff, kRemovalsPerCommandMax));
    for (const auto& ended : due) {
      command.sendings.push_back({ended.sending, ended.created});
    }
    return due.empty() ? std::nullopt : std::optional<scheduler::Command>(std::move(command));
  });
}

Result<std::uint64_t> Retention::sweep_jobs() {
  return sweep_all([this](Micros now) -> Result<std::optional<scheduler::Command>> {
    scheduler::RemoveJobs command;
    command.cutoff = now;
    DAYBOOK_ASSIGN(const auto due, parts_.views.retention_due(now, kRemovalsPerCommandMax));
    for (const auto& ended : due) {
      command.jobs.push_back({ended.job, ended.definition});
    }
    return due.empty() ? std::nullopt : std::optional<scheduler::Command>(std::move(command));
  });
}

}  // namespace daybook::dispatch
