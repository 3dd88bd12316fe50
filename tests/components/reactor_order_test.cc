// An order of the reactor language from its text to its outcome: what its effects are held to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "components/reactor_runtime.h"

namespace daybook::components {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class NoWorld final : public reactor::World {
 public:
  Result<std::string> ask(std::string_view) override {
    return fail(Code::kInternal, "NO_WORLD", "nothing is asked here");
  }
};

RunOutcome run(const std::string& code, std::vector<Module> modules = {}) {
  Order order;
  order.component = "shop/x.hrc";
  order.spec = "{\"code\":";
  append_json_string(order.spec, code);
  order.spec += '}';
  order.parameters = "{}";
  order.modules = std::move(modules);
  order.started_at = Micros{1'763'251'200'000'000};
  const auto program = compile_order(order);
  EXPECT_TRUE(program) << (program ? "" : program.error().text());
  NoWorld world;
  return program ? run_order(order, **program, {}, world) : RunOutcome();
}

TEST(ReactorOrder, AnEffectThatCannotBeDoneNamesItsPlace) {
  const struct {
    const char* code;
    const char* message;
    const char* details;
  } kCases[] = {
      {"from sendEmail { to = 'not an address', subject = 's', body = { plainText = 'x' } }\n",
       "Must be one plain address such as ann@example.org. (effects[0].to)",
       R"("source":"shop/x.hrc","line":1,"column":6,)"},
      {"let x = 1\nfrom x\nfrom {\n  effect = 'httpPost'\n  url = 'ftp://x'\n}\n",
       "(effects[0].url)", R"("source":"shop/x.hrc","line":3,"column":1,)"},
      {"from [1, 2] select n =>\n  { effect = $'schedule{'Job'}', at = now }\n",
       "(effects[0].definition)", R"("source":"shop/x.hrc","line":1,"column":1,)"},
  };
  for (const auto& [code, message, details] : kCases) {
    const RunOutcome out = run(code);
    ASSERT_TRUE(out.failure) << code;
    EXPECT_EQ(out.failure->code, "BAD_EFFECT");
    EXPECT_THAT(out.failure->message, HasSubstr(message));
    EXPECT_THAT(out.failure->details, HasSubstr(details)) << code;
    EXPECT_FALSE(out.failure->retryable);
    EXPECT_THAT(out.effects, IsEmpty());
    EXPECT_EQ(out.result, "");
  }
}

// One form for what is refused, what is broken and what fails in a run.
TEST(ReactorOrder, APlaceIsForEditors) {
  const RunOutcome out = run("let ä = 'é' // €\nfrom ä length / (ä length - 1)\n");
  ASSERT_TRUE(out.failure);
  EXPECT_EQ(out.failure->code, "DIVISION_BY_ZERO");
  EXPECT_EQ(out.failure->details,
            R"({"field":"code:2:15","source":"shop/x.hrc","line":2,"column":15,"length":1,)"
            R"j("snippet":"from ä length / (ä length - 1)","message":"division by zero"})j");
  Order order;
  order.component = "shop/x.hrc";
  order.spec = R"({"code":"import 'm.hrc'\nfrom wrong\n"})";
  order.modules = {{"shop/m.hrc", R"({"code":"export let a =\n  nobody\n"})"}};
  const auto broken = compile_order(order);
  ASSERT_FALSE(broken);
  const Failure failure = not_compiled(broken.error());
  EXPECT_EQ(failure.code, "COMPONENT_BROKEN");
  EXPECT_EQ(failure.details,
            R"({"field":"shop/m.hrc:2:3","source":"shop/m.hrc","line":2,"column":3,"length":6,)"
            R"("snippet":"  nobody","message":"there is no 'nobody' here"})");
}

TEST(ReactorOrder, AnEffectOfAModuleIsAtFaultThere) {
  const RunOutcome out = run(
      "import { post } from 'lib.module.hrc'\nfrom post('')\n",
      {{"shop/lib.module.hrc", R"({"code":"export let post(u) =>\n  httpPost { url = u }\n"})"}});
  ASSERT_TRUE(out.failure);
  EXPECT_THAT(out.failure->details,
              HasSubstr(R"("source":"shop/lib.module.hrc","line":2,"column":3,)"));
}

TEST(ReactorOrder, AnEffectThatIsNotOfferedSaysSo) {
  const RunOutcome out = run("from { effect = $'dan{'ce'}' }\n");
  ASSERT_TRUE(out.failure);
  EXPECT_EQ(out.failure->code, "EFFECT_NOT_SUPPORTED");
  EXPECT_THAT(out.failure->details, HasSubstr("\"line\":1"));
}

}  // namespace
}  // namespace daybook::components
