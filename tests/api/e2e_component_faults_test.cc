// Where the faults of a component are, as an editor is told.
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/json_value.h"
#include "components/reactor_runtime.h"
#include "tests/api/server_fixture.h"
#include "tests/components/no_outside.h"

namespace daybook::test {
namespace {

class E2eComponentFaults : public ServerFixture {
 protected:
  void SetUp() override {
    auto opened = components::ReactorRuntime::open({}, outside_, clock());
    ASSERT_TRUE(opened) << opened.error().text();
    reactor_ = std::move(*opened);
    runtimes[events::Runtime::kReactor] = reactor_.get();
    start();
  }
  void TearDown() override { stop(); }  // before the runtime goes
  // What PUT and the check answer to that body.
  void expect_refused(const std::string& id, const std::string& body, const std::string& errors) {
    const std::string target = "/resources/components/" + id;
    for (const auto& [method, path] :
         {std::pair{"PUT", target}, std::pair{"POST", target + "/check"}}) {
      const auto refused = call(method, path, body);
      EXPECT_EQ(refused.status, 422) << method << " " << refused.body;
      EXPECT_EQ(member(refused.body, "errors"), errors) << method;
    }
    EXPECT_EQ(call("GET", target).status, 404);
  }

 private:
  components::NoOutside outside_;
  std::unique_ptr<components::ReactorRuntime> reactor_;
};

// Columns and length count code points.
TEST_F(E2eComponentFaults, EachHasItsPlaceApart) {
  expect_refused("shop/a.hreactor", R"({"code":"let ä = 'é'\nfrom { x = ä, y = nobody }\n"})",
                 R"j([{"code":"UNKNOWN_NAME","message":"there is no 'nobody' here","details":)j"
                 R"j({"field":"code:2:19","source":"shop/a.hreactor","line":2,"column":19,)j"
                 R"j("length":6,"snippet":"from { x = ä, y = nobody }",)j"
                 R"j("message":"there is no 'nobody' here"}}])j");
}

TEST_F(E2eComponentFaults, OneOfAModuleIsInItsText) {
  const auto refused = call("POST", "/resources/components/shop/a.hreactor/check",
                            R"({"code":"import { a } from 'm.hrc'\nfrom a\n",)"
                            R"("with":{"shop/m.hrc":{"code":"export let a =\n  nobody\n"}}})");
  EXPECT_EQ(refused.status, 422);
  const auto errors = elements(refused.body, "errors");
  ASSERT_FALSE(errors.empty()) << refused.body;
  EXPECT_EQ(errors.front().text(),
            R"j({"code":"UNKNOWN_NAME","message":"there is no 'nobody' here","details":)j"
            R"j({"field":"shop/m.hrc:2:3","source":"shop/m.hrc","line":2,"column":3,"length":6,)j"
            R"j("snippet":"  nobody","message":"there is no 'nobody' here"}})j");
}

}  // namespace
}  // namespace daybook::test
