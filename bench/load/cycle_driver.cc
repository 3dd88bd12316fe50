#include "bench/load/cycle_driver.h"

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

#include "base/check.h"
#include "base/limits/dispatch.h"
#include "bench/load/jobs.h"
#include "events/codec.h"

namespace daybook::bench {
namespace {

using scheduler::Reply;
using scheduler::Request;

// Jobs in flight lie within so many sequence numbers: the window times the events of a job.
constexpr std::size_t kBornSlots = std::size_t{1} << 22;
constexpr std::size_t kTenths = 10;

std::int64_t nanos(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}

// A full inbox is not an error of the load: it waits its turn, as a client that backs off would.
Status submit(scheduler::Sequencer& sequencer, Request request) {
  for (;;) {
    Status done = sequencer.submit(std::move(request));
    if (done || done.error().code != Code::kExhausted) {
      return done;
    }
    std::this_thread::yield();
  }
}

}  // namespace

CycleDriver::CycleDriver(Engine& engine, const CycleOptions& options)
    : engine_(engine), options_(options), born_(kBornSlots) {}

Result<CycleResult> CycleDriver::run() {
  // Of a store that it begins from the queue knows nothing: those jobs wait for others.
  DAYBOOK_ASSIGN(cursor_, engine_.log().read(next(engine_.log().last())));
  DAYBOOK_TRY(put_definitions(engine_.sequencer(), options_.definitions, events::Runtime::kExec,
                              R"({"command":["true"]})"));
  began_ = std::chrono::steady_clock::now();
  if (options_.prefill) {
    produce();
    drain();
    DAYBOOK_TRY(fold_queue());
    began_ = std::chrono::steady_clock::now();
  }
  std::thread producer;
  if (!options_.prefill) {
    producer = std::thread([this] { produce(); });
  }
  const Status driven = drive();
  if (producer.joinable()) {
    producer.join();
  }
  if (!driven) {
    engine_.stop();  // no answer may come after we are gone
    return fail(driven.error());
  }
  drain();
  return std::move(result_);
}

// A command that is refused and changes nothing is answered after all before it: then they are
// durable, and none of their answers runs any more.
void CycleDriver::drain() {
  const auto refused = engine_.sequencer().call(scheduler::CancelJob{JobId{}});
  DAYBOOK_CHECK(!refused, "there is no job without an id");
}

void CycleDriver::produce() {
  for (std::uint64_t first = 0; first < options_.jobs; first += options_.batch) {
    Steady meant = std::chrono::steady_clock::now();
    if (options_.rate > 0) {
      const std::chrono::duration<double> after(static_cast<double>(first) / options_.rate);
      meant = began_ + std::chrono::duration_cast<std::chrono::nanoseconds>(after);
      std::this_thread::sleep_until(meant);
    } else if (!options_.prefill) {
      wait_for_room(first);
      meant = std::chrono::steady_clock::now();
    }
    const Status done = create(first, meant);
    if (!done) {
      refuse(done.error());
    }
    const std::lock_guard lock(mutex_);
    if (refused_) {
      return;
    }
  }
}

void CycleDriver::wait_for_room(std::uint64_t created) {
  std::unique_lock lock(mutex_);
  producer_wakes_.wait(lock, [&] {
    return refused_ || created - completed_.load(std::memory_order_relaxed) < options_.window;
  });
}

Status CycleDriver::create(std::uint64_t first, Steady meant) {
  scheduler::CreateJobs command;
  const std::uint64_t end = std::min<std::uint64_t>(first + options_.batch, options_.jobs);
  for (std::uint64_t i = first; i < end; ++i) {
    scheduler::NewJob& job = command.jobs.emplace_back();
    job.definition = definition_name(i % options_.definitions);
    job.parameters = parameters_of(i, options_.parameter_bytes);
  }
  Request request;
  request.id = entropy_.command_id();
  request.commands.emplace_back(std::move(command));
  request.answer = [this, meant](std::vector<Result<Reply>> replies) {
    on_created(replies, meant);
  };
  return submit(engine_.sequencer(), std::move(request));
}

Status CycleDriver::drive() {
  while (completed_.load(std::memory_order_relaxed) < options_.jobs) {
    {
      std::unique_lock lock(mutex_);
      driver_wakes_.wait(lock, [&] { return news_ || refused_; });
      if (refused_) {
        return fail(*refused_);
      }
      news_ = false;
    }
    if (options_.progress) {
      options_.progress(completed_.load(std::memory_order_relaxed), options_.jobs);
    }
    DAYBOOK_TRY(report_jobs());
    if (options_.queue) {
      DAYBOOK_TRY(fold_queue());
    }
    DAYBOOK_TRY(start_jobs());
  }
  return {};
}

Status CycleDriver::fold_queue() {
  events::RecordView record;
  for (;;) {
    DAYBOOK_ASSIGN(const bool more, cursor_->next(record));
    if (!more) {
      return {};
    }
    DAYBOOK_ASSIGN(const events::Recorded recorded, events::decode(record));
    queue_.apply(recorded);
  }
}

Status CycleDriver::start_jobs() {
  if (!options_.queue) {
    const std::lock_guard lock(mutex_);
    fifo_.insert(fifo_.end(), new_jobs_.begin(), new_jobs_.end());
    new_jobs_.clear();
  }
  const SystemClock clock;
  for (;;) {
    if (options_.queue) {
      for (const auto& offer :
           queue_.take(clock.wall(), kStartsPerCommandMax, [](auto) { return true; })) {
        fifo_.push_back(offer.job);
      }
    }
    if (fifo_.empty()) {
      return {};
    }
    Request request;
    request.id = entropy_.command_id();
    const std::size_t count = std::min(fifo_.size(), kStartsPerCommandMax);
    for (std::size_t i = 0; i < count; ++i) {
      request.commands.emplace_back(
          scheduler::StartJob{fifo_[i], {entropy_.next(), entropy_.next()}, {}, false});
    }
    fifo_.erase(fifo_.begin(), fifo_.begin() + static_cast<std::ptrdiff_t>(count));
    request.answer =
        [this, asked = std::chrono::steady_clock::now()](std::vector<Result<Reply>> replies) {
          on_started(std::move(replies), asked);
        };
    DAYBOOK_TRY(submit(engine_.sequencer(), std::move(request)));
  }
}

Status CycleDriver::report_jobs() {
  std::vector<scheduler::StartedJob> open;
  {
    const std::lock_guard lock(mutex_);
    open.swap(open_);
  }
  for (std::size_t at = 0; at < open.size(); at += kStartsPerCommandMax) {
    Request request;
    request.id = entropy_.command_id();
    const std::size_t end = std::min(open.size(), at + kStartsPerCommandMax);
    for (std::size_t i = at; i < end; ++i) {
      scheduler::ReportAttempt report;
      report.token = open[i].token;
      report.job = open[i].job;
      report.result = R"({"ok":true})";
      report.digest = open[i].job.low;
      request.commands.emplace_back(std::move(report));
    }
    request.answer = [this, asked = std::chrono::steady_clock::now()](
                         std::vector<Result<Reply>> replies) { on_reported(replies, asked); };
    DAYBOOK_TRY(submit(engine_.sequencer(), std::move(request)));
  }
  return {};
}

void CycleDriver::on_created(const std::vector<Result<Reply>>& replies, Steady meant) {
  result_.created.record(nanos(std::chrono::steady_clock::now() - meant));
  if (!replies.front()) {
    return refuse(replies.front().error());
  }
  const auto& jobs = std::get<scheduler::Created>(replies.front()->outcome).jobs;
  for (const JobId job : jobs) {
    born_[job.key().value % kBornSlots] = nanos(meant - began_);
  }
  if (!options_.queue) {
    const std::lock_guard lock(mutex_);
    new_jobs_.insert(new_jobs_.end(), jobs.begin(), jobs.end());
  }
  wake();
}

void CycleDriver::on_started(std::vector<Result<Reply>> replies, Steady asked) {
  result_.started.record(nanos(std::chrono::steady_clock::now() - asked));
  std::vector<scheduler::StartedJob> open;
  open.reserve(replies.size());
  for (auto& reply : replies) {
    if (!reply) {
      return refuse(reply.error());
    }
    open.push_back(std::move(*std::get<scheduler::StartOutcome>(reply->outcome).started));
  }
  {
    const std::lock_guard lock(mutex_);
    open_.insert(open_.end(), std::make_move_iterator(open.begin()),
                 std::make_move_iterator(open.end()));
  }
  wake();
}

void CycleDriver::on_reported(const std::vector<Result<Reply>>& replies, Steady asked) {
  const auto now = std::chrono::steady_clock::now();
  result_.reported.record(nanos(now - asked));
  std::uint64_t done = completed_.load(std::memory_order_relaxed);
  for (const auto& reply : replies) {
    if (!reply) {
      return refuse(reply.error());
    }
    if (!options_.prefill) {
      const JobId job = std::get<scheduler::ReportOutcome>(reply->outcome).job;
      result_.cycle.record(nanos(now - began_) - born_[job.key().value % kBornSlots]);
    }
    ++done;
    if (done * kTenths / options_.jobs > result_.tenths.size()) {
      const double at = static_cast<double>(nanos(now - began_)) / 1e9;
      result_.tenths.push_back(at - result_.seconds);
      result_.seconds = at;
    }
  }
  {
    const std::lock_guard lock(mutex_);
    completed_.store(done, std::memory_order_relaxed);
  }
  producer_wakes_.notify_one();
  wake();
}

void CycleDriver::refuse(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    refused_ = error;
  }
  producer_wakes_.notify_all();
  wake();
}

void CycleDriver::wake() {
  {
    const std::lock_guard lock(mutex_);
    news_ = true;
  }
  driver_wakes_.notify_one();
}

}  // namespace daybook::bench
