// What jobs may have as parameters: known by hashes, and read from texts only to compile.
#include <map>

#include <gtest/gtest.h>

#include "base/json_text.h"
#include "base/sha256.h"
#include "components/reactor_runtime.h"
#include "tests/components/no_outside.h"

namespace daybook::components {
namespace {

// Counts how often a text is read.
class Texts final : public ComponentDirectory {
 public:
  std::optional<std::string> spec(std::string_view component) const override {
    ++reads;
    const auto found = specs_.find(component);
    return found == specs_.end() ? std::nullopt : std::optional(found->second);
  }
  void put(const std::string& id, std::string_view code) {
    std::string spec = "{\"code\":";
    append_json_string(spec, code);
    specs_.insert_or_assign(id, spec + "}");
  }
  Stored::Text text(const std::string& id) const { return {id, sha256(specs_.at(id))}; }

  mutable int reads = 0;

 private:
  std::map<std::string, std::string, std::less<>> specs_;
};

class ReactorParameters : public testing::Test {
 protected:
  ReactorParameters() {
    texts.put("shop/m.hrc", "export let one = 1\n");
    texts.put("shop/a.hrc", "param n: number\nimport 'm.hrc'\nfrom n + one\n");
    ReactorOptions options;
    options.threads = 1;
    auto opened = ReactorRuntime::open(options, outside, clock);
    EXPECT_TRUE(opened);
    runtime = std::move(*opened);
  }
  Stored stored() const { return {texts.text("shop/a.hrc"), {texts.text("shop/m.hrc")}, texts}; }

  FakeClock clock;
  NoOutside outside;
  Texts texts;
  std::unique_ptr<ReactorRuntime> runtime;
};

TEST_F(ReactorParameters, NothingIsReadOfAComponentThatIsKnown) {
  const Stored component = stored();
  const auto unknown = runtime->parameter_rules(component, Compiling::kNever);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().reason, "NOT_COMPILED");
  EXPECT_EQ(texts.reads, 0);
  ASSERT_TRUE(runtime->parameter_rules(component, Compiling::kAllowed));
  EXPECT_EQ(texts.reads, 2);
  const auto rules = runtime->parameter_rules(component, Compiling::kNever);
  ASSERT_TRUE(rules);
  ASSERT_TRUE(*rules);
  EXPECT_TRUE((*rules)(R"({"n":1})"));
  EXPECT_FALSE((*rules)(R"({"n":"one"})"));
  EXPECT_FALSE((*rules)("{}"));
  EXPECT_EQ(texts.reads, 2);
}

TEST_F(ReactorParameters, WhatWasPreparedIsKnown) {
  const std::string spec = *texts.spec("shop/a.hrc");
  runtime->prepare({"shop/a.hrc", spec, texts, {"shop/m.hrc"}});
  EXPECT_TRUE(runtime->parameter_rules(stored(), Compiling::kNever));
}

TEST_F(ReactorParameters, AnotherModuleMakesAnotherProgram) {
  ASSERT_TRUE(runtime->parameter_rules(stored(), Compiling::kAllowed));
  texts.put("shop/m.hrc", "export let one = 2\n");
  EXPECT_FALSE(runtime->parameter_rules(stored(), Compiling::kNever));
}

// The texts were replaced between the look at the hashes and the reading.
TEST_F(ReactorParameters, AProgramIsKeptUnderWhatItWasMadeOf) {
  const Stored old = stored();
  texts.put("shop/a.hrc", "param n: text\nimport 'm.hrc'\nfrom n\n");
  ASSERT_TRUE(runtime->parameter_rules(old, Compiling::kAllowed));
  EXPECT_FALSE(runtime->parameter_rules(old, Compiling::kNever));
  EXPECT_TRUE(runtime->parameter_rules(stored(), Compiling::kNever));
}

// It says so when it should run.
TEST_F(ReactorParameters, OfAComponentThatDoesNotCompileAnythingWillDo) {
  texts.put("shop/a.hrc", "from nobody\n");
  const auto rules = runtime->parameter_rules(stored(), Compiling::kAllowed);
  ASSERT_TRUE(rules);
  EXPECT_FALSE(*rules);
}

}  // namespace
}  // namespace daybook::components
