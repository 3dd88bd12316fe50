// What waits for views and for the log: QueryPool, LogWatcher.
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "api/log_watcher.h"
#include "api/query_pool.h"
#include "events/group.h"
#include "log/memory_log.h"

namespace daybook::api {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

// What a thread tells is made before the thread: it may still be inside set_value() when a test
// goes on.
class Waiting : public ::testing::Test {
 protected:
  Waiting() {
    directory_ =
        std::filesystem::temp_directory_path() /
        ("daybook-waiting-" + std::to_string(::getpid()) + "-" + std::to_string(number_++));
    auto opened = projections::Views::open({directory_ / "views"}, log);
    EXPECT_TRUE(opened);
    views = std::move(*opened);
  }
  ~Waiting() override {
    views->stop();
    views.reset();
    std::filesystem::remove_all(directory_);
  }
  void append() {
    events::GroupWriter writer(log.last(), log.last_chain(), Epoch{1});
    const std::array<events::Event, 1> event{events::ComponentDeleted{"c"}};
    writer.add({CommandId{}, "test", Micros{1}, Seq{}}, event);
    ASSERT_TRUE(log.append(writer.take()));
  }

  FakeClock clock;
  log::MemoryLog log;
  std::unique_ptr<projections::Views> views;

 private:
  static inline int number_ = 0;
  std::filesystem::path directory_;
};

TEST_F(Waiting, AReadRunsWhenTheViewsHaveWhatItMustSee) {
  append();
  std::promise<Status> done;
  QueryPool pool(*views, clock, {"query", 1, 10, seconds(5)});
  ASSERT_TRUE(pool.start());
  ASSERT_TRUE(pool.submit(Seq{1}, [&](Status status) { done.set_value(std::move(status)); }));
  auto future = done.get_future();
  EXPECT_EQ(future.wait_for(std::chrono::milliseconds(0)), std::future_status::timeout);
  views->start();
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(future.get());
}

TEST_F(Waiting, AReadIsToldWhenTheViewsLag) {
  append();
  std::promise<Status> done;
  QueryPool pool(*views, clock, {"query", 1, 10, seconds(5)});
  ASSERT_TRUE(pool.start());
  ASSERT_TRUE(pool.submit(Seq{1}, [&](Status status) { done.set_value(std::move(status)); }));
  clock.advance(seconds(6));
  auto future = done.get_future();
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(future.get().error().reason, "PROJECTION_LAGS");
}

TEST_F(Waiting, ReadsThatWaitHoldUpNoOthers) {
  append();
  std::promise<void> done;
  QueryPool pool(*views, clock, {"query", 1, 10, seconds(5)});
  ASSERT_TRUE(pool.start());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(pool.submit(Seq{1}, [](const Status&) {}));
  }
  ASSERT_TRUE(pool.submit(Seq{0}, [&](const Status&) { done.set_value(); }));
  EXPECT_EQ(done.get_future().wait_for(kPatience), std::future_status::ready);
}

TEST_F(Waiting, ReadsOverTheLimitAreRefusedButAnswersToWritesAreNot) {
  append();
  std::promise<void> done;
  QueryPool pool(*views, clock, {"query", 1, 2, seconds(5)});
  ASSERT_TRUE(pool.start());
  EXPECT_TRUE(pool.submit(Seq{1}, [](const Status&) {}));
  EXPECT_TRUE(pool.submit(Seq{1}, [](const Status&) {}));
  EXPECT_FALSE(pool.submit(Seq{1}, [](const Status&) {}));
  pool.run([&](const Status&) { done.set_value(); });
  EXPECT_EQ(done.get_future().wait_for(kPatience), std::future_status::ready);
}

// Holds the one thread of a pool until it is let go.
class Held {
 public:
  // The thread may still be inside set_value() when this goes on, and waits when this is gone.
  explicit Held(QueryPool& pool) {
    const auto held = std::make_shared<std::promise<void>>();
    pool.run([held, go = go_.get_future().share()](const Status&) {
      held->set_value();
      go.wait();
    });
    held->get_future().wait();
  }
  ~Held() { let_go(); }
  void let_go() {
    if (!std::exchange(gone_, true)) {
      go_.set_value();
    }
  }

 private:
  std::promise<void> go_;
  bool gone_ = false;
};

TEST_F(Waiting, WhatLostItsClientIsNotDone) {
  std::promise<void> last;
  QueryPool pool(*views, clock, {"query", 1, 10, seconds(5)});
  ASSERT_TRUE(pool.start());
  Held held(pool);
  const auto gone = std::make_shared<std::atomic<bool>>(false);
  std::atomic<int> done{0};
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(pool.submit(Seq{0}, [&](const Status&) { ++done; }, {gone, {}}));
  }
  ASSERT_TRUE(pool.submit(Seq{0}, [&](const Status&) { last.set_value(); }));
  *gone = true;
  held.let_go();
  ASSERT_EQ(last.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(done, 0);
  EXPECT_EQ(pool.dropped(), 5U);
}

TEST_F(Waiting, WhatLostItsClientMakesRoom) {
  append();  // which the views never show
  QueryPool pool(*views, clock, {"query", 1, 3, seconds(5)});
  ASSERT_TRUE(pool.start());
  Held held(pool);
  const auto gone = std::make_shared<std::atomic<bool>>(false);
  ASSERT_TRUE(pool.submit(Seq{0}, [](const Status&) {}, {gone, {}}));
  ASSERT_TRUE(pool.submit(Seq{1}, [](const Status&) {}, {gone, {}}));
  ASSERT_TRUE(pool.submit(Seq{1}, [](const Status&) {}));
  EXPECT_FALSE(pool.submit(Seq{0}, [](const Status&) {}));
  *gone = true;
  EXPECT_TRUE(pool.submit(Seq{0}, [](const Status&) {}));
  EXPECT_EQ(pool.waiting(), 2U);
  EXPECT_EQ(pool.dropped(), 2U);
}

TEST_F(Waiting, WhoWaitsTooLongForAThreadIsTold) {
  std::promise<Status> told;
  QueryPool pool(*views, clock, {"compile", 1, 10, seconds(5), seconds(10)});
  ASSERT_TRUE(pool.start());
  Held held(pool);
  ASSERT_TRUE(pool.submit(Seq{0}, [&](Status status) { told.set_value(std::move(status)); }));
  clock.advance(seconds(10));
  auto future = told.get_future();
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(future.get().error().reason, "TOO_BUSY");
}

TEST_F(Waiting, ClientsTakeTurns) {
  std::promise<void> last;
  QueryPool pool(*views, clock, {"compile", 1, 10, seconds(5)});
  ASSERT_TRUE(pool.start());
  Held held(pool);
  std::string order;
  const auto wait = [&](const std::string& client) {
    ASSERT_TRUE(pool.submit(Seq{0},
                            [&order, &last, client](const Status&) {
                              order += client;
                              if (order.size() == 6) {
                                last.set_value();
                              }
                            },
                            {nullptr, client}));
  };
  for (const char* client : {"a", "a", "a", "b", "c", "b"}) {
    wait(client);
  }
  held.let_go();
  ASSERT_EQ(last.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(order, "abcaba");
}

TEST_F(Waiting, NoClientFillsTheLineAlone) {
  QueryPool pool(*views, clock, {"compile", 1, 4, seconds(5), seconds(10), 3});
  ASSERT_TRUE(pool.start());
  Held held(pool);
  const auto take = [&](const std::string& client, QueryPool::Gone gone = nullptr) {
    return pool.submit(Seq{0}, [](const Status&) {}, {std::move(gone), client});
  };
  const auto gone = std::make_shared<std::atomic<bool>>(false);
  EXPECT_TRUE(take("a", gone));
  EXPECT_TRUE(take("a"));
  EXPECT_TRUE(take("a"));
  EXPECT_FALSE(take("a"));
  EXPECT_TRUE(take("b"));
  EXPECT_FALSE(take("c"));
  *gone = true;
  EXPECT_TRUE(take("a"));
  EXPECT_FALSE(take("a"));
  clock.advance(seconds(10));  // all are told that they waited too long
  while (pool.waiting() > 0) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(take("a"));
}

TEST_F(Waiting, StopTellsAllThatWait) {
  append();
  std::promise<Status> done;
  std::promise<Status> late;
  QueryPool pool(*views, clock, {"query", 1, 10, seconds(5)});
  ASSERT_TRUE(pool.start());
  ASSERT_TRUE(pool.submit(Seq{1}, [&](Status status) { done.set_value(std::move(status)); }));
  pool.stop();
  EXPECT_EQ(done.get_future().get().error().code, Code::kShutdown);
  EXPECT_FALSE(pool.submit(Seq{0}, [](const Status&) {}));
  pool.run([&](Status status) { late.set_value(std::move(status)); });
  EXPECT_EQ(late.get_future().get().error().code, Code::kShutdown);
}

TEST_F(Waiting, TheWatcherWakesWhenTheLogGrows) {
  std::promise<bool> woken;
  std::promise<bool> at_once;
  LogWatcher watcher(log, clock);
  ASSERT_TRUE(watcher.start());
  watcher.when_past(Seq{0}, clock.steady() + seconds(1000),
                    [&](bool grown) { woken.set_value(grown); });
  append();
  auto future = woken.get_future();
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(future.get());
  watcher.when_past(Seq{0}, clock.steady(), [&](bool grown) { at_once.set_value(grown); });
  EXPECT_TRUE(at_once.get_future().get());
}

TEST_F(Waiting, TheWatcherWakesAtTheDeadline) {
  std::promise<bool> woken;
  LogWatcher watcher(log, clock);
  ASSERT_TRUE(watcher.start());
  watcher.when_past(Seq{0}, clock.steady() + seconds(15),
                    [&](bool grown) { woken.set_value(grown); });
  clock.advance(seconds(16));
  auto future = woken.get_future();
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  EXPECT_FALSE(future.get());
}

}  // namespace
}  // namespace daybook::api
