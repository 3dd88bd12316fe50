// The dispatcher with all that it works with, but for the disk and HTTP: a log in memory, the
// sequencer, the views, child processes.
#pragma once

#include <fcntl.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/entropy.h"
#include "components/exec_runtime.h"
#include "dispatch/dispatcher.h"
#include "events/codec.h"
#include "projections/views.h"
#include "scheduler/recover.h"
#include "scheduler/sequencer.h"
#include "tests/components/support.h"
#include "tests/scheduler/gated_log.h"

namespace daybook::dispatch {

using components::kPatience;
using Leased = Result<std::vector<scheduler::StartedJob>>;

// The system's, until somebody sets it.
class SetClock final : public Clock {
 public:
  Micros wall() const override { return Micros{system_.wall().value + wall_by_}; }
  Micros steady() const override { return system_.steady(); }
  Micros running() const override { return Micros{system_.steady().value + running_by_}; }
  // The wall clock alone: a jump.
  void jump(Duration by) { wall_by_ += by.value; }
  // So much later, by every clock that the log knows.
  void advance(Duration by) {
    running_by_ += by.value;
    wall_by_ += by.value;
  }

 private:
  SystemClock system_;
  std::atomic<std::int64_t> wall_by_{0};
  std::atomic<std::int64_t> running_by_{0};
};

class ServerRig : public testing::Test {
 protected:
  ~ServerRig() override { close(); }

  // Begins on whatever the log holds.
  void open(DispatcherOptions options = {}) {
    components::ExecOptions exec_options;
    exec_options.slots = options.exec_slots;
    exec_options.grace = millis(100);
    exec_options.temp_directory = directory.make("tmp");
    exec = std::move(*components::ExecRuntime::open(exec_options, clock));
    auto opened = projections::Views::open({.directory = directory.make("views")}, log);
    ASSERT_TRUE(opened) << opened.error().text();
    views = std::move(*opened);
    views->start();
    scheduler::State state;
    ASSERT_TRUE(scheduler::fold(state, log, log.last()));
    sequencer = std::make_unique<scheduler::Sequencer>(log, clock, std::move(state),
                                                       scheduler::SequencerOptions{});
    options.runtimes.exec = exec.get();
    options.drain = drain;
    dispatcher =
        std::make_unique<Dispatcher>(log, *sequencer, *views, clock, entropy, std::move(options));
    dispatcher->recover(sequencer->state(), sequencer->state().applied());
    sequencer->start();
    scheduler::StartServer started;
    started.version = "1";
    ok(started);
    dispatcher->start();
  }
  void close() {
    if (dispatcher) {
      dispatcher->stop();
      sequencer->stop();
      views->stop();
    }
    dispatcher.reset();
    sequencer.reset();
    views.reset();
    exec.reset();
  }

  scheduler::Reply ok(scheduler::Command command) {
    auto reply = sequencer->call(std::move(command), "local");
    EXPECT_TRUE(reply) << reply.error().text();
    return reply ? std::move(*reply) : scheduler::Reply{};
  }
  void exec_definition(const std::string& id, const std::string& command,
                       std::function<void(scheduler::PutDefinition&)> change = {}) {
    scheduler::PutComponent put;
    put.component.id = id;
    put.component.spec = R"({"command":)" + command + "}";
    ok(put);
    define(id, std::move(change));
  }
  void worker_definition(const std::string& id) {
    scheduler::PutComponent put;
    put.component.id = id;
    put.component.runtime = events::Runtime::kWorker;
    put.component.spec = "{}";
    ok(put);
    define(id, {});
  }
  void define(const std::string& id, std::function<void(scheduler::PutDefinition&)> change) {
    scheduler::PutDefinition definition;
    definition.definition = id;
    definition.component = id;
    if (change) {
      change(definition);
    }
    ok(definition);
  }
  static scheduler::CreateJobs jobs(const std::string& definition, std::size_t count,
                                    std::optional<Micros> run_at = {}) {
    scheduler::NewJob job;
    job.definition = definition;
    job.run_at = run_at;
    return {std::vector<scheduler::NewJob>(count, job)};
  }
  JobId create(const std::string& definition, std::optional<Micros> run_at = {}) {
    auto reply = ok(jobs(definition, 1, run_at));
    return std::get<scheduler::Created>(reply.outcome).jobs.at(0);
  }

  std::future<Leased> lease(std::vector<std::string> definitions, std::size_t max = 10,
                            Duration wait = seconds(30)) {
    auto promise = std::make_shared<std::promise<Leased>>();
    LeaseRequest request;
    request.definitions = std::move(definitions);
    request.max = max;
    request.wait = wait;
    request.worker = "w1";
    request.actor = "local";
    dispatcher->lease(std::move(request), [promise](Result<LeasedJobs> leased) {
      promise->set_value(leased ? Leased(std::move(leased->jobs))
                                : Leased(fail(std::move(leased).error())));
    });
    return promise->get_future();
  }
  static Leased wait(std::future<Leased>& leased) {
    if (leased.wait_for(kPatience) != std::future_status::ready) {
      ADD_FAILURE() << "no answer";
      std::abort();
    }
    return leased.get();
  }

  // The first event of that kind of the job; waits for it.
  template <typename E>
  E await(JobId job, Micros* time = nullptr) {
    auto cursor = std::move(*log.read(Seq{1}));
    for (Seq at{1};; at = next(at)) {
      if (!log.durable().wait(at, kPatience)) {
        ADD_FAILURE() << "no such event";
        std::abort();
      }
      events::RecordView record;
      EXPECT_TRUE(*cursor->next(record));
      bytes.assign(record.bytes.begin(), record.bytes.end());
      record = *events::read_record(bytes);
      const auto recorded = events::decode(record);
      if (const auto* event = std::get_if<E>(&recorded->event); event && event->job == job) {
        if (time != nullptr) {
          *time = recorded->meta.time;
        }
        return *event;  // its texts borrow from `bytes`
      }
    }
  }
  // Until the condition holds.
  static void eventually(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) {
        ADD_FAILURE() << "it never came true";
        std::abort();
      }
      std::this_thread::yield();
    }
  }

  Duration drain = millis(100);  // of the next open()
  components::TestDirectory directory;
  SetClock clock;
  SystemEntropy entropy;
  scheduler::GatedLog log;
  std::vector<std::uint8_t> bytes;
  std::unique_ptr<components::ExecRuntime> exec;
  std::unique_ptr<projections::Views> views;
  std::unique_ptr<scheduler::Sequencer> sequencer;
  std::unique_ptr<Dispatcher> dispatcher;
};

}  // namespace daybook::dispatch
