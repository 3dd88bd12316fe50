// What `put` changes of a resource that is there, and what it leaves alone.
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/definition_settings.h"
#include "tests/tools/server_commands.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;

class PutE2e : public testing::Test {
 protected:
  boost::json::value put(std::vector<std::string> words) { return answer(server_, words); }
  std::string shown(const std::string& noun, const std::string& id, const std::string& member) {
    return cell(answer(server_, {noun, "get", id}), member);
  }

  const TempDirectory directory_;
  const ServerProcess server_{(directory_.path() / "data").string()};
};

TEST_F(PutE2e, ADefinitionKeepsWhatIsNotNamed) {
  const std::string whole = directory_.write(
      "d.json",
      R"({"componentId":"c","displayName":"D","retry":{"maxAttempts":3,"backoff":{"initial":"7s"}},
          "timeout":"90s","leaseDuration":"2m","retention":"9d","concurrency":4,"priority":5,
          "rateLimit":{"count":2,"per":"1m"},
          "onFailure":[{"effect":"scheduleJob","definition":"d","at":"now + 1h"}]})");
  const auto before = put({"definition", "put", "d", "--json", whole}).get_object();
  auto after = put({"definition", "put", "d", "--component", "c", "--paused"}).get_object();
  EXPECT_EQ(cell(after, "paused"), "true");
  for (const auto& [name, value] : before) {
    if (name != "paused" && name != "seq" && name != "hash" && name != "updatedAt") {
      EXPECT_EQ(boost::json::serialize(after[name]), boost::json::serialize(value)) << name;
    }
  }
  const auto changed = put({"definition", "put", "d", "--max-attempts", "6", "--reset", "timeout",
                            "--reset", "paused", "--reset", "retry.backoff"});
  EXPECT_EQ(cell(changed, "retry.maxAttempts"), "6");
  EXPECT_NE(cell(changed, "retry.backoff.initial"), "7s");
  EXPECT_EQ(cell(changed, "timeout"), "");
  EXPECT_EQ(cell(changed, "paused"), "false");
  EXPECT_EQ(cell(changed, "priority"), "5");
  // A file is the whole of it.
  const std::string small = directory_.write("s.json", R"({"componentId":"c"})");
  EXPECT_EQ(cell(put({"definition", "put", "d", "--json", small}), "retry.maxAttempts"), "1");
}

// What an option is given; a flag nothing.
std::string sample_of(const events::Field& field) {
  switch (field.form) {
    case events::FieldForm::kCount:
    case events::FieldForm::kSigned:
      return "7";
    case events::FieldForm::kDuration:
      return "90s";
    case events::FieldForm::kFlag:
      return "";
    default:
      return "some";
  }
}

TEST_F(PutE2e, EveryOptionOfADefinitionSetsItsMember) {
  std::vector<std::string> words{"definition", "put", "all"};
  for (const events::Field& field : events::kDefinitionFields) {
    if (!field.option.empty()) {
      words.emplace_back(field.option);
      if (const std::string value = sample_of(field); !value.empty()) {
        words.push_back(value);
      }
    }
  }
  (void)put(words);
  for (const events::Field& field : events::kDefinitionFields) {
    if (!field.option.empty()) {
      const std::string value = sample_of(field);
      EXPECT_EQ(shown("definition", "all", std::string(field.name)), value.empty() ? "true" : value)
          << field.name;
    }
  }
}

TEST_F(PutE2e, ADefinitionThatIsNotThereIsCreated) {
  const auto made = put({"definition", "put", "new", "--component", "c", "--reset", "timeout"});
  EXPECT_EQ(cell(made, "componentId"), "c");
  const Ran bare = ask(server_, {"definition", "put", "bare", "--paused"});
  EXPECT_EQ(bare.code, 2);
  EXPECT_THAT(bare.err, HasSubstr("componentId"));
}

TEST_F(PutE2e, WhatIsSetAndResetIsRefused) {
  EXPECT_THAT(ask(server_, {"definition", "put", "d", "--component", "c", "--timeout", "5s",
                            "--reset", "timeout"})
                  .err,
              HasSubstr("'timeout' is set as well"));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"definition", "put", "d", "--reset", "timeuot"},
        {"definition", "put", "d", "--json", "-", "--reset", "timeout"},
        {"component", "put", "c", "--reset", "runtime"},
        {"rule", "put", "r", "--parameters", "{}"}}) {
    EXPECT_EQ(ask(server_, words).code, 2) << words[0];
  }
}

TEST_F(PutE2e, AComponentKeepsWhatIsNotNamed) {
  const std::string whole = directory_.write(
      "c.json", R"({"runtime":"exec","command":["cat"],"timeout":"90s","displayName":"C",
                    "description":"what it does","componentVersion":"1"})");
  put({"component", "put", "c", "--json", whole});
  put({"component", "put", "c", "--component-version", "2", "--reset", "description"});
  EXPECT_EQ(shown("component", "c", "componentVersion"), "2");
  EXPECT_EQ(shown("component", "c", "description"), "");
  EXPECT_EQ(shown("component", "c", "displayName"), "C");
  EXPECT_EQ(shown("component", "c", "timeout"), "90s");
  EXPECT_EQ(shown("component", "c", "command"), R"(["cat"])");
  const Ran ran = run_line({"--server", server_.address(), "component", "put", "c", "--runtime",
                            "exec", "--", "wc", "-w"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(shown("component", "c", "timeout"), "90s");
  EXPECT_EQ(shown("component", "c", "command"), R"(["wc","-w"])");
  // Of another runtime it is another component.
  put({"component", "put", "c", "--runtime", "worker"});
  EXPECT_EQ(shown("component", "c", "runtime"), "worker");
  EXPECT_EQ(shown("component", "c", "displayName"), "C");
  EXPECT_EQ(shown("component", "c", "command"), "");
  const std::string code = directory_.write("m.hrc", "from 1\n");
  put({"component", "put", "m.hrc", "--code-file", code});
  put({"component", "put", "m.hrc", "--display-name", "M"});
  EXPECT_EQ(shown("component", "m.hrc", "code"), "from 1\n");
  EXPECT_EQ(ask(server_, {"component", "check", "m.hrc", "--display-name", "N"}).code, 0);
}

TEST_F(PutE2e, ARuleKeepsWhatIsNotNamed) {
  const std::string code = directory_.write("r.hrule", "param input: OnJobCompleted\nfrom []\n");
  put({"component", "put", "r.hrule", "--code-file", code});
  put({"component", "put", "s.hrule", "--code-file", code});
  put({"rule", "put", "r", "--component", "r.hrule", "--display-name", "R"});
  put({"rule", "put", "r", "--component", "s.hrule"});
  EXPECT_EQ(shown("rule", "r", "displayName"), "R");
  put({"rule", "put", "r", "--reset", "displayName"});
  EXPECT_EQ(shown("rule", "r", "displayName"), "");
  EXPECT_THAT(shown("rule", "r", "components"), HasSubstr("s.hrule"));
}

}  // namespace
}  // namespace daybook::cli
