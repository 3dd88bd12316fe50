// Reads the newest records of a log, whether they are needed or not: whether both CRCs of each hold
// and none is missing. By as many threads as there are processors, while the caller does something
// else.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "log/log.h"

namespace daybook::log {

class NewestRead {
 public:
  // Begins to read the newest `records` records, or all when there are fewer. `log` outlives it,
  // and does not grow meanwhile.
  NewestRead(Log& log, std::uint64_t records);
  ~NewestRead();
  NewestRead(const NewestRead&) = delete;
  NewestRead& operator=(const NewestRead&) = delete;

  // Helps, and waits for the others. The error names the first record that cannot be read.
  Status finish();

 private:
  struct Part {
    Seq first;
    Seq last;
    Status read;
  };
  void work();
  Status read(const Part& part) const;

  Log& log_;
  std::vector<Part> parts_;  // each is one thread's
  std::atomic<std::size_t> next_{0};
  std::vector<std::thread> threads_;
};

}  // namespace daybook::log
