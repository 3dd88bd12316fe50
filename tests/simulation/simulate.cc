// simulate [--seeds=n] [--from=k] [--threads=n] [--break=n] [--trace]: runs the seeds k … k+n-1,
// each one history of the whole server (README.md), over all cores, until one of them is wrong.
// Ends with 0 when none was. Of a wrong one it tells the seed, what was wrong, and the last that
// happened; with --trace, all that happened.
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/simulation/directory.h"
#include "tests/simulation/world.h"

namespace daybook::simulation {
namespace {

constexpr std::size_t kLinesTold = 60;
constexpr std::size_t kLinesOfAll = 10'000'000;

struct Arguments {
  std::uint64_t seeds = 1;
  std::uint64_t from = 1;
  std::uint64_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::uint64_t broken = 0;
  bool trace = false;
};

bool read_number(std::string_view argument, std::string_view name, std::uint64_t& out) {
  if (!argument.starts_with(name)) {
    return false;
  }
  const std::string_view digits = argument.substr(name.size());
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return bad == std::errc() && end == digits.data() + digits.size();
}

std::optional<Arguments> read_arguments(int count, char** texts) {
  Arguments out;
  for (int i = 1; i < count; ++i) {
    const std::string_view text = texts[i];
    const bool known =
        read_number(text, "--seeds=", out.seeds) || read_number(text, "--from=", out.from) ||
        read_number(text, "--threads=", out.threads) || read_number(text, "--break=", out.broken);
    if (text == "--trace") {
      out.trace = true;
    } else if (!known) {
      return std::nullopt;
    }
  }
  return out;
}

class Runs {
 public:
  explicit Runs(const Arguments& arguments) : arguments_(arguments), next_(arguments.from) {}

  int run() {
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < arguments_.threads; ++i) {
      threads.emplace_back([this] { work(); });
    }
    for (auto& thread : threads) {
      thread.join();
    }
    tell_progress();
    std::printf("\n");
    return wrong_ ? 1 : 0;
  }

 private:
  WorldOptions options(std::uint64_t seed, std::size_t lines, Directory& directory) const {
    return {seed, static_cast<Breakage>(arguments_.broken), lines, directory.empty()};
  }

  void work() {
    Directory directory;
    const std::size_t lines = arguments_.trace ? kLinesOfAll : 0;
    while (!wrong_) {
      const std::uint64_t seed = next_.fetch_add(1);
      if (seed >= arguments_.from + arguments_.seeds) {
        return;
      }
      History history = run_seed(options(seed, lines, directory));
      const std::lock_guard lock(mutex_);
      add(history);
      if (!history.wrong.empty() && !wrong_.exchange(true)) {
        if (!arguments_.trace) {
          history = run_seed(options(seed, kLinesTold, directory));
        }
        tell(seed, history);
      } else if (arguments_.trace) {
        tell(seed, history);
      }
    }
  }

  void add(const History& history) {
    ++done_;
    events_ += history.events;
    restarts_ += history.restarts;
    simulated_ += history.simulated.value;
    if (std::chrono::steady_clock::now() - told_ > std::chrono::seconds(1)) {
      told_ = std::chrono::steady_clock::now();
      tell_progress();
    }
  }

  void tell_progress() const {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
    std::printf(
        "\r%llu of %llu seeds, %llu events, %llu restarts, %.0f days simulated, %.0f s ",
        static_cast<unsigned long long>(done_), static_cast<unsigned long long>(arguments_.seeds),
        static_cast<unsigned long long>(events_), static_cast<unsigned long long>(restarts_),
        static_cast<double>(simulated_) / 86'400e6, took.count());
    std::fflush(stdout);
  }

  static void tell(std::uint64_t seed, const History& history) {
    std::printf("\n");
    for (const std::string& line : history.trace) {
      std::printf("%s\n", line.c_str());
    }
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
                history.wrong.empty() ? "as it should be" : history.wrong.c_str());
    if (!history.wrong.empty()) {
      std::printf("repeat it: make simulate SEEDS=1 FROM=%llu TRACE=1\n",
                  static_cast<unsigned long long>(seed));
    }
  }

  const Arguments arguments_;
  std::atomic<std::uint64_t> next_;
  std::atomic<bool> wrong_{false};
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();

  // --- guarded by mutex_ ---
  std::mutex mutex_;
  std::chrono::steady_clock::time_point told_ = began_;
  std::uint64_t done_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t restarts_ = 0;
  std::int64_t simulated_ = 0;
};

}  // namespace
}  // namespace daybook::simulation

int main(int count, char** texts) {
  const auto arguments = daybook::simulation::read_arguments(count, texts);
  if (!arguments) {
    std::fprintf(stderr,
                 "usage: simulate [--seeds=n] [--from=k] [--threads=n] [--break=n] [--trace]\n");
    return 2;
  }
  // Worlds come and go: their memory is not given back and asked for again each time.
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
  return daybook::simulation::Runs(*arguments).run();
}
