// A sandboxed runtime beside a data directory, and a child that does what it is told
// (hostile_child.cc).
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "components/exec_runtime.h"
#include "tests/components/support.h"

namespace daybook::components {

inline std::string deed(const std::string& words, const std::string& more = "") {
  return R"({"command":[")" HOSTILE_CHILD R"(",)" + words + "]" + more + "}";
}

inline bool has_landlock(const ExecRuntime& runtime, int version) {
  const auto level = runtime.sandbox_level();
  const auto at = level.find("Landlock ");
  return at != std::string::npos && std::stoi(level.substr(at + 9)) >= version;
}

class ExecRig : public testing::Test {
 protected:
  ExecRig() {
    data_ = directory_.make("data");
    std::ofstream(data_ / "secret") << "x";
  }
  ExecOptions options() const {
    ExecOptions out;
    out.grace = millis(50);
    out.temp_directory = directory_.make("tmp");
    out.data_directory = data_;
    return out;
  }
  std::unique_ptr<ExecRuntime> open(ExecOptions given) {
    auto runtime = ExecRuntime::open(std::move(given), clock_);
    EXPECT_TRUE(runtime) << runtime.error().text();
    return std::move(*runtime);
  }

  TestDirectory directory_;
  std::filesystem::path data_;
  SystemClock clock_;
};

}  // namespace daybook::components
