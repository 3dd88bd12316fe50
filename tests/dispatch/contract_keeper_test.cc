// Contracts of stored components, as the log changes them.
#include "dispatch/contract_keeper.h"

#include "base/json_text.h"
#include "base/sha256.h"
#include "components/reactor_runtime.h"
#include "dispatch/contracts.h"
#include "tests/dispatch/rule_rig.h"

namespace daybook::dispatch {
namespace {

constexpr Duration kSoon = seconds(30);

class ContractKeeperTest : public RuleRig {
 protected:
  ~ContractKeeperTest() override { close_all(); }

  void open_all() {
    open();
    components::ReactorOptions options;
    options.threads = 1;
    reactor = std::move(*components::ReactorRuntime::open(options, outside, clock));
    scheduler::State state;
    ASSERT_TRUE(scheduler::fold(state, log, log.last()));
    keeper = std::make_unique<ContractKeeper>(log, *sequencer, *reactor, state);
    ASSERT_TRUE(keeper->start());
  }
  void close_all() {
    if (keeper) {
      keeper->stop();
    }
    keeper.reset();
    close();
    reactor.reset();
  }
  // "component contract" of what was derived since the last call.
  std::vector<std::string> derived() {
    EXPECT_TRUE(keeper->wait_settled(log.last(), kSoon));
    auto out = all<events::ContractDerived>([](const events::ContractDerived& e) {
      return std::string(e.component) + " " + std::string(e.contract.text);
    });
    out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(seen_));
    seen_ += out.size();
    return out;
  }

  using Derived = std::vector<std::string>;
  static constexpr const char* kNone = R"({"parameters":[]})";

  std::unique_ptr<components::ReactorRuntime> reactor;
  std::unique_ptr<ContractKeeper> keeper;

 private:
  std::size_t seen_ = 0;
};

std::string one(const std::string& component, const std::string& type) {
  return component + R"( {"parameters":[{"name":"p","type":")" + type + R"(","required":true}]})";
}

// Those that old releases stored have none; the log of a server that comes up has them.
TEST_F(ContractKeeperTest, WhatWasStoredWithoutOneGetsIt) {
  open();
  component("a.hrc", "param p: text\nfrom p\n");
  component("b.hrc", "from nobody\n");
  scheduler::PutComponent other;
  other.component = {"c", events::Runtime::kExec, R"({"command":["true"]})", sha256("c")};
  ok(other);
  close();
  open_all();
  EXPECT_EQ(derived(), (Derived{one("a.hrc", "text"), R"(b.hrc {"parameters":null})"}));
  close_all();
  open_all();
  EXPECT_EQ(derived(), Derived{});  // once is enough
}

TEST_F(ContractKeeperTest, AChangeOfAModuleReachesAllThatImportIt) {
  open_all();
  component("m.hrc", "export let T: text\n");
  component("a.hrc", "import { T } from 'm.hrc'\nparam p: T\nfrom p\n", {"m.hrc"});
  component("b.hrc", "import { T } from 'm.hrc'\nfrom 1\n", {"m.hrc"});
  EXPECT_EQ(derived().size(), 3U);
  component("m.hrc", "export let T: number\n");
  EXPECT_EQ(derived(), (Derived{one("a.hrc", "number"), std::string("b.hrc ") + kNone,
                                std::string("m.hrc ") + kNone}));
  ok(scheduler::DeleteComponent{"m.hrc"});
  EXPECT_EQ(derived(), (Derived{R"(a.hrc {"parameters":null})", R"(b.hrc {"parameters":null})"}));
  component("m.hrc", "export let T: date\n");
  EXPECT_EQ(derived().front(), one("a.hrc", "date"));
}

// A module that begins to import another one brings it to those that import it.
TEST_F(ContractKeeperTest, WhatAModuleImportsIsImportedToo) {
  open_all();
  component("n.hrc", "export let T: text\n");
  component("m.hrc", "export let U: text\n");
  component("a.hrc", "import { U } from 'm.hrc'\nparam p: U\nfrom p\n", {"m.hrc"});
  derived();
  component("m.hrc", "import { T } from 'n.hrc'\nexport let U: T | number\n", {"n.hrc"});
  EXPECT_EQ(derived().front(), one("a.hrc", "text | number"));
  scheduler::State state;
  ASSERT_TRUE(scheduler::fold(state, log, log.last()));
  EXPECT_EQ(state.find_component("a.hrc")->imports, (std::vector<std::string>{"m.hrc", "n.hrc"}));
  component("n.hrc", "export let T: date\n");
  EXPECT_EQ(derived().front(), one("a.hrc", "date | number"));
}

TEST_F(ContractKeeperTest, WhoWaitsBehindItsEndIsTold) {
  open_all();
  component("a.hrc", "from 1\n");
  EXPECT_TRUE(keeper->wait_settled(log.last(), kSoon));
  EXPECT_FALSE(keeper->wait_settled(next(log.last()), Duration{1}));
  keeper->stop();
  EXPECT_FALSE(keeper->wait_settled(next(log.last()), kSoon));
}

}  // namespace
}  // namespace daybook::dispatch
