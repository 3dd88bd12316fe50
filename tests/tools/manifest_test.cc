#include "tools/daybook/manifest.h"

#include <sys/stat.h>

#include <sstream>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/temp_directory.h"
#include "tools/daybook/manifest_fields.h"

namespace daybook::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Manifest manifest_of(const std::string& text, const fs::path& directory = ".",
                     ManifestOptions options = {}) {
  Manifest manifest;
  read_manifest(text, "m.yaml", directory, options, manifest);
  return manifest;
}

// "m.yaml:3 REASON", one a line: what the table below compares with.
std::string problems(const Manifest& manifest) {
  std::string out;
  for (const Error& problem : manifest.problems) {
    out += problem.field + " " + problem.reason + "\n";
  }
  return out;
}

TEST(Manifest, PageExampleIsReadWithItsCodeInlined) {
  const TempDirectory directory;
  directory.write("process-orders.hreactor", "from 1\n");
  const Manifest manifest = manifest_of(
      "uri: /resources/components/process-orders.hreactor\n"
      "spec:\n"
      "  codeFile: process-orders.hreactor\n"
      "---\n"
      "# the wrapper\n"
      "uri: /resources/job-definitions/nightly-order-processing\n"
      "spec:\n"
      "  componentId: process-orders.hreactor\n"
      "---\n"
      "\n",
      directory.path());
  EXPECT_EQ(problems(manifest), "");
  ASSERT_EQ(manifest.resources.size(), 2U);
  EXPECT_EQ(manifest.resources[0].kind, ResourceKind::kComponent);
  EXPECT_EQ(manifest.resources[0].id, "process-orders.hreactor");
  EXPECT_EQ(boost::json::serialize(manifest.resources[0].spec), R"({"code":"from 1\n"})");
  EXPECT_EQ(manifest.resources[1].kind, ResourceKind::kDefinition);
  EXPECT_EQ(manifest.resources[1].place, "m.yaml:6");
}

TEST(Manifest, EveryFieldKeepsItsType) {
  const Manifest manifest = manifest_of(
      "uri: /resources/job-definitions/full\n"
      "spec:\n"
      "  componentId: c\n"
      "  displayName: 7\n"
      "  retry:\n"
      "    maxAttempts: 5\n"
      "    backoff: {initial: 2s, factor: 1.5, max: 1m, jitter: 0}\n"
      "  timeout: 90s\n"
      "  concurrency: 3\n"
      "  rateLimit: {count: 10, per: 1m}\n"
      "  priority: -4\n"
      "  paused: true\n");
  EXPECT_EQ(problems(manifest), "");
  ASSERT_EQ(manifest.resources.size(), 1U);
  const auto& spec = manifest.resources[0].spec;
  EXPECT_EQ(spec.at("displayName"), "7");
  EXPECT_EQ(spec.at("retry").at("maxAttempts"), 5);
  EXPECT_EQ(spec.at("retry").at("backoff").at("factor"), 1.5);
  EXPECT_EQ(spec.at("timeout"), "90s");
  EXPECT_EQ(spec.at("priority"), -4);
  EXPECT_EQ(spec.at("paused"), true);
}

TEST(Manifest, ExecCommandTakesFilesAsArguments) {
  const TempDirectory directory;
  directory.write("run.py", "print(1)\n");
  const Manifest manifest = manifest_of(
      "uri: /resources/components/run\n"
      "spec:\n"
      "  runtime: exec\n"
      "  command: [python3, -c, {codeFile: run.py}, 5]\n",
      directory.path());
  EXPECT_EQ(problems(manifest), "");
  ASSERT_EQ(manifest.resources.size(), 1U);
  EXPECT_EQ(boost::json::serialize(manifest.resources[0].spec.at("command")),
            R"(["python3","-c","print(1)\n","5"])");
}

struct RefusedManifest {
  const char* name;
  const char* text;
  const char* problems;
};

class ManifestRefusals : public testing::TestWithParam<RefusedManifest> {};

TEST_P(ManifestRefusals, NameTheLineAndTheReason) {
  EXPECT_EQ(problems(manifest_of(GetParam().text)), GetParam().problems) << GetParam().text;
}

constexpr RefusedManifest kRefusedManifests[] = {
    {"OutOfRange",
     "uri: /resources/job-definitions/a\nspec:\n  componentId: c\n  concurrency: 0\n"
     "  retry: {maxAttempts: 0,\n    backoff: {jitter: 2}}\n  retention: 99999d\n",
     "m.yaml:5 INVALID_FIELD\nm.yaml:6 INVALID_FIELD\nm.yaml:4 INVALID_FIELD\n"
     "m.yaml:7 INVALID_FIELD\n"},
    {"FaultyOnFailure",
     "uri: /resources/job-definitions/a\nspec:\n  componentId: c\n  onFailure:\n"
     "  - effect: nonsense\n",
     "m.yaml:5 EFFECT_NOT_SUPPORTED\n"},
    {"ComponentTwiceInARule",
     "uri: /resources/rules/a\nspec:\n  components:\n  - componentId: c\n  - componentId: c\n",
     "m.yaml:5 REPEATED_COMPONENT\n"},
    {"TabIndent", "uri: /resources/job-definitions/a\nspec:\n\tcomponentId: c\n",
     "m.yaml:3 BAD_YAML\n"},
    {"UnclosedMap", "uri: /resources/job-definitions/a\nspec: {componentId: c\n",
     "m.yaml:3 BAD_YAML\n"},
    // yaml-cpp takes a quote that is never closed for closed at the end.
    {"UnclosedQuote", "uri: /resources/job-definitions/a\nspec:\n  componentId: \"c\n",
     "m.yaml:3 BAD_ID\n"},
    {"NotAMap", "- 1\n- 2\n", "m.yaml:1 NOT_A_RESOURCE\n"},
    {"Scalar", "hello\n", "m.yaml:1 NOT_A_RESOURCE\n"},
    {"UnknownClass", "uri: /resources/registry/r\nspec: {}\n", "m.yaml:1 UNKNOWN_CLASS\n"},
    {"NoResource", "---\n\nuri: /things/x\nspec: {}\n", "m.yaml:3 BAD_URI\n"},
    {"EmptyId", "uri: /resources/components/\nspec: {}\n", "m.yaml:1 BAD_ID\n"},
    {"ClimbingId", "uri: /resources/components/a/../b\nspec: {}\n", "m.yaml:1 BAD_ID\n"},
    {"EmptyPartOfAnId", "uri: /resources/job-definitions/a//b\nspec: {componentId: c}\n",
     "m.yaml:1 BAD_ID\n"},
    {"NoUri", "spec: {componentId: c}\n", "m.yaml:1 MISSING_KEY\n"},
    {"NoSpec", "uri: /resources/job-definitions/a\n", "m.yaml:1 MISSING_KEY\n"},
    {"SpecNotAMap", "uri: /resources/job-definitions/a\nspec: 3\n", "m.yaml:2 MISSING_KEY\n"},
    {"ForgottenSeparator",
     "uri: /resources/job-definitions/a\nspec: {componentId: c}\n"
     "uri: /resources/job-definitions/b\nspec: {componentId: c}\n",
     "m.yaml:3 REPEATED_KEY\nm.yaml:4 REPEATED_KEY\n"},
    {"UnknownTopKey", "uri: /resources/job-definitions/a\nspec: {componentId: c}\nvars: {}\n",
     "m.yaml:3 UNKNOWN_KEY\n"},
    {"UnknownSpecKey", "uri: /resources/job-definitions/a\nspec:\n  componentId: c\n  cron: x\n",
     "m.yaml:4 UNKNOWN_KEY\n"},
    {"UnknownNestedKey",
     "uri: /resources/job-definitions/a\nspec:\n  componentId: c\n  retry:\n    times: 3\n",
     "m.yaml:5 UNKNOWN_KEY\n"},
    {"RepeatedSpecKey",
     "uri: /resources/job-definitions/a\nspec:\n  componentId: c\n  componentId: d\n",
     "m.yaml:4 REPEATED_KEY\n"},
    {"MissingComponent", "uri: /resources/job-definitions/a\nspec:\n  paused: true\n",
     "m.yaml:3 MISSING_KEY\n"},
    {"BadDuration", "uri: /resources/job-definitions/a\nspec:\n  componentId: c\n  timeout: soon\n",
     "m.yaml:4 BAD_VALUE\n"},
    {"BadNumber", "uri: /resources/job-definitions/a\nspec:\n  componentId: c\n  concurrency: 3x\n",
     "m.yaml:4 BAD_VALUE\n"},
    {"BadBoolean", "uri: /resources/job-definitions/a\nspec:\n  componentId: c\n  paused: maybe\n",
     "m.yaml:4 BAD_VALUE\n"},
    {"ListForText", "uri: /resources/job-definitions/a\nspec:\n  componentId: [c]\n",
     "m.yaml:3 BAD_VALUE\n"},
    {"MapForCommand", "uri: /resources/components/a\nspec:\n  command: {a: b}\n",
     "m.yaml:3 BAD_VALUE\n"},
    {"CodeTwice", "uri: /resources/components/a\nspec:\n  code: x\n  codeFile: missing\n",
     "m.yaml:4 CODE_FILE\nm.yaml:3 CODE_TWICE\n"},
    {"MissingCodeFile", "uri: /resources/components/a\nspec:\n  codeFile: missing\n",
     "m.yaml:3 CODE_FILE\n"},
    {"SameUriTwice",
     "uri: /resources/job-definitions/a\nspec: {componentId: c}\n---\n"
     "uri: /resources/job-definitions/a\nspec: {componentId: d}\n",
     "m.yaml:4 REPEATED_URI\n"},
    {"SeveralProblemsAtOnce",
     "uri: /resources/job-definitions/a\nspec: {cron: 1}\n---\nuri: /resources/registry/r\nspec: "
     "{}\n",
     "m.yaml:2 UNKNOWN_KEY\nm.yaml:2 MISSING_KEY\nm.yaml:4 UNKNOWN_CLASS\n"},
    {"NotUtf8", "uri: a\nspec: \xff\n", "m.yaml:2 NOT_UTF8\n"},
};

INSTANTIATE_TEST_SUITE_P(Table, ManifestRefusals, testing::ValuesIn(kRefusedManifests),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Manifest, RepeatedUriNamesBothLines) {
  const Manifest manifest = manifest_of(
      "uri: /resources/job-definitions/a\nspec: {componentId: c}\n---\n"
      "uri: /resources/job-definitions/a\nspec: {componentId: d}\n");
  ASSERT_EQ(manifest.problems.size(), 1U);
  EXPECT_EQ(manifest.problems[0].field, "m.yaml:4");
  EXPECT_THAT(manifest.problems[0].message, HasSubstr("m.yaml:1"));
}

TEST(Manifest, AliasesOfAliasesEndAtTheLimit) {
  std::string text = "uri: /resources/components/a\nspec:\n  command:\n";
  text = "x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n";
  for (int i = 1; i < 12; ++i) {
    text += "x" + std::to_string(i) + ": &x" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) {
      text += (j == 0 ? "*x" : ", *x") + std::to_string(i - 1);
    }
    text += "]\n";
  }
  // Reading must end quickly, whatever it says.
  EXPECT_FALSE(manifest_of(text).problems.empty());
}

TEST(Manifest, TooManyValuesAreRefused) {
  std::string text = "uri: /resources/components/a\nspec:\n  command:\n";
  for (std::size_t i = 0; i <= kManifestValuesMax; ++i) {
    text += "  - a\n";
  }
  EXPECT_THAT(problems(manifest_of(text)), HasSubstr("TOO_MANY_VALUES"));
}

TEST(Manifest, DeepNestingIsRefused) {
  EXPECT_THAT(problems(manifest_of("uri: " + std::string(100'000, '['))), HasSubstr("BAD_YAML"));
  // The library finds documents in it without end.
  EXPECT_THAT(problems(manifest_of(",")), HasSubstr("m.yaml:1 BAD_YAML"));
}

TEST(Manifest, SizeLimitIsKept) {
  EXPECT_EQ(problems(manifest_of(std::string(kManifestBytesMax + 1, '#'))),
            "m.yaml:1 MANIFEST_TOO_LARGE\n");
}

TEST(Manifest, TooManyDocumentsAreRefused) {
  std::string text;
  for (std::size_t i = 0; i <= kManifestDocumentsMax; ++i) {
    text += "---\na\n";
  }
  EXPECT_EQ(problems(manifest_of(text)), "m.yaml:1 TOO_MANY_DOCUMENTS\n");
}

TEST(Manifest, StandardInputIsReadForADash) {
  std::istringstream in("uri: /resources/job-definitions/a\nspec: {componentId: c}\n");
  Manifest manifest;
  read_manifest_file("-", in, {}, manifest);
  EXPECT_EQ(problems(manifest), "");
  EXPECT_EQ(manifest.resources.size(), 1U);
}

TEST(Manifest, AMissingFileIsNamed) {
  std::istringstream in;
  Manifest manifest;
  read_manifest_file("no/such/file.yaml", in, {}, manifest);
  ASSERT_EQ(manifest.problems.size(), 1U);
  EXPECT_EQ(manifest.problems[0].field, "no/such/file.yaml");
  EXPECT_EQ(manifest.problems[0].code, Code::kNotFound);
}

class CodeFile : public testing::Test {
 protected:
  CodeFile() {
    fs::create_directories(root_ / "in");
    directory_.write("in/code.txt", "inside");
    directory_.write("out.txt", "outside");
  }
  std::string read(const std::string& name, bool allow_outside = false) {
    const auto text = read_code_file(root_ / "in", name, allow_outside, 100);
    return text ? *text : text.error().reason;
  }
  const TempDirectory directory_;
  const fs::path root_ = directory_.path();
};

TEST_F(CodeFile, InsideIsRead) {
  EXPECT_EQ(read("code.txt"), "inside");
  EXPECT_EQ(read("./../in/code.txt"), "inside");
}

TEST_F(CodeFile, ClimbingOutIsRefusedUnlessAllowed) {
  EXPECT_EQ(read("../out.txt"), "CODE_FILE_OUTSIDE");
  EXPECT_EQ(read((root_ / "out.txt").string()), "CODE_FILE_OUTSIDE");
  EXPECT_EQ(read("../out.txt", true), "outside");
}

TEST_F(CodeFile, ALinkThatLeadsOutIsRefused) {
  fs::create_symlink("../out.txt", root_ / "in" / "link.txt");
  fs::create_symlink("code.txt", root_ / "in" / "near.txt");
  EXPECT_EQ(read("link.txt"), "CODE_FILE_OUTSIDE");
  EXPECT_EQ(read("near.txt"), "inside");
}

TEST_F(CodeFile, ASiblingWithTheSamePrefixIsOutside) {
  fs::create_directories(root_ / "in-other");
  directory_.write("in-other/code.txt", "other");
  EXPECT_EQ(read("../in-other/code.txt"), "CODE_FILE_OUTSIDE");
}

TEST_F(CodeFile, OnlyRegularFilesOfBoundedSizeInUtf8) {
  EXPECT_EQ(read("."), "CODE_FILE");
  ASSERT_EQ(::mkfifo((root_ / "in" / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(read("pipe"), "CODE_FILE");
  directory_.write("in/large.txt", std::string(101, 'a'));
  EXPECT_EQ(read("large.txt"), "CODE_FILE_TOO_LARGE");
  directory_.write("in/binary", "\xfe\xff");
  EXPECT_EQ(read("binary"), "CODE_FILE");
}

TEST(ManifestFields, DefaultsAndSpellingsDoNotCountAsDifferences) {
  const auto fields = fields_of(ResourceKind::kDefinition);
  const auto short_form = boost::json::parse(R"({"componentId":"c","timeout":"90s"})").get_object();
  const auto long_form =
      boost::json::parse(R"({"jobDefinitionId":"d","componentId":"c","displayName":"",
        "retry":{"maxAttempts":1,"backoff":{"initial":"1s","factor":2.0,"max":"1h","jitter":0.1}},
        "timeout":"PT1M30S","leaseDuration":null,"paused":false,"retention":"14d","seq":9})")
          .get_object();
  EXPECT_EQ(normalized(short_form, fields), normalized(long_form, fields));
  const auto other = boost::json::parse(R"({"componentId":"c","timeout":"91s"})").get_object();
  EXPECT_NE(normalized(short_form, fields), normalized(other, fields));
}

TEST(ManifestFields, NamesOfTheReactorRuntimeAreOne) {
  const auto fields = fields_of(ResourceKind::kComponent);
  const boost::json::object reactor{{"runtime", "reactor"}};
  for (const char* name : {"rule", "discount"}) {
    EXPECT_EQ(normalized({{"runtime", name}}, fields), normalized(reactor, fields));
  }
  EXPECT_NE(normalized({{"runtime", "exec"}}, fields), normalized(reactor, fields));
}

TEST(Manifest, IdsOfRulesAndDefinitionsMayHoldSlashes) {
  const Manifest manifest = manifest_of(
      "uri: /resources/rules/orderManagement/reserveStock\nspec: {componentId: a.hrule}\n---\n"
      "uri: /resources/job-definitions/a/b\nspec: {componentId: c}\n");
  EXPECT_EQ(problems(manifest), "");
  ASSERT_EQ(manifest.resources.size(), 2U);
  EXPECT_EQ(manifest.resources[0].id, "orderManagement/reserveStock");
  const Manifest bad = manifest_of("uri: /resources/rules/a//b\nspec: {componentId: a.hrule}\n");
  ASSERT_EQ(bad.problems.size(), 1U);
  EXPECT_THAT(bad.problems[0].message, HasSubstr("'a//b' is no id of a rule"));
}

TEST(Manifest, WhatADefinitionNamesWithoutAValueIsANull) {
  const Manifest manifest = manifest_of(
      "uri: /resources/job-definitions/d\n"
      "spec: {componentId: c, concurrency: , retry: {maxAttempts: }}\n---\n"
      "uri: /resources/components/c\nspec: {runtime: exec, command: [cat], env: }\n");
  EXPECT_EQ(problems(manifest), "");
  EXPECT_EQ(boost::json::serialize(manifest.resources[0].spec),
            R"({"componentId":"c","concurrency":null,"retry":{"maxAttempts":null}})");
  EXPECT_EQ(boost::json::serialize(manifest.resources[1].spec),
            R"({"runtime":"exec","command":["cat"]})");
}

TEST(Manifest, RulesAreReadInBothForms) {
  const Manifest manifest = manifest_of(
      "uri: /resources/rules/short\n"
      "spec:\n"
      "  displayName: Short\n"
      "  componentId: a.hrl\n"
      "  parameters: {delay: '15', n: 15, f: 1.5, yes: true, s: \"true\", none: ~, l: [a, 1]}\n"
      "---\n"
      "uri: /resources/rules/long\n"
      "spec:\n"
      "  components:\n"
      "    - componentId: x/a.hrule\n"
      "    - componentId: b.hrule\n"
      "      parameters: {to: {name: n}}\n");
  EXPECT_EQ(problems(manifest), "");
  ASSERT_EQ(manifest.resources.size(), 2U);
  EXPECT_EQ(manifest.resources[0].kind, ResourceKind::kRule);
  EXPECT_EQ(boost::json::serialize(manifest.resources[0].spec),
            R"({"displayName":"Short","components":[{"componentId":"a.hrl","parameters":)"
            R"({"delay":"15","n":15,"f":1.5E0,"yes":true,"s":"true","none":null,"l":["a",1]}}]})");
  EXPECT_EQ(boost::json::serialize(manifest.resources[1].spec),
            R"({"components":[{"componentId":"x/a.hrule"},{"componentId":"b.hrule",)"
            R"("parameters":{"to":{"name":"n"}}}]})");
  const auto fields = fields_of(ResourceKind::kRule);
  EXPECT_EQ(normalized(manifest.resources[1].spec, fields),
            normalized(boost::json::parse(R"({"ruleId":"long","displayName":null,"components":[)"
                                          R"({"componentId":"x/a.hrule","parameters":{}},)"
                                          R"({"parameters":{"to":{"name":"n"}},)"
                                          R"("componentId":"b.hrule"}],"seq":7})")
                           .as_object(),
                       fields));
}

TEST(Manifest, RulesInNeitherFormAreRefused) {
  for (const char* spec :
       {"displayName: n", "components: [{componentId: a}]\n  componentId: a",
        "components: [{componentId: a}]\n  parameters: {}", "components: {componentId: a}",
        "components: [a]", "components: [{parameters: {}}]",
        "componentId: a\n  parameters: text"}) {
    const Manifest manifest =
        manifest_of("uri: /resources/rules/r\nspec:\n  " + std::string(spec) + "\n");
    EXPECT_NE(problems(manifest), "") << spec;
  }
}

}  // namespace
}  // namespace daybook::cli
