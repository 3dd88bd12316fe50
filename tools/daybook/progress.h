// One line on standard error that says how far long local work is; nothing when nobody is looking.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "tools/daybook/environment.h"

namespace daybook::cli {

class Progress {
 public:
  Progress(const Environment& env, std::string what) : env_(env), what_(std::move(what)) {}
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Takes the line away, so that a result has one of its own.
  void finish();
  // Shows at most ten states a second.
  void update(std::uint64_t done, std::uint64_t total);

 private:
  const Environment& env_;
  const std::string what_;
  std::chrono::steady_clock::time_point shown_at_{};
  bool shown_ = false;
};

}  // namespace daybook::cli
