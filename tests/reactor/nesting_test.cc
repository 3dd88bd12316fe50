// What a run builds inside itself, however deep, ends in an answer or in one of the limits of a
// run: whatever goes through values does so within a stack as a thread of the server has it.
#include <set>
#include <string>
#include <thread>
#include <vector>

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

// The code of the fault, "" for an answer.
std::string run_code(const std::string& code) {
  std::string out;
  std::thread([&] {  // with the stack that every thread of the server has
    const NoModules modules;
    const OpenSets sets;
    const Compiled compiled = compile("main.hrc", code, modules, sets);
    if (!compiled.ok()) {
      out = "NOT COMPILED: " + compiled.diagnostics.front().message;
      return;
    }
    Silent world;
    const RunResult ran = run(*compiled.program, {}, world);
    out = ran.fault ? ran.fault->code : "";
  })
      .join();
  return out;
}

std::string built(const std::string& start, const std::string& step, int times) {
  return "let v: value = ([1] repeat " + std::to_string(times) + ") fold (" + start +
         ", (a, x) => " + step + ")\n";
}

struct Nesting {
  std::string name;
  std::string start;
  std::string step;
};

const Nesting kNestings[] = {
    {"lists", "[1]", "[a]"},
    {"lists with a neighbour", "[1]", "[x, a, x]"},
    {"tuples", "(1, 2)", "(a, x)"},
    {"records", "{ f = 1 }", "{ f = a }"},
    {"maps", "{ 'k' -> 1 }", "{ 'k' -> a }"},
    {"records in lists", "[1]", "[{ f = a }]"},
    {"functions", "y => y", "(y => a(y))"},
    {"functions in records", "{ f = y => y }", "{ f = (y => a) }"},
    {"concat to the left", "[]", "a concat [x]"},
    {"concat to the right", "[]", "[x] concat a"},
    {"concat of a computed list to the right", "[]", "([x] select z => z) concat a"},
    {"concat of a list with itself", "[1]", "a concat a"},
    {"concat on either side", "[1]", "([x] select z => z) concat a concat ([x] select z => z)"},
    {"select", "[1]", "a select z => z"},
    {"where", "[1]", "a where z => true"},
    {"where is", "[1]", "a where is number"},
    {"flatten", "[1]", "a flatten"},
    {"flatten of lists", "[1]", "[a] flatten"},
    {"flatten within flatten", "[1]", "([a] select z => z) flatten"},
    {"take", "[1]", "a take 5"},
    {"skip", "[1, 2]", "a skip 0"},
    {"repeat", "[1]", "a repeat 1"},
    {"computed lists in lists", "[1]", "[a select z => z]"},
    {"computed lists in records", "[1]", "[{ f = a select z => z }]"},
    {"selects that hold lists", "[1]", "([x] select z => a)"},
};

// Each goes through all of it in a way of its own.
const std::string kUses[] = {
    "from v count",
    "from v",
    "from v first is number",
    "from v == v",
    "from [v, v] distinct count",
    "from v groupBy (y => y) count",
    "from v buffer count",
    "from v asJsonText length",
    "from v is [value]",
    "from v :: { f: number }",
    "from v is { f: { f: number } }",
    "from v flatten count",
    "from v(1) is number",
    "let w = [newid] concat v\nfrom 1",
    "from v match\n  [[value]] |> 1\n  value |> 2",
    "from { effect = 'scheduleJob', definition = 'x', parameters = v }",
};

// These do so by the same ways, or look at a part.
const std::string kOtherUses[] = {
    "from [v, 1]",
    "from v last is number",
    "from v hasMore",
    "from v sum",
    "from v min",
    "from [v] contains v",
    "from [v] groupBy (y => y) count",
    "from v distinct count",
    "from v reverse count",
    "from v all (y => true)",
    "from v any (y => false)",
    "from v implode ','",
    "from (v order by f) count",
    "from (v join v on f) count",
    "from v is [number]",
    "from v is { text -> value }",
    "from v :: [number] count",
    "from v :: text",
    "from v->1 is number",
    "from v->'f' is number",
    "from $'{v}'",
    "from v keys count",
    "from (v with { g = v }) is number",
    "from v + 'x'",
    "from (v, v) fold (0, (s, y) => s) is number",
    "from httpPost ('https://example.org/', { body = v })",
    "from scheduleJob ('x', { p = v })",
    "from v asMap count",
};

// Limits of a run, and what uses of other kinds of values say.
const std::set<std::string> kExpected = {
    "",         "DEPTH_LIMIT", "MEMORY_LIMIT", "STEP_LIMIT",    "OUTPUT_LIMIT",
    "RUN_TYPE", "RUN_FIELD",   "CONVERSION",   "RUN_ARGUMENTS", "BAD_EFFECT",
};

// Each level of a recursion takes a hundred bytes at least, and a thread has eight megabytes.
constexpr int kDeep = 60'000;

void check(const Nesting& nesting, int times, const std::string& use) {
  const std::string code = built(nesting.start, nesting.step, times) + use;
  const std::string fault = run_code(code);
  EXPECT_TRUE(kExpected.contains(fault)) << code << ": " << fault;
}

TEST(Nesting, EveryUseNearTheLimitOfDepthEnds) {
  for (const Nesting& nesting : kNestings) {
    for (const std::string& use : kUses) {
      check(nesting, 990, use);
    }
    for (const std::string& use : kOtherUses) {
      check(nesting, 70, use);
      check(nesting, 990, use);
    }
  }
}

TEST(Nesting, EveryUseFarBeyondTheLimitOfDepthEnds) {
  for (const Nesting& nesting : kNestings) {
    for (const std::string& use : kUses) {
      check(nesting, kDeep, use);
    }
  }
}

TEST(Nesting, AsDeepAsMemoryHoldsItEnds) {
  for (const Nesting& nesting : kNestings) {
    check(nesting, 230'000, "from v count");
  }
  EXPECT_EQ(run_code(built("[]", "[x] concat a", 1'000'000) + "from v count"), "MEMORY_LIMIT");
}

}  // namespace
}  // namespace daybook::reactor
