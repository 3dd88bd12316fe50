#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <set>

#include "base/limits/write_path.h"
#include "tests/dispatch/server_rig.h"

namespace daybook::dispatch {
namespace {

class DispatcherFaults : public ServerRig {};

TEST_F(DispatcherFaults, FullInboxLosesNoReport) {
  open();
  const auto fifo = directory.path() / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  exec_definition("d", R"(["sh","-c","read x < )" + fifo.string() + R"(; echo 1"])");
  const JobId job = create("d");
  // Opens only when the child reads.
  std::ofstream release(fifo);
  log.close();
  for (;;) {
    scheduler::Request request;
    request.commands.push_back(scheduler::DeleteComponent{"none"});
    if (const Status sent = sequencer->submit(std::move(request)); !sent) {
      EXPECT_EQ(sent.error().code, Code::kExhausted);
      // The writer takes what is there once more before it stands at the gate.
      if (sequencer->metrics().inbox >= kInboxCommandsMax) {
        break;
      }
    }
  }
  release << "go\n";
  release.close();
  eventually([&] { return dispatcher->metrics().exec_running == 0; });
  log.open();
  EXPECT_EQ(await<events::JobCompleted>(job).result.text, "1");
}

// A log that can be written but, from some point on, not be read.
class UnreadableLog final : public log::Log {
 public:
  log::MemoryLog inner{0};  // without a tail: all is read
  std::atomic<bool> broken{false};

  Seq first() const override { return inner.first(); }
  Seq last() const override { return inner.last(); }
  Hash last_chain() const override { return inner.last_chain(); }
  const Watermark& durable() const override { return inner.durable(); }
  const log::Tail& tail() const override { return inner.tail(); }
  Status append(const events::Group& group) override { return inner.append(group); }
  Result<std::unique_ptr<log::Cursor>> read(Seq from) override {
    DAYBOOK_ASSIGN(auto cursor, inner.read(from));
    return std::make_unique<BrokenCursor>(*this, std::move(cursor));
  }
  Status trim(Seq through) override { return inner.trim(through); }

 private:
  class BrokenCursor final : public log::Cursor {
   public:
    BrokenCursor(UnreadableLog& log, std::unique_ptr<log::Cursor> cursor)
        : log_(log), cursor_(std::move(cursor)) {}
    Result<bool> next(events::RecordView& out) override {
      if (log_.broken) {
        return fail(Code::kCorrupt, "BAD_RECORD", "A record is not what was written.");
      }
      return cursor_->next(out);
    }

   private:
    UnreadableLog& log_;
    std::unique_ptr<log::Cursor> cursor_;
  };
};

TEST(DispatcherLog, DispatcherStopsVisiblyWhenItCannotReadTheLog) {
  UnreadableLog log;
  const SystemClock clock;
  SystemEntropy entropy;
  const components::TestDirectory directory;
  auto views = std::move(*projections::Views::open({.directory = directory.make("views")}, log));
  scheduler::Sequencer sequencer(log, clock, {}, {});
  std::promise<Error> fatal;
  Supervisor supervisor({{}, {}, [&](const Fault& fault) { fatal.set_value(fault.error); }});
  supervisor.arm();
  DispatcherOptions options;
  options.supervisor = &supervisor;
  Dispatcher dispatcher(log, sequencer, *views, clock, entropy, options);
  dispatcher.recover(sequencer.state(), {});
  sequencer.start();
  dispatcher.start();
  LeaseRequest request;
  request.definitions = {"d"};
  request.wait = seconds(60);
  std::promise<Leased> polled;
  dispatcher.lease(request,
                   [&](Result<LeasedJobs> leased) { polled.set_value(std::move(leased->jobs)); });
  log.broken = true;
  ASSERT_TRUE(sequencer.call(scheduler::StartServer{"1", "host", 1}));
  auto error = fatal.get_future();
  ASSERT_EQ(error.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(error.get().reason, "BAD_RECORD");
  auto answer = polled.get_future();
  ASSERT_EQ(answer.wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(answer.get()->empty());
  dispatcher.stop();
  sequencer.stop();
}

// Workers, makers of jobs and cancellers at once: every job ends exactly once.
TEST_F(DispatcherFaults, ManyThreadsEndEveryJobOnce) {
  constexpr std::size_t kJobs = 2000;
  constexpr int kWorkers = 3;
  open();
  worker_definition("d");
  std::mutex mutex;
  std::set<JobId> ended;
  std::atomic<std::size_t> count{0};
  const auto end = [&](JobId job) {
    const std::lock_guard lock(mutex);
    EXPECT_TRUE(ended.insert(job).second);
    ++count;
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kWorkers; ++i) {
    threads.emplace_back([&] {
      while (count < kJobs) {
        auto leased = lease({"d"}, 64, millis(20));
        const auto started = wait(leased);
        for (const auto& job : *started) {
          scheduler::ReportAttempt report;
          report.token = job.token;
          report.result = "1";
          if (sequencer->call(std::move(report))) {
            end(job.job);
          }
        }
      }
    });
  }
  threads.emplace_back([&] {
    for (std::size_t i = 0; i < kJobs; i += 10) {
      const auto made = ok(jobs("d", 10));
      const JobId victim = std::get<scheduler::Created>(made.outcome).jobs.at(3);
      if (sequencer->call(scheduler::CancelJob{victim})) {
        end(victim);
      }
      (void)dispatcher->metrics();
      (void)dispatcher->workers();
    }
  });
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(ended.size(), kJobs);
  EXPECT_EQ(sequencer->metrics().running_jobs, 0U);
}

}  // namespace
}  // namespace daybook::dispatch
