// `apply` finds what a server would refuse before anything is sent.
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/server_commands.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ApplyE2e : public testing::Test {
 protected:
  Ran apply(const std::string& text, std::vector<std::string> more = {}) {
    const std::string file = directory_.write("m.yaml", text);
    more.insert(more.begin(), {"apply", file, "--server", server_.address()});
    return run_line(std::move(more));
  }
  // The same is said with and without --dry-run, and nothing happens.
  std::string refusal(const std::string& text) {
    const std::string head = cell(answer(server_, {"log", "head"}), "seq");
    const Ran dry = apply(text, {"--dry-run"});
    const Ran real = apply(text);
    EXPECT_EQ(dry.code, 2) << dry.out;
    EXPECT_EQ(real.code, 2) << real.out;
    EXPECT_EQ(dry.err, real.err);
    EXPECT_EQ(real.out, "");
    EXPECT_EQ(cell(answer(server_, {"log", "head"}), "seq"), head);
    return real.err;
  }
  static std::string definition(const std::string& members) {
    return "uri: /resources/job-definitions/d\nspec:\n  componentId: w\n" + members;
  }

  const TempDirectory directory_;
  const ServerProcess server_{(directory_.path() / "data").string()};
};

constexpr const char* kComponent = "uri: /resources/components/w\nspec: {runtime: worker}\n---\n";

TEST_F(ApplyE2e, EveryFaultOfADefinitionIsNamedAtItsLineAndNothingIsSent) {
  const std::string err = refusal(kComponent + definition("  retry:\n"
                                                          "    maxAttempts: 0\n"
                                                          "    backoff:\n"
                                                          "      factor: 1.23456\n"
                                                          "      jitter: 2\n"
                                                          "  timeout: 0s\n"
                                                          "  leaseDuration: 1ms\n"
                                                          "  concurrency: 0\n"
                                                          "  priority: 9999999\n"
                                                          "  retention: 99999d\n"
                                                          "  onFailure:\n"
                                                          "    - effect: sendEmail\n"
                                                          "    - effect: nonsense\n"));
  for (const char* fault :
       {"m.yaml:8: INVALID_FIELD: 'retry.maxAttempts' must be", "m.yaml:10: ", "m.yaml:11: ",
        "m.yaml:12: INVALID_FIELD: 'timeout' must be", "m.yaml:13: ", "m.yaml:14: ", "m.yaml:15: ",
        "m.yaml:16: INVALID_FIELD: 'retention' must be from 0s to 3650d", "'onFailure[1]",
        "nothing was changed"}) {
    EXPECT_THAT(err, HasSubstr(fault));
  }
  EXPECT_THAT(err, AllOf(HasSubstr("m.yaml:18: "), HasSubstr("m.yaml:19: ")));
}

TEST_F(ApplyE2e, ADefinitionIsCheckedWithWhatTheServerHasOfIt) {
  const std::string sound = kComponent + definition("  retry: {backoff: {initial: 5m}}\n");
  EXPECT_EQ(apply(sound).code, 0);
  EXPECT_THAT(refusal(definition("  retry: {backoff: {max: 1m}}\n")),
              HasSubstr("is below initial, 5m (retry.backoff.max)"));
  const Ran both = apply(definition("  retry: {backoff: {initial: 10s, max: 1m}}\n"));
  EXPECT_EQ(both.code, 0) << both.err;
}

TEST_F(ApplyE2e, FaultsOfARuleAreFoundBeforeItsComponentIsThere) {
  directory_.write("r.hrule", "param input: OnJobCompleted\nparam days: number\nfrom []\n");
  directory_.write("none.hrule", "param days: number\nfrom []\n");
  const auto rule = [](const std::string& members) {
    return "uri: /resources/components/r.hrule\nspec: {codeFile: r.hrule}\n---\n"
           "uri: /resources/components/none.hrule\nspec: {codeFile: none.hrule}\n---\n"
           "uri: /resources/rules/r\nspec:\n" +
           members;
  };
  EXPECT_THAT(refusal(rule("  components:\n    - {componentId: r.hrule}\n"
                           "    - {componentId: r.hrule}\n")),
              HasSubstr("m.yaml:11: REPEATED_COMPONENT: 'components[1].componentId'"));
  EXPECT_THAT(refusal(rule("  componentId: r.hrule\n  parameters: {days: soon}\n")),
              HasSubstr("m.yaml:7: "));
  EXPECT_THAT(refusal(rule("  componentId: none.hrule\n")), HasSubstr("Takes no event"));
  // A rule stands before its component, and is sent behind it.
  const std::string turned =
      "uri: /resources/rules/r\nspec: {componentId: r.hrule, parameters: {days: 2}}\n---\n"
      "uri: /resources/components/r.hrule\nspec: {codeFile: r.hrule}\n";
  EXPECT_EQ(apply(turned).code, 0);
  directory_.write("r.hrule", "param input: OnJobCompleted\nparam hours: number\nfrom []\n");
  const std::string changed =
      "uri: /resources/rules/r\nspec: {componentId: r.hrule, parameters: {hours: 2}}\n---\n"
      "uri: /resources/components/r.hrule\nspec: {codeFile: r.hrule}\n";
  const Ran ran = apply(changed);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, Not(HasSubstr("unchanged")));
}

}  // namespace
}  // namespace daybook::cli
