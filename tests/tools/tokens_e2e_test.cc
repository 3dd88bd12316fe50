// A server that asks for tokens, from its first start on, by the commands that its users have.
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/command_line.h"
#include "tests/tools/server_process.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string first_word(const std::string& text) {
  return text.substr(0, text.find_first_of(" \n"));
}

class Tokens : public testing::Test {
 protected:
  void start(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"--access", "tokens"});
    server_ = std::make_unique<ServerProcess>(data_.string(), more);
    ASSERT_FALSE(server_->address().empty());
  }
  Ran as(const std::string& token, std::vector<std::string> words, const std::string& input = {}) {
    std::map<std::string, std::string> variables = {
        {"XDG_CONFIG_HOME", (directory_.path() / "config").string()}};
    if (!token.empty()) {
      variables["DAYBOOK_TOKEN"] = token;
    }
    words.insert(words.end(), {"--server", server_->address()});
    return run_line(std::move(words), "daybook", variables, input);
  }
  std::string made(const std::string& by, const std::string& id,
                   const std::vector<std::string>& permissions) {
    std::vector<std::string> words = {"token", "create", id};
    for (const std::string& permission : permissions) {
      words.insert(words.end(), {"--permission", permission});
    }
    const Ran ran = as(by, words);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return first_word(ran.out);
  }
  std::string owner() const { return first_word(content_of(data_ / "owner-token")); }

  const TempDirectory directory_;
  const fs::path data_ = directory_.path() / "data";
  std::unique_ptr<ServerProcess> server_;
};

TEST_F(Tokens, TheFirstStartLeavesOneForTheOwnerAndTheNextMakesNoOther) {
  start();
  struct stat info = {};
  ASSERT_EQ(::stat((data_ / "owner-token").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  const std::string token = owner();
  const Ran who = as(token, {"token", "whoami", "-o", "table"});
  EXPECT_EQ(who.code, 0) << who.err;
  EXPECT_THAT(who.out, HasSubstr("*:*"));
  fs::remove(data_ / "owner-token");
  EXPECT_EQ(server_->end(SIGTERM), 0);
  start();
  EXPECT_FALSE(fs::exists(data_ / "owner-token"));
  EXPECT_EQ(as(token, {"job", "list"}).code, 0);
}

TEST_F(Tokens, WithoutOneNothingIsToldButThatTheServerIsThere) {
  start();
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"job", "list"}, {"token", "list"}, {"token", "whoami"}, {"log", "head"}}) {
    const Ran ran = as("", words);
    EXPECT_EQ(ran.code, 7);
    EXPECT_THAT(ran.err, HasSubstr("log in with `daybook login`"));
  }
  EXPECT_EQ(as("", {"version", "--of-server"}).code, 0);
}

TEST_F(Tokens, APermissionCoversWhatItNamesAndNoMore) {
  start();
  const std::string by = owner();
  ASSERT_EQ(as(by, {"component", "put", "w", "--runtime", "worker"}).code, 0);
  ASSERT_EQ(as(by, {"definition", "put", "a", "--component", "w"}).code, 0);
  ASSERT_EQ(as(by, {"definition", "put", "b", "--component", "w"}).code, 0);
  const std::string some = made(by, "some", {"jobs/a:read", "jobs/a:write"});
  EXPECT_EQ(as(some, {"job", "run", "a"}).code, 0);
  const Ran other = as(some, {"job", "run", "b"});
  EXPECT_EQ(other.code, 7);
  EXPECT_THAT(other.err, HasSubstr("jobs/b:write"));
  const Ran definitions = as(some, {"definition", "list"});
  EXPECT_EQ(definitions.code, 7);
  EXPECT_THAT(definitions.err, HasSubstr("job-definitions:read"));
  EXPECT_EQ(as(by, {"job", "run", "b"}).code, 0);
  const Ran jobs = as(some, {"job", "list", "-o", "json"});
  EXPECT_THAT(jobs.out, HasSubstr("\"totalCount\": 1"));
  EXPECT_THAT(jobs.out, HasSubstr("\"createdBy\": \"some\""));
}

TEST_F(Tokens, NobodyGivesWhatHeDoesNotHave) {
  start();
  const std::string maker = made(owner(), "maker", {"tokens:write", "tokens:read", "jobs/a:write"});
  const Ran more = as(maker, {"token", "create", "--permission", "jobs:write"});
  EXPECT_EQ(more.code, 7);
  EXPECT_THAT(more.err, HasSubstr("jobs:write"));
  const std::string less = made(maker, "less", {"jobs/a:write"});
  EXPECT_EQ(as(less, {"token", "whoami"}).code, 0);
  EXPECT_EQ(as(less, {"token", "create", "--permission", "jobs/a:write"}).code, 7);
}

TEST_F(Tokens, AListShowsThemAndASecretIsShownOnce) {
  start();
  const std::string by = owner();
  const Ran made_it = as(by, {"token", "create", "ci", "--permission", "jobs:read", "--permission",
                              "rules/a:write", "--expires", "2099-01-01", "--display-name", "CI"});
  ASSERT_EQ(made_it.code, 0) << made_it.err;
  const Ran list = as(by, {"token", "list", "-o", "table"});
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_THAT(list.out, HasSubstr("jobs:read rules/a:write"));
  EXPECT_THAT(list.out, HasSubstr("2099-01-01T00:00:00Z"));
  const Ran json = as(by, {"token", "get", "ci", "-o", "json"});
  EXPECT_THAT(json.out, HasSubstr("\"displayName\": \"CI\""));
  const std::string secret = made_it.out.substr(made_it.out.rfind('_') + 1, 32);
  EXPECT_THAT(json.out, Not(HasSubstr(secret)));
  EXPECT_THAT(as(by, {"event", "list"}).out, Not(HasSubstr(secret)));
  for (const auto& entry : fs::recursive_directory_iterator(data_)) {
    if (entry.is_regular_file()) {
      EXPECT_THAT(content_of(entry.path()), Not(HasSubstr(secret))) << entry.path();
    }
  }
}

TEST_F(Tokens, RotatedAndRevokedOnesAreOverAtOnce) {
  start();
  const std::string by = owner();
  const std::string first = made(by, "ci", {"jobs:read"});
  EXPECT_EQ(as(first, {"job", "list"}).code, 0);
  const std::string second = first_word(as(first, {"token", "rotate", "ci"}).out);
  EXPECT_EQ(as(first, {"job", "list"}).code, 7);
  EXPECT_EQ(as(second, {"job", "list"}).code, 0);
  EXPECT_EQ(as(by, {"token", "revoke", "ci", "-o", "table"}).out, "revoked token ci\n");
  const Ran after = as(second, {"job", "list"});
  EXPECT_EQ(after.code, 7);
  EXPECT_THAT(after.err, HasSubstr("of DAYBOOK_TOKEN"));
  EXPECT_EQ(as(by, {"token", "get", "ci"}).code, 3);
  const std::string id = by.substr(3, by.rfind('_') - 3);
  const Ran last = as(by, {"token", "revoke", id});
  EXPECT_EQ(last.code, 4);
  EXPECT_THAT(last.err, HasSubstr("LAST_OWNER_TOKEN"));
}

TEST_F(Tokens, AJobWhoseOwnerIsGoneFailsWhenItComesDue) {
  start();
  const std::string by = owner();
  ASSERT_EQ(as(by, {"component", "put", "c.hreactor", "--code-file",
                    directory_.write("c.hreactor", "from 1\n")})
                .code,
            0);
  ASSERT_EQ(as(by, {"definition", "put", "d", "--component", "c.hreactor"}).code, 0);
  const std::string ci = made(by, "ci", {"jobs:write", "jobs:read"});
  const Ran run = as(ci, {"job", "run", "d", "--run-at", "+1s", "-o", "table"});
  ASSERT_EQ(run.code, 0) << run.err;
  ASSERT_EQ(as(by, {"token", "revoke", "ci"}).code, 0);
  const std::string job = first_word(run.out);
  EXPECT_EQ(as(by, {"job", "wait", job, "--timeout", "1m"}).code, 9);
  EXPECT_THAT(as(by, {"job", "get", job}).out, HasSubstr("OWNER_GONE"));
}

TEST_F(Tokens, ALoginIsKeptForTheServer) {
  start();
  const std::string by = owner();
  const Ran in = as("", {"login", "-o", "table"}, by + "\n");
  EXPECT_EQ(in.code, 0) << in.err;
  EXPECT_THAT(in.out, HasSubstr(" as owner-"));
  EXPECT_EQ(as("", {"job", "list"}).code, 0);
  EXPECT_EQ(as("", {"logout"}).code, 0);
  EXPECT_EQ(as("", {"job", "list"}).code, 7);
  EXPECT_EQ(as("", {"login"}, "db_nobody_00000000000000000000000000000000\n").code, 7);
}

TEST_F(Tokens, OnlyAServerThatAsksForThemListensBeyondThisMachine) {
  const Ended open = serve_to_its_end(data_.string(), "--listen 0.0.0.0:0");
  EXPECT_EQ(open.code, 2);
  EXPECT_THAT(open.said, HasSubstr("loopback"));
  start({"--listen", "0.0.0.0:0"});
  EXPECT_THAT(server_->first_line(), HasSubstr("listening on http://0.0.0.0:"));
  EXPECT_EQ(as(owner(), {"job", "list"}).code, 0);
}

}  // namespace
}  // namespace daybook::cli
