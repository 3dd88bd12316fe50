// What the runtime does beside a run that takes long: its time, others, the end of the server.
#include "components/reactor_runtime.h"

#include <atomic>
#include <limits>
#include <thread>

#include <gmock/gmock.h>

#include "base/json_text.h"
#include "tests/components/no_outside.h"
#include "tests/components/support.h"

namespace daybook::components {
namespace {

using testing::HasSubstr;

// Stands still until it is moved, and counts how often it is looked at.
class WatchedClock final : public Clock {
 public:
  Micros wall() const override { return inner_.wall(); }
  Micros steady() const override {
    ++looks_;
    return inner_.steady();
  }
  void advance(Duration by) { inner_.advance(by); }
  int looks() const { return looks_; }

 private:
  FakeClock inner_;
  mutable std::atomic<int> looks_{0};
};

Order order_of(std::string_view code) {
  std::string spec = "{\"code\":";
  append_json_string(spec, code);
  return order(spec + "}");
}

// Hours of matches, each of which looks at all that is left and takes some milliseconds at most.
constexpr std::string_view kHours =
    "let t = 'x' padLeft (4000000, 'a')\n"
    "from t replace (/a(.*b)?/, 'y') length\n";
// More than there are before the first match.
constexpr int kLooksBefore = 100;

class ReactorMatching : public testing::Test {
 protected:
  ReactorMatching() {
    ReactorOptions options;
    options.threads = 1;
    options.limits.steps = std::numeric_limits<std::uint64_t>::max() / 2;
    auto opened = ReactorRuntime::open(options, outside, clock);
    EXPECT_TRUE(opened);
    runtime = std::move(*opened);
  }
  // A run that is at its matches.
  Started start_matching() {
    Order given = order_of(kHours);
    given.deadline = clock.steady() + seconds(60);
    Started out = start(*runtime, std::move(given));
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (clock.looks() < kLooksBefore && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
    }
    EXPECT_GE(clock.looks(), kLooksBefore);
    EXPECT_FALSE(is_over(out));
    return out;
  }
  static bool is_over(const Started& started) {
    return started.outcome.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

  WatchedClock clock;
  NoOutside outside;
  std::unique_ptr<ReactorRuntime> runtime;
};

TEST_F(ReactorMatching, TheTimeoutEndsItAndTheThreadTakesTheNextRun) {
  Started slow = start_matching();
  Started next = start(*runtime, order_of("from 1\n"));
  EXPECT_FALSE(is_over(next));
  clock.advance(seconds(60));
  const RunOutcome out = slow.wait();
  ASSERT_TRUE(out.failure);
  EXPECT_EQ(out.failure->code, "TIMEOUT");
  EXPECT_THAT(out.failure->details, HasSubstr(R"("line":2,"column":8,)"));
  EXPECT_TRUE(out.failure->retryable);
  EXPECT_EQ(summary(next.wait()), "completed 1");
}

TEST_F(ReactorMatching, AStopEndsIt) {
  Started slow = start_matching();
  slow.run->stop();
  EXPECT_EQ(summary(slow.wait()), "cancelled");
  EXPECT_EQ(summary(run(*runtime, order_of("from 1\n"))), "completed 1");
}

TEST_F(ReactorMatching, TheEndOfTheServerEndsItAndWhatWaits) {
  Started slow = start_matching();
  Started waiting = start(*runtime, order_of("from 1\n"));
  const auto begun = std::chrono::steady_clock::now();
  runtime->shutdown();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kPatience);
  EXPECT_TRUE(is_over(slow));
  EXPECT_EQ(summary(slow.wait()), "SERVER_STOPPED");
  EXPECT_TRUE(is_over(waiting));
  EXPECT_EQ(summary(waiting.wait()), "SERVER_STOPPED");
}

}  // namespace
}  // namespace daybook::components
