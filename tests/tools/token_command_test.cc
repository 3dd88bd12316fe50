// Which token a command sends and to whom, and what the commands about tokens ask and print:
// against a server that answers as the test says.
#include <sys/stat.h>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/components/http_server.h"
#include "tests/tools/command_line.h"
#include "tests/tools/temp_directory.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kMine = "db_mine_0123456789abcdefghjkmnpqrstvwxyz";
const std::string kOther = "db_other_zyxwvtsrqpnmkjhgfedcba9876543210";
const std::string kUnauthorized =
    R"({"status":401,"errors":[{"code":"UNAUTHORIZED","message":"no valid token"}]})";

// Its url() has a path behind it.
std::string address_of(const components::HttpServer& server) {
  return "http://127.0.0.1:" + std::to_string(server.port());
}

class TokenCommands : public testing::Test {
 protected:
  // What the server answers: everybody's list is empty, and every token is known.
  std::string respond(const components::SeenRequest& request) const {
    if (!accepted_.empty() && request.header("Authorization") != "Bearer " + accepted_) {
      return components::answer("401 Unauthorized", kUnauthorized);
    }
    if (request.head.starts_with("GET /resources/tokens/self")) {
      return components::answer(
          "200 OK", R"({"access":")" + access_ + R"(","actor":"mine","permissions":["*:*"]})");
    }
    if (request.head.starts_with("POST /resources/tokens")) {
      return components::answer("201 Created", R"({"tokenId":"ci","token":")" + made_ + "\"}");
    }
    if (request.head.starts_with("GET /resources/tokens?")) {
      return components::answer(
          "200 OK",
          R"({"tokens":[{"tokenId":"ci","permissions":["jobs:read","rules/a:write"],)"
          R"("expiresAt":"2027-01-01T00:00:00Z","createdBy":"mine"}],"lastCursor":null})");
    }
    return components::answer("200 OK", R"({"jobs":[],"lastCursor":null})");
  }

  Ran line(std::vector<std::string> words, const std::string& input = {}, bool terminal = false) {
    words.insert(words.end(), {"--server", address()});
    variables_["XDG_CONFIG_HOME"] = (directory_.path() / "config").string();
    return run_line(std::move(words), "daybook", variables_, input, terminal);
  }
  std::string address() const { return address_of(server_); }
  std::string sent() const {
    const auto seen = server_.seen();
    return seen.empty() ? "nothing" : seen.back().header("Authorization");
  }
  std::string body() const { return server_.seen().back().body; }

  std::string accepted_;
  std::string made_ = kOther;
  std::string access_ = "tokens";
  const TempDirectory directory_;
  std::map<std::string, std::string> variables_;
  components::HttpServer server_{
      [this](const components::SeenRequest& request) { return respond(request); }};
};

TEST_F(TokenCommands, TheFileGoesBeforeTheVariableAndThatBeforeTheLogin) {
  EXPECT_EQ(line({"job", "list"}).code, 0);
  EXPECT_EQ(sent(), "");
  ASSERT_EQ(line({"login"}, kMine + "\n").code, 0);
  EXPECT_EQ(line({"job", "list"}).code, 0);
  EXPECT_EQ(sent(), "Bearer " + kMine);
  variables_["DAYBOOK_TOKEN"] = kOther;
  EXPECT_EQ(line({"job", "list"}).code, 0);
  EXPECT_EQ(sent(), "Bearer " + kOther);
  const std::string file = directory_.write("token", kMine + "\n");
  EXPECT_EQ(line({"job", "list", "--token-file", file}).code, 0);
  EXPECT_EQ(sent(), "Bearer " + kMine);
}

TEST_F(TokenCommands, AnAttemptsTokenIsNotSentAndHidesNothing) {
  variables_["DAYBOOK_TOKEN"] = "41.0123456789abcdef0123456789abcdef";
  EXPECT_EQ(line({"job", "list"}).code, 0);
  EXPECT_EQ(sent(), "");
  ASSERT_EQ(line({"login"}, kMine + "\n").code, 0);
  EXPECT_EQ(line({"job", "list"}).code, 0);
  EXPECT_EQ(sent(), "Bearer " + kMine);
}

TEST_F(TokenCommands, WhatIsNoTokenIsRefusedByItsPlaceAndNotShown) {
  for (const std::string wrong :
       {"hunter2", "db_mine_0123", "41.0123456789abcdef0123456789abcde", "db_mine_"}) {
    variables_["DAYBOOK_TOKEN"] = wrong;
    const Ran ran = line({"job", "list"});
    EXPECT_EQ(ran.code, 2) << wrong;
    EXPECT_THAT(ran.err, HasSubstr("DAYBOOK_TOKEN"));
    EXPECT_THAT(ran.err, Not(HasSubstr(wrong)));
  }
  const std::string file = directory_.write("token", "hunter2\n");
  const Ran ran = line({"job", "list", "--token-file", file});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr(file));
  EXPECT_EQ(line({"job", "list", "--token-file", file + ".absent"}).code, 2);
  EXPECT_EQ(sent(), "nothing");
}

TEST_F(TokenCommands, OneOnTheCommandLineIsRefused) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"job", "list", "--token", "x"},
                                             {"job", "list", "--token=" + kMine},
                                             {"login", kMine},
                                             {"--token", kMine, "token", "whoami"}}) {
    const Ran ran = line(words);
    EXPECT_EQ(ran.code, 2);
    EXPECT_THAT(ran.err, HasSubstr("can be read by every user"));
    EXPECT_THAT(ran.err, HasSubstr("DAYBOOK_TOKEN"));
    EXPECT_THAT(ran.err, Not(HasSubstr(kMine)));
  }
  EXPECT_EQ(sent(), "nothing");
}

TEST_F(TokenCommands, WhoIsNotKnownIsToldWhatToDo) {
  accepted_ = kMine;
  const Ran none = line({"job", "list"});
  EXPECT_EQ(none.code, 7);
  EXPECT_THAT(none.err, HasSubstr("no token was sent: log in with `daybook login`, or set "
                                  "DAYBOOK_TOKEN"));
  variables_["DAYBOOK_TOKEN"] = kOther;
  const Ran wrong = line({"job", "list"});
  EXPECT_EQ(wrong.code, 7);
  EXPECT_THAT(wrong.err, HasSubstr("the token that was sent is of DAYBOOK_TOKEN"));
  EXPECT_THAT(wrong.err, Not(HasSubstr(kOther)));
}

TEST_F(TokenCommands, ALoginIsTriedBeforeItIsStored) {
  accepted_ = kMine;
  EXPECT_EQ(line({"login"}, kOther + "\n").code, 7);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "config"));
  const Ran ran = line({"login", "-o", "table"}, "  " + kMine + " \n");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "logged in at " + address() + " as mine\n");
  EXPECT_EQ(line({"job", "list"}).code, 0);
  EXPECT_EQ(line({"logout"}).out, "logged out at " + address() + "\n");
  EXPECT_EQ(line({"job", "list"}).code, 7);
  EXPECT_EQ(line({"logout"}).out, "nobody was logged in at " + address() + "\n");
}

TEST_F(TokenCommands, ALoginThatSomethingGoesBeforeSaysSo) {
  variables_["DAYBOOK_TOKEN"] = kOther;
  EXPECT_THAT(line({"login"}, kMine).err, HasSubstr("DAYBOOK_TOKEN goes before"));
  EXPECT_EQ(line({"login"}, "").code, 2);
  EXPECT_EQ(line({"login"}, "hunter2").code, 2);
  EXPECT_EQ(line({"login", "--token-file", directory_.write("t", kMine)}).code, 0);
}

TEST_F(TokenCommands, AnOpenServerIsNotLoggedInAt) {
  access_ = "open";
  const Ran ran = line({"login"}, kMine);
  EXPECT_EQ(ran.code, 4);
  EXPECT_THAT(ran.err, HasSubstr("asks nobody for a token"));
  EXPECT_EQ(line({"job", "list"}).code, 0);
  EXPECT_EQ(sent(), "");
}

TEST_F(TokenCommands, WhoRotatesTheTokenOfHisLoginStaysLoggedIn) {
  ASSERT_EQ(line({"login"}, kOther).code, 0);
  EXPECT_EQ(line({"token", "rotate", "ci"}).err, "");
  made_ = "db_other_0000000000000000000000000000zzzz";
  const Ran ran = line({"token", "rotate", "other"});
  EXPECT_EQ(ran.out, made_ + "\n");
  EXPECT_THAT(ran.err, HasSubstr("in place of the one before"));
  EXPECT_EQ(line({"job", "list"}).code, 0);
  EXPECT_EQ(sent(), "Bearer " + made_);
}

TEST_F(TokenCommands, OneThatIsKeptForAServerGoesToNoOther) {
  ASSERT_EQ(line({"login"}, kMine).code, 0);
  components::HttpServer other(
      [](const components::SeenRequest&) { return components::answer("200 OK", "{\"jobs\":[]}"); });
  EXPECT_EQ(run_line({"job", "list", "--server", address_of(other)}, "daybook", variables_).code,
            0);
  ASSERT_EQ(other.seen().size(), 1U);
  EXPECT_EQ(other.seen()[0].header("Authorization"), "");
}

TEST_F(TokenCommands, ARedirectIsNotFollowed) {
  components::HttpServer other(
      [](const components::SeenRequest&) { return components::answer("200 OK", "{\"jobs\":[]}"); });
  components::HttpServer sends_on([&](const components::SeenRequest&) {
    return components::answer("307 Temporary Redirect", "",
                              "Location: " + address_of(other) + "/resources/jobs\r\n");
  });
  variables_["DAYBOOK_TOKEN"] = kMine;
  EXPECT_NE(run_line({"job", "list", "--server", address_of(sends_on)}, "daybook", variables_).code,
            0);
  EXPECT_EQ(sends_on.seen().size(), 1U);
  EXPECT_TRUE(other.seen().empty());
}

TEST_F(TokenCommands, CreatePrintsTheTokenAlone) {
  const Ran ran = line({"token", "create", "ci", "--permission", "jobs:read", "--permission",
                        "jobs/d:write", "--display-name", "CI"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, kOther + "\n");
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(body(), R"({"tokenId":"ci","displayName":"CI","permissions":["jobs:read",)"
                    R"("jobs/d:write"]})");
  const Ran seen = line({"token", "create", "--permission", "jobs:read"}, {}, true);
  EXPECT_EQ(seen.out, kOther + "\n");
  EXPECT_THAT(seen.err, HasSubstr("this is token 'ci', shown this once"));
  const Ran json = line({"token", "create", "--permission", "jobs:read", "-o", "json"});
  EXPECT_THAT(json.out, HasSubstr("\"tokenId\": \"ci\""));
  EXPECT_EQ(line({"token", "rotate", "ci"}).out, kOther + "\n");
  EXPECT_THAT(server_.seen().back().head, HasSubstr("POST /resources/tokens/ci/rotate "));
  EXPECT_EQ(line({"token", "create"}).code, 2);
}

TEST_F(TokenCommands, TheEndIsADurationADateOrATime) {
  const auto end_of = [&](const std::string& given) {
    EXPECT_EQ(line({"token", "create", "--permission", "jobs:read", "--expires", given}).code, 0);
    return body();
  };
  EXPECT_THAT(end_of("90d"), HasSubstr(R"("expiresIn":"90d")"));
  EXPECT_THAT(end_of("PT1H"), HasSubstr(R"("expiresIn":"PT1H")"));
  EXPECT_THAT(end_of("2027-01-01"), HasSubstr(R"("expiresAt":"2027-01-01T00:00:00Z")"));
  EXPECT_THAT(end_of("2027-01-01T12:00"), HasSubstr(R"("expiresAt":"2027-01-01T12:00:00Z")"));
  EXPECT_THAT(end_of("2027-01-01 12:00:00+02:00"),
              HasSubstr(R"("expiresAt":"2027-01-01T10:00:00Z")"));
  for (const char* wrong : {"soon", "2027-13-01", "2027-01-1", "90", "-1d"}) {
    const Ran ran =
        line({"token", "create", "--permission", "jobs:read", std::string("--expires=") + wrong});
    EXPECT_EQ(ran.code, 2) << wrong;
    EXPECT_THAT(ran.err, HasSubstr("no date like 2027-01-01")) << wrong;
  }
}

TEST_F(TokenCommands, ListShowsWhatEachPermits) {
  const Ran ran = line({"token", "list", "-o", "table"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("jobs:read rules/a:write"));
  EXPECT_THAT(server_.seen().back().head,
              HasSubstr("fields=tokenId%2CdisplayName%2Cpermissions%2CexpiresAt%2CcreatedBy"));
  EXPECT_THAT(line({"token", "whoami", "-o", "table"}).out, HasSubstr("mine"));
}

TEST_F(TokenCommands, RevokeSaysWhatItDid) {
  EXPECT_EQ(line({"token", "revoke", "ci", "-o", "table"}).out, "revoked token ci\n");
  EXPECT_THAT(server_.seen().back().head, HasSubstr("DELETE /resources/tokens/ci "));
}

}  // namespace
}  // namespace daybook::cli
