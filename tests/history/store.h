// The store of two million jobs that these tests share, and copies of it to work on.
#pragma once

#include <filesystem>
#include <memory>

#include <gtest/gtest.h>

#include "bench/load/engine.h"
#include "bench/store/store_options.h"

namespace daybook::history {

// What it is made of; `until` is not set.
bench::StoreOptions wanted();

// A copy beside the kept store, so that its tables are hard links; it goes away with the object.
class StoreCopy {
 public:
  // Null when it cannot be made.
  static std::unique_ptr<StoreCopy> make();
  const std::filesystem::path& data() const { return data_; }

 private:
  explicit StoreCopy(bench::ScratchDirectory scratch);
  bench::ScratchDirectory scratch_;
  std::filesystem::path data_;
};

}  // namespace daybook::history
