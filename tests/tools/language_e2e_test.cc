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
  EXPECT_EQ(run_line({"component", "check", file}).code, 0);
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
