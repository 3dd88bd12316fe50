// The outcome of one benchmark: its parameters, and its numbers over one or more runs. Printed as a
// table for people and as one JSON line for bench/results/ (bench/results/README.md).
#pragma once

#include <concepts>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "bench/load/histogram.h"
#include "bench/load/machine.h"

namespace daybook::bench {

struct Number {
  std::string name;  // snake_case, with its unit last: "jobs_per_second"
  double value = 0;
};
using Numbers = std::vector<Number>;

// Adds <stage>_p50_us, p90, p99, p99_9 and max.
void add_percentiles(Numbers& out, std::string_view stage, const Histogram& histogram);

class Report {
 public:
  // `directory`: where the benchmark reads and writes.
  Report(std::string name, std::filesystem::path directory);

  void parameter(std::string name, std::string value);
  void parameter(std::string name, std::integral auto value) {
    parameter(std::move(name), std::to_string(value));
  }
  void parameter(std::string name, double value);
  void note(std::string line) { notes_.push_back(std::move(line)); }
  // All runs have the same numbers, in the same order.
  void add_run(Numbers numbers);
  std::size_t runs() const { return runs_.size(); }

  // Probes the directory's sync latency; to be called while nothing else writes.
  Status probe();

  void print(std::ostream& out) const;
  // One line, no line end. `time`: when it was measured.
  std::string json(Micros time) const;
  Status append_to(const std::filesystem::path& file, Micros time) const;

 private:
  struct Spread {
    double median = 0;
    double lowest = 0;
    double highest = 0;
  };
  Spread spread(std::size_t number) const;

  std::string name_;
  std::filesystem::path directory_;
  Machine machine_;
  Histogram sync_;
  std::vector<std::pair<std::string, std::string>> parameters_;
  std::vector<std::string> notes_;
  std::vector<Numbers> runs_;
};

}  // namespace daybook::bench
