// Orders, and waiting for their outcomes.
#pragma once

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "components/runtime.h"

namespace daybook::components {

inline constexpr std::chrono::seconds kPatience{30};

inline Order order(std::string spec, std::string parameters = "{}") {
  static std::uint64_t made = 0;
  Order out;
  out.job = JobId::make(Micros{1'763'251'200'000'000}, 0, Seq{++made});
  out.definition = "nightly";
  out.attempt = Attempt{2};
  out.token = std::to_string(made) + ".0123456789abcdef0123456789abcdef";
  out.component = "tool";
  out.spec = std::move(spec);
  out.parameters = std::move(parameters);
  return out;
}

// A run whose outcome can be waited for.
struct Started {
  std::shared_ptr<Run> run;
  std::future<RunOutcome> outcome;

  RunOutcome wait() {
    if (outcome.wait_for(kPatience) != std::future_status::ready) {
      ADD_FAILURE() << "no outcome in " << kPatience.count() << " s";
      std::abort();
    }
    return outcome.get();
  }
};

inline Started start(Runtime& runtime, Order given) {
  auto promise = std::make_shared<std::promise<RunOutcome>>();
  Started out;
  out.outcome = promise->get_future();
  out.run =
      runtime.run(std::move(given), [promise](RunOutcome o) { promise->set_value(std::move(o)); });
  return out;
}

inline RunOutcome run(Runtime& runtime, Order given) {
  return start(runtime, std::move(given)).wait();
}

// "completed <result>", "cancelled" or "<code>": what a test compares.
inline std::string summary(const RunOutcome& outcome) {
  if (outcome.cancelled) {
    return "cancelled";
  }
  return outcome.failure ? outcome.failure->code : "completed " + outcome.result;
}

// A directory of the test, removed afterwards.
class TestDirectory {
 public:
  explicit TestDirectory(const std::filesystem::path& parent = testing::TempDir()) {
    std::string name = (parent / "daybook-components-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  std::filesystem::path make(const std::string& name) const {
    std::filesystem::create_directories(path_ / name);
    return path_ / name;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace daybook::components
