// Writes the Prometheus text format, version 0.0.4: a family's HELP and TYPE once, then its
// samples.
#pragma once

#include <charconv>
#include <string>
#include <string_view>

namespace daybook::api {

class PrometheusText {
 public:
  // kind: "counter", "gauge" or "histogram".
  void family(std::string_view name, std::string_view kind, std::string_view help) {
    name_ = name;
    out_ += "# HELP ";
    out_ += name;
    out_ += ' ';
    out_ += help;
    out_ += "\n# TYPE ";
    out_ += name;
    out_ += ' ';
    out_ += kind;
    out_ += '\n';
  }
  // labels: ready text like `route="/x",le="1"`; suffix: "_bucket", "_sum", "_count" of a
  // histogram.
  void sample(double value, std::string_view labels = {}, std::string_view suffix = {}) {
    out_ += name_;
    out_ += suffix;
    if (!labels.empty()) {
      out_ += '{';
      out_ += labels;
      out_ += '}';
    }
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out_ += ' ';
    out_.append(digits, static_cast<std::size_t>(end - digits));
    out_ += '\n';
  }
  void sample(std::uint64_t value, std::string_view labels = {}, std::string_view suffix = {}) {
    sample(static_cast<double>(value), labels, suffix);
  }
  void one(std::string_view name, std::string_view kind, std::string_view help, auto value) {
    family(name, kind, help);
    sample(value);
  }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::string name_;
};

}  // namespace daybook::api
