// What a server says of components in the language: where their faults are, what is checked before
// the first run, and what becomes of jobs whose queries fail.
#include <fstream>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/server_commands.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;

class LanguageE2e : public testing::Test {
 protected:
  std::string write(const std::string& id, const std::string& code) {
    const auto path = directory_.path() / id;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << code;
    return path.string();
  }
  Ran put(const std::string& id, const std::string& code) {
    return ask(server_, {"component", "put", id, "--code-file", write(id, code)});
  }
  static std::string warnings(const Ran& ran) {
    const auto value = parse_json(ran.out, "");
    EXPECT_TRUE(value) << ran.out << ran.err;
    return value ? boost::json::serialize(value->at("warnings")) : "";
  }
  const TempDirectory directory_;
  ServerProcess server_{(directory_.path() / "data").string()};
};

TEST_F(LanguageE2e, AFaultIsShownAtItsPlace) {
  const Ran ran = put("x.hrc", "let a = 1\nfrom a + nobody\n");
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("UNKNOWN_NAME: x.hrc:2:10: there is no 'nobody' here\n"
                                 "  from a + nobody\n"
                                 "           ^"));
}

TEST_F(LanguageE2e, FiltersAndSetsAreCheckedBeforeTheFirstRun) {
  const std::string code =
      "from query jobs(jobId) filter 'statsu == pending' match\n"
      "  QueryError |> []\n  (r) |> r count\n";
  EXPECT_THAT(put("x.hrc", code).err, HasSubstr("there is no field 'statsu'"));
  const std::string file = write("y.hrc", code);
  EXPECT_THAT(run_line({"component", "check", file}).err, HasSubstr("there is no field 'statsu'"));
  const Ran asked = ask(server_, {"component", "check", file, "--ask-server"});
  EXPECT_EQ(asked.code, 2);
  EXPECT_THAT(asked.err, HasSubstr("there is no field 'statsu'"));
  write("lib.module.hrc", "export let n = 1\n");
  const std::string fine =
      write("z.hrc",
            "import { n } from 'lib.module.hrc'\nfrom n\nfrom query jobs match\n"
            "  QueryError |> 0\n  (r) |> r count\n");
  EXPECT_EQ(ask(server_, {"component", "check", fine, "--ask-server"}).code, 0);
}

TEST_F(LanguageE2e, ThoseThatImportAModuleAreNamedWhenTheyBreak) {
  EXPECT_EQ(warnings(put("m/a.module.hrc", "export let one = 1\n")), "[]");
  EXPECT_EQ(warnings(put("m/b.hrc", "import { one } from 'a.module.hrc'\nfrom one + 1\n")), "[]");
  EXPECT_EQ(warnings(put("m/a.module.hrc", "export let one = 2\n")), "[]");
  const std::string broken = warnings(put("m/a.module.hrc", "export let two = 2\n"));
  EXPECT_THAT(broken, HasSubstr(R"("code":"IMPORTER_BROKEN","message":"m/b.hrc imports it)"));
  EXPECT_THAT(broken, HasSubstr(R"("componentId":"m/b.hrc")"));
  EXPECT_EQ(warnings(put("m/a.module.hrc", "export let one = 2\n")), "[]");
  EXPECT_THAT(warnings(ask(server_, {"component", "delete", "m/a.module.hrc"})),
              HasSubstr("UNKNOWN_MODULE"));
}

// When the change of a module is answered, jobs of those that import it are checked by what it says
// now, and the log tells why.
TEST_F(LanguageE2e, WhatAModuleSaysIsWhatItsImportersTake) {
  ASSERT_EQ(put("m/t.module.hrc", "export let T: number\n").code, 0);
  const std::string code = "import { T } from 't.module.hrc'\nparam p: T\nparam q = 'x'\nfrom p\n";
  ASSERT_EQ(put("m/i.hrc", code).code, 0);
  ASSERT_EQ(ask(server_, {"definition", "put", "i", "--component", "m/i.hrc", "--paused"}).code, 0);
  const auto shown = answer(server_, {"component", "get", "m/i.hrc"});
  EXPECT_EQ(boost::json::serialize(shown.at("parameters")),
            R"([{"name":"p","type":"number","required":true},)"
            R"({"name":"q","type":"value","required":false,"default":"'x'"}])");
  const auto run = [&](const std::string& parameters) {
    return ask(server_, {"job", "run", "i", "--param", "p=" + parameters});
  };
  EXPECT_EQ(run("1").code, 0);
  const Ran refused = run("monday");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, testing::AllOf(HasSubstr("parameters.p"), HasSubstr("must be number")));
  ASSERT_EQ(put("m/t.module.hrc", "export let T: 'monday' | 'friday'\n").code, 0);
  EXPECT_EQ(run("monday").code, 0);
  EXPECT_EQ(run("1").code, 2);
  const auto events =
      answer(server_, {"event", "list", "--type", "ContractDerived", "--limit", "10"});
  EXPECT_THAT(boost::json::serialize(events), HasSubstr("'monday' | 'friday'"));
  ASSERT_EQ(ask(server_, {"component", "delete", "m/t.module.hrc"}).code, 0);
  EXPECT_TRUE(answer(server_, {"component", "get", "m/i.hrc"}).at("parameters").is_null());
  EXPECT_EQ(run("1").code, 0);  // nothing is known any more: the run says what is wrong
}

// A module that changes a type changes what its importers take: what names them is told of too.
TEST_F(LanguageE2e, WhatRunsAnImporterIsNamedWhenTheModuleChanges) {
  ASSERT_EQ(put("m/t.module.hrc", "export let T: number\n").code, 0);
  ASSERT_EQ(put("m/i.hrc", "import { T } from 't.module.hrc'\nparam p: T\nfrom p\n").code, 0);
  ASSERT_EQ(ask(server_, {"definition", "put", "i", "--component", "m/i.hrc"}).code, 0);
  const auto job = answer(server_, {"job", "run", "i", "--run-at", "+1h", "--param", "p=1"});
  ASSERT_EQ(put("m/r.hrule",
                "import { T } from 't.module.hrc'\n"
                "param input: OnJobCompleted\nparam p: T\nfrom []\n")
                .code,
            0);
  ASSERT_EQ(
      ask(server_, {"rule", "put", "r", "--component", "m/r.hrule", "--parameters", R"({"p":1})"})
          .code,
      0);
  EXPECT_EQ(warnings(put("m/t.module.hrc", "export let T: number | text\n")), "[]");
  EXPECT_THAT(
      warnings(put("m/t.module.hrc", "export let T: instant\n")),
      testing::AllOf(HasSubstr("m/i.hrc, which imports it, refuses the parameters of the pending"),
                     HasSubstr(std::string(job.at("jobId").as_string())),
                     HasSubstr(R"("jobDefinitionId":"i")"),
                     HasSubstr("cannot run m/r.hrule, which imports it,"),
                     HasSubstr(R"("ruleId":"r")")));
}

TEST_F(LanguageE2e, WhatRunsAComponentIsNamedWhenItIsRefused) {
  ASSERT_EQ(put("d.hrc", "param n: number\nfrom n\n").code, 0);
  ASSERT_EQ(ask(server_, {"definition", "put", "d", "--component", "d.hrc"}).code, 0);
  const auto job = answer(server_, {"job", "run", "d", "--run-at", "+1h", "--param", "n=1"});
  EXPECT_EQ(warnings(put("d.hrc", "param n: number\nfrom n + 1\n")), "[]");
  EXPECT_THAT(warnings(put("d.hrc", "param n: instant\nfrom n\n")),
              testing::AllOf(HasSubstr("PARAMETERS_REFUSED"),
                             HasSubstr(std::string(job.at("jobId").as_string())),
                             HasSubstr(R"("jobDefinitionId":"d")")));
  ASSERT_EQ(put("r.hrule", "param input: OnJobCompleted\nparam n: number\nfrom []\n").code, 0);
  ASSERT_EQ(
      ask(server_, {"rule", "put", "r", "--component", "r.hrule", "--parameters", R"({"n":1})"})
          .code,
      0);
  EXPECT_EQ(warnings(put("r.hrule", "param input: OnJobFailed\nparam n = 2\nfrom []\n")), "[]");
  EXPECT_THAT(warnings(put("r.hrule", "param input: OnJobFailed\nparam m: number\nfrom []\n")),
              testing::AllOf(HasSubstr("RULE_BROKEN"), HasSubstr(R"("ruleId":"r")")));
  EXPECT_THAT(warnings(put("r.hrule", "from 1\n")), HasSubstr("Takes no event"));
  EXPECT_THAT(warnings(ask(server_, {"component", "delete", "r.hrule"})),
              HasSubstr(R"("code":"COMPONENT_NOT_FOUND")"));
  EXPECT_THAT(warnings(ask(server_, {"component", "delete", "d.hrc"})),
              HasSubstr(R"("jobDefinitionId":"d")"));
}

TEST_F(LanguageE2e, AComponentThatGivesNothingIsStoredWithAWarning) {
  EXPECT_THAT(warnings(put("x.hrc", "let a = 1\n")), HasSubstr("GIVES_NOTHING"));
  EXPECT_EQ(warnings(put("x.hrc", "from 1\n")), "[]");
  EXPECT_THAT(warnings(ask(server_, {"component", "check", "y.hrc", "--code-file",
                                     write("y.hrc", "let a = 1\n")})),
              HasSubstr("GIVES_NOTHING"));
}

// More jobs than one answer holds: the job says so, and so does a run from the command line.
TEST_F(LanguageE2e, AnAnswerThatWasCutIsAWarningOfItsJob) {
  ASSERT_EQ(put("n.hrc", "from 1\n").code, 0);
  ASSERT_EQ(ask(server_, {"definition", "put", "n", "--component", "n.hrc", "--paused"}).code, 0);
  const std::string count =
      "from query jobDefinitions filter 'jobDefinitionId == \"n\"' navigate jobs\n"
      "from query jobs hasMore\n";
  const std::string file = write("c.hrc", count);
  ASSERT_EQ(put("c.hrc", count).code, 0);
  ASSERT_EQ(ask(server_, {"definition", "put", "c", "--component", "c.hrc"}).code, 0);
  const std::vector<std::string> run = {"job", "run", "c", "--wait", "--timeout", "30s"};
  EXPECT_EQ(warnings(ask(server_, run)), "[]");
  for (int i = 0; i < 101; ++i) {
    ASSERT_EQ(ask(server_, {"job", "run", "n"}).code, 0);
  }
  EXPECT_THAT(
      warnings(ask(server_, run)),
      testing::AllOf(HasSubstr("ROWS_CUT"), HasSubstr(R"("of":["jobDefinitions.jobs","jobs"])")));
  const Ran dry = ask(server_, {"component", "run", file, "--ask-server"});
  EXPECT_THAT(dry.out, HasSubstr("true"));
  EXPECT_THAT(dry.err, HasSubstr("jobDefinitions.jobs, jobs"));
}

// The filter is not known before the run, so it is the attempt that fails.
TEST_F(LanguageE2e, AFailedQueryIsNoCompletedJob) {
  ASSERT_EQ(put("q.hrc", "param f = 'statsu == pending'\nfrom query jobs(jobId) filter f\n").code,
            0);
  ASSERT_EQ(ask(server_, {"definition", "put", "q", "--component", "q.hrc"}).code, 0);
  const Ran ran = ask(server_, {"job", "run", "q", "--wait", "--timeout", "30s"});
  EXPECT_NE(ran.code, 0);
  EXPECT_THAT(ran.out, testing::AllOf(HasSubstr("QUERY_FAILED"), HasSubstr("\"snippet\"")));
}

}  // namespace
}  // namespace daybook::cli
