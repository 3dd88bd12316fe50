#include "bench/load/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <ostream>

#include "base/check.h"
#include "base/time_text.h"
#include "events/json.h"

namespace daybook::bench {
namespace {

constexpr std::size_t kProbeWrites = 200;
constexpr std::size_t kProbeBytes = 4096;

std::string number_text(double value) {
  char text[64];
  const double size = std::fabs(value);
  const char* form = size >= 1000 || value == std::floor(value) ? "%.0f"
                     : size >= 10                               ? "%.1f"
                                                                : "%.3f";
  std::snprintf(text, sizeof(text), form, value);
  return text;
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

void add_member(std::string& out, std::string_view name, std::string_view value) {
  events::append_json_string(out, name);
  out += ':';
  events::append_json_string(out, value);
}

void add_number(std::string& out, std::string_view name, double value) {
  events::append_json_string(out, name);
  out += ':' + number_text(value);
}

}  // namespace

void add_percentiles(Numbers& out, std::string_view stage, const Histogram& histogram) {
  const std::string name(stage);
  out.push_back({name + "_p50_us", histogram.percentile_us(50)});
  out.push_back({name + "_p90_us", histogram.percentile_us(90)});
  out.push_back({name + "_p99_us", histogram.percentile_us(99)});
  out.push_back({name + "_p99_9_us", histogram.percentile_us(99.9)});
  out.push_back({name + "_max_us", histogram.max_us()});
}

Report::Report(std::string name, std::filesystem::path directory)
    : name_(std::move(name)), directory_(std::move(directory)), machine_(machine(directory_)) {}

void Report::parameter(std::string name, std::string value) {
  parameters_.emplace_back(std::move(name), std::move(value));
}

void Report::parameter(std::string name, double value) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%g", value);
  parameter(std::move(name), std::string(text.data(), static_cast<std::size_t>(size)));
}

void Report::add_run(Numbers numbers) {
  DAYBOOK_CHECK(runs_.empty() || runs_.front().size() == numbers.size(),
                "every run of a benchmark has the same numbers");
  runs_.push_back(std::move(numbers));
}

Status Report::probe() {
  DAYBOOK_ASSIGN(sync_, probe_sync(directory_, kProbeWrites, kProbeBytes));
  return {};
}

Report::Spread Report::spread(std::size_t number) const {
  std::vector<double> values;
  for (const Numbers& run : runs_) {
    values.push_back(run[number].value);
  }
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

void Report::print(std::ostream& out) const {
  constexpr std::size_t kWidth = 13;
  out << name_;
  for (const auto& [name, value] : parameters_) {
    out << "  " << name << "=" << value;
  }
  out << "\n"
      << machine_.cpu << ", " << machine_.cores << " cores, " << machine_.kernel << ", "
      << machine_.filesystem;
  if (sync_.count() > 0) {
    out << "; fsync p50 " << number_text(sync_.percentile_us(50)) << " us, p99 "
        << number_text(sync_.percentile_us(99)) << " us";
  }
  out << "; build " << machine_.commit << "\n\n";
  if (!runs_.empty()) {
    std::size_t names = 0;
    for (const Number& number : runs_.front()) {
      names = std::max(names, number.name.size());
    }
    const bool many = runs_.size() > 1;
    out << std::string(names, ' ')
        << (many ? right("median", kWidth) + right("lowest", kWidth) + right("highest", kWidth)
                 : right("value", kWidth))
        << "\n";
    for (std::size_t i = 0; i < runs_.front().size(); ++i) {
      const std::string& name = runs_.front()[i].name;
      const Spread s = spread(i);
      out << name << std::string(names - name.size(), ' ') << right(number_text(s.median), kWidth);
      if (many) {
        out << right(number_text(s.lowest), kWidth) << right(number_text(s.highest), kWidth);
      }
      out << "\n";
    }
  }
  for (const std::string& line : notes_) {
    out << line << "\n";
  }
  out.flush();
}

std::string Report::json(Micros time) const {
  std::string out = "{";
  add_member(out, "name", name_);
  add_member(out += ',', "time", format_time(time));
  add_member(out += ',', "commit", machine_.commit);
  add_member(out += ',', "cpu", machine_.cpu);
  add_number(out += ',', "cores", machine_.cores);
  add_number(out += ',', "memoryBytes", static_cast<double>(machine_.memory_bytes));
  add_member(out += ',', "kernel", machine_.kernel);
  add_member(out += ',', "filesystem", machine_.filesystem);
  add_number(out += ',', "fsyncP50Us", sync_.percentile_us(50));
  add_number(out += ',', "fsyncP99Us", sync_.percentile_us(99));
  out += ",\"parameters\":{";
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    add_member(i == 0 ? out : out += ',', parameters_[i].first, parameters_[i].second);
  }
  add_number(out += "},", "runs", static_cast<double>(runs_.size()));
  out += ",\"numbers\":{";
  for (std::size_t i = 0; !runs_.empty() && i < runs_.front().size(); ++i) {
    const Spread s = spread(i);
    events::append_json_string(i == 0 ? out : out += ',', runs_.front()[i].name);
    add_number(out += ":{", "median", s.median);
    add_number(out += ',', "lowest", s.lowest);
    add_number(out += ',', "highest", s.highest);
    out += '}';
  }
  out += "},\"notes\":[";
  for (std::size_t i = 0; i < notes_.size(); ++i) {
    events::append_json_string(i == 0 ? out : out += ',', notes_[i]);
  }
  return out + "]}";
}

Status Report::append_to(const std::filesystem::path& file, Micros time) const {
  std::ofstream out(file, std::ios::app);
  out << json(time) << "\n";
  out.close();
  if (!out) {
    return fail(Code::kIo, "BENCH_IO", "cannot append to " + file.string());
  }
  return {};
}

}  // namespace daybook::bench
