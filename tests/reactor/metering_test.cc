// What a run does is counted: each filter on the largest thing that it takes, with the fewest steps
// that this must have cost. A step is some hundred nanoseconds, so a filter that would count less
// could hold a thread for minutes.
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "components/reactor/program.h"
#include "components/reactor/run.h"

namespace daybook::reactor {
namespace {

class NoModules final : public Modules {
 public:
  std::optional<std::string> code(std::string_view) const override { return std::nullopt; }
};

class Silent final : public World {
 public:
  Result<std::string> ask(std::string_view) override {
    return fail(Code::kInternal, "NO_WORLD", "nothing is asked");
  }
};

RunResult run_code(const std::string& code, const std::string& parameters) {
  const NoModules modules;
  const OpenSets sets;
  const Compiled compiled = compile("main.hrc", code, modules, sets);
  EXPECT_TRUE(compiled.ok()) << code
                             << (compiled.diagnostics.empty()
                                     ? ""
                                     : compiled.diagnostics.front().message);
  RunInputs inputs;
  inputs.parameters = parameters;
  Silent world;
  return compiled.ok() ? run(*compiled.program, inputs, world) : RunResult();
}

// Steps that `code` took beyond those of a program that only reads the same parameter.
std::uint64_t steps_of(const std::string& code, const std::string& value) {
  const std::string parameters = "{\"p\":" + value + "}";
  const RunResult plain = run_code("param p\nfrom 1", parameters);
  const RunResult out = run_code("param p\n" + code, parameters);
  EXPECT_TRUE(!out.fault || out.fault->code == "STEP_LIMIT") << code << ": " << out.fault->message;
  return out.steps - plain.steps;
}

constexpr std::uint64_t kBytes = 1U << 18;

std::string long_text() {
  return '"' + std::string(kBytes, '7') + '"';
}

TEST(Metering, TextsCountTheirBytes) {
  struct Case {
    std::string code;
    std::uint64_t bytes_a_step;
  };
  for (const auto& [code, bytes] : {Case{"from p asSha256 encode hex", 4},
                                    Case{"from 'x' asHmacSha256 p encode hex", 4},
                                    Case{"from p asHmacSha256 'x' encode hex", 4},
                                    Case{"from p asUpperCase length", 16},
                                    Case{"from p trim length", 16},
                                    Case{"from p indexOf 'x'", 64},
                                    Case{"from (p contains 'x')", 64},
                                    Case{"from p length", 64},
                                    Case{"from p + 'x' is 'y'", 64},
                                    Case{"from p encode hex length", 16},
                                    Case{"from p explode '77' count", 2},
                                    Case{"from p replace ('7', 'x') length", 32},
                                    Case{"from p replace (/7/, 'x') length", 1},
                                    Case{"from p is /8+x/", 64},
                                    Case{"from 'x' padLeft (262144, 'a') length", 64},
                                    Case{"from $'{p}{p}' length", 32},
                                    Case{"from p parseJson is number", 64},
                                    Case{"from [p, p] min length", 64},
                                    Case{"from [p, p] distinct count", 32},
                                    Case{"from p is (number | instant)", kBytes},
                                    Case{"from [p] implode p length", 64},
                                    Case{"let T: number | text\nfrom p :: T is text", kBytes},
                                    Case{"from (p slice (1, 5)) length", 64},
                                    Case{"from (p == p) and p < p", 32}}) {
    EXPECT_GE(steps_of(code, long_text()), kBytes / bytes - 1) << code;
  }
}

// A number of zeros alone is gone through to its end.
TEST(Metering, ConversionsCountTheirBytes) {
  EXPECT_GE(steps_of("from p :: number", '"' + std::string(kBytes, '0') + '"'), kBytes / 64);
}

TEST(Metering, JsonCountsItsValues) {
  std::string many = "[0";
  for (int i = 0; i < 100'000; ++i) {
    many += ",0";
  }
  many += "]";
  EXPECT_GE(steps_of("from p parseJson count", '"' + many + '"'), 100'000U);
  EXPECT_GE(steps_of("from p asJsonText length", many), 100'000U);
}

std::string wide_record(int fields) {
  std::string out = "{";
  for (int i = 0; i < fields; ++i) {
    out += (i == 0 ? "\"f" : ",\"f") + std::to_string(i) + "\":1";
  }
  return out + "}";
}

// Names of a record are gone through for each look.
TEST(Metering, WideRecordsCountTheirNames) {
  constexpr int kFields = 5000;
  constexpr std::uint64_t kLooks = 200;
  for (const std::string code :
       {"from ([p] repeat 200) order by nope count",
        "from ([p] repeat 200) where is { nope: number } count",
        "from ([p] repeat 200) select r => r->'nope'", "from ([p] repeat 200) where is Error count",
        "from ([1] repeat 200) where x => (p with { nope = x }) is number",
        "from ([p] repeat 200) where r => (r with { nope = 1 }) == p"}) {
    EXPECT_GE(steps_of(code, wide_record(kFields)), kLooks * kFields / 4) << code;
  }
  EXPECT_GE(steps_of("from p values count", wide_record(kFields)), std::uint64_t{kFields});
}

// Keys of maps are compared and hashed whole, and may have been chosen to meet in one place.
TEST(Metering, KeysOfMapsCount) {
  constexpr std::uint64_t kKeys = 100;
  EXPECT_GE(steps_of("from (([p] repeat 100) select k => (k, 1)) asMap count", long_text()),
            kKeys * kBytes / 64);
  EXPECT_GE(
      steps_of("let m = [(p, 1)] asMap\nfrom ([m] repeat 100) all x => x->p == 1", long_text()),
      kKeys * kBytes / 64);
  EXPECT_GE(steps_of("let m = [(p, 1)] asMap\nfrom ([m] repeat 100) all x => x == m", long_text()),
            kKeys * kBytes / 64);
}

}  // namespace
}  // namespace daybook::reactor
