// Each route of the table with each kind of caller: a route that is added is asked too.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "access/token_text.h"
#include <gtest/gtest.h>

#include "api/router.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

using api::Needs;
using api::Route;

class E2eAccessMatrix : public ServerFixture {
 protected:
  void SetUp() override {
    with_tokens = true;
    start_with_a_job();
    clock().advance(seconds(100));
  }
  void TearDown() override { stop(); }

  void start_with_a_job() {
    start();
    owner_ = add_token("owner", {"*:*"});
    bearer = owner_;
    put_definition("d");
    job_ = create_job("d", R"(,"runAt":"2031-01-01T00:00:00Z")");
    add_token("victim", {"jobs:read"});
  }

  // The path with something for each parameter.
  std::string path_of(const Route& route) const {
    static const std::map<std::string, std::string> kValues = {
        {"componentId", "w"},  {"jobDefinitionId", "d"},
        {"ruleId", "r"},       {"sendingId", "00000000-0000-8000-8000-000000000001"},
        {"tokenId", "victim"}, {"name", "nothing"}};
    std::string out(route.pattern);
    const auto open = out.find('{');
    if (open == std::string::npos) {
      return out;
    }
    std::string name = out.substr(open + 1, out.find('}') - open - 1);
    name = name.substr(0, name.find('.'));
    const std::string value = name == "jobId" ? job_ : kValues.at(name);
    return out.replace(open, out.find('}') + 1 - open, value);
  }
  // The id that its permission would name.
  static std::string id_of(const Route& route) {
    return route.pattern.find("{componentId") != std::string_view::npos ? "w"
           : route.pattern.find("{ruleId") != std::string_view::npos    ? "r"
                                                                        : "d";
  }
  HttpReply ask(const Route& route, const std::string& token) {
    bearer = token;
    return call(api::method_name(route.method), path_of(route), route.body ? "{}" : "");
  }
  int status_of(const Route& route, const std::string& token) {
    const HttpReply reply = ask(route, token);
    if (reply.status == 401) {
      EXPECT_EQ(reply.field("WWW-Authenticate"), "Bearer");
      EXPECT_NE(reply.body.find("UNAUTHORIZED"), std::string::npos) << reply.body;
    }
    return reply.status;
  }
  static bool asks_nobody(const Route& route) { return route.needs.of == Needs::Of::kNothing; }
  static bool names_permission(const Route& route) {
    return !asks_nobody(route) && route.needs.of != Needs::Of::kToken;
  }
  std::string token_for(std::vector<std::string> permissions) {
    return add_token("t" + std::to_string(++made_), std::move(permissions));
  }
  static std::string what(const Route& route) {
    return std::string(api::method_name(route.method)) + " " + std::string(route.pattern);
  }
  // Let in: whatever becomes of the request then.
  void expect_let_in(const Route& route, const std::string& permission) {
    const HttpReply reply = ask(route, token_for({permission}));
    EXPECT_TRUE(reply.status != 401 && reply.status != 403)
        << what(route) << " with " << permission << ": " << reply.status << " " << reply.body;
  }
  void expect_forbidden(const Route& route, const std::string& permission) {
    const HttpReply reply = ask(route, token_for({permission}));
    EXPECT_EQ(reply.status, 403) << what(route) << " with " << permission << ": " << reply.body;
    const std::string named = access::permission_text(
        route.needs.noun, route.needs.of == Needs::Of::kNamed ? id_of(route) : "",
        route.needs.verb);
    EXPECT_NE(reply.body.find(R"("details":{"permission":")" + named), std::string::npos)
        << what(route) << ": " << reply.body;
  }

  std::string owner_;
  std::string job_;
  int made_ = 0;
};

TEST_F(E2eAccessMatrix, WhoHasNoValidTokenIsNotKnown) {
  const std::string revoked = add_token("revoked", {"*:*"});
  ASSERT_TRUE(command(scheduler::RevokeToken{"revoked"}));
  const std::string rotated = add_token("rotated", {"*:*"});
  ASSERT_TRUE(command(scheduler::RotateToken{"rotated", {}}));
  const std::string over = add_token("over", {"*:*"}, clock().wall() + seconds(1));
  clock().advance(seconds(2));
  const std::string secret(32, '0');
  const std::vector<std::string> callers = {"",
                                            revoked,
                                            rotated,
                                            over,
                                            "garbage",
                                            access::token_text("owner", secret),
                                            "db_nobody_" + secret,
                                            "db_owner_",
                                            owner_ + "0",
                                            owner_.substr(0, owner_.size() - 1)};
  for (const Route& route : api::routes()) {
    for (const std::string& caller : callers) {
      const int status = status_of(route, caller);
      if (asks_nobody(route)) {
        EXPECT_NE(status, 401) << what(route);
      } else {
        EXPECT_TRUE(status == 401 || status == 429) << what(route) << " " << status;
      }
    }
    // That many failures from here are told to wait after a while; who shows a good one is not.
    EXPECT_NE(status_of(route, add_token("good" + std::to_string(++made_), {"tokens:read"})), 429)
        << what(route);
  }
}

TEST_F(E2eAccessMatrix, APermissionLetsInWhereItIsNeededAndNowhereElse) {
  using access::Verb;
  for (const Route& route : api::routes()) {
    if (!names_permission(route)) {
      continue;
    }
    const std::string noun(access::noun_name(route.needs.noun));
    const std::string verb(access::verb_name(route.needs.verb));
    const std::string id = id_of(route);
    const std::string other = noun == "system" ? "graph" : "system";
    expect_forbidden(route, other + ":read");
    expect_let_in(route, noun + ":" + verb);
    expect_let_in(route, noun + ":*");
    expect_let_in(route, "*:" + verb);
    expect_let_in(route, "*:*");
    if (route.needs.of == Needs::Of::kAll) {
      expect_forbidden(route, noun + "/" + id + ":*");
    }
    if (route.needs.of == Needs::Of::kNamed) {
      expect_let_in(route, noun + "/" + id + ":" + verb);
      expect_let_in(route, noun + "/" + id + "*:" + verb);
      expect_forbidden(route, noun + "/" + id + "x:" + verb);
      expect_forbidden(route, noun + "/" + id + "/x:" + verb);
    }
    for (const Verb another : {Verb::kRead, Verb::kWrite, Verb::kLease, Verb::kAdmin}) {
      const std::string text = noun + ":" + std::string(access::verb_name(another));
      if (another != route.needs.verb && access::Permission::parse(text, "")) {
        expect_forbidden(route, text);
      }
    }
  }
}

// Whose permissions are held against what the request is about, and not against its route: what
// becomes of a permission for one id, there and elsewhere.
TEST_F(E2eAccessMatrix, APermissionForSomethingLetsInToThatOnly) {
  for (const Route& route : api::routes()) {
    if (route.needs.of != Needs::Of::kSome) {
      continue;
    }
    const std::string noun(access::noun_name(route.needs.noun));
    const std::string verb(access::verb_name(route.needs.verb));
    const bool whole = route.pattern == "/resources/events";  // without a definition: of all
    for (const std::string id : {"d", "zzz"}) {
      const HttpReply reply = ask(route, token_for({noun + "/" + id + ":" + verb}));
      EXPECT_NE(reply.status, 401) << what(route);
      EXPECT_EQ(reply.status == 403, whole) << what(route) << " " << id << ": " << reply.body;
      if (id == "zzz" && route.pattern.find('{') != std::string_view::npos) {
        EXPECT_EQ(reply.status, 404) << what(route) << ": " << reply.body;
      }
    }
  }
}

// Said here too, and not only in the table: a route does not become public by a slip.
TEST_F(E2eAccessMatrix, TheseRoutesAskForNoPermission) {
  std::vector<std::string> nobody;
  std::vector<std::string> anybody;
  for (const Route& route : api::routes()) {
    if (asks_nobody(route)) {
      nobody.push_back(what(route));
    } else if (!names_permission(route)) {
      anybody.push_back(what(route));
    }
  }
  std::sort(nobody.begin(), nobody.end());
  std::sort(anybody.begin(), anybody.end());
  EXPECT_EQ(nobody, (std::vector<std::string>{"GET /health/live", "GET /health/ready",
                                              "GET /openapi.json", "GET /version"}));
  EXPECT_EQ(anybody, (std::vector<std::string>{"DELETE /resources/tokens/{tokenId}",
                                               "GET /resources/clock", "GET /resources/tokens/self",
                                               "GET /resources/tokens/{tokenId}",
                                               "POST /resources/tokens/{tokenId}/rotate"}));
}

// What reads needs a verb that reads, what changes something one that does not.
TEST_F(E2eAccessMatrix, VerbsFitTheMethods) {
  for (const Route& route : api::routes()) {
    if (!names_permission(route) || route.needs.verb == access::Verb::kLease) {
      continue;
    }
    const bool reads = route.method == api::Method::kGet || route.pattern == "/resources/graph";
    EXPECT_EQ(route.needs.verb == access::Verb::kRead, reads) << what(route);
  }
}

TEST_F(E2eAccessMatrix, AnyTokenIsEnoughForItself) {
  for (const Route& route : api::routes()) {
    if (route.needs.of != Needs::Of::kToken) {
      continue;
    }
    const bool others = route.pattern.find("{tokenId}") != std::string_view::npos;
    const HttpReply reply = ask(route, token_for({"graph:read"}));
    const bool hidden = reply.status == 403 || reply.status == 404;
    EXPECT_NE(reply.status, 401) << what(route);
    EXPECT_TRUE(!others || hidden) << what(route) << ": " << reply.status << " " << reply.body;
    EXPECT_TRUE(others || reply.status != 403) << what(route) << ": " << reply.body;
  }
}

class E2eAccessMatrixOpen : public E2eAccessMatrix {
 protected:
  void SetUp() override { start_with_a_job(); }
};

TEST_F(E2eAccessMatrixOpen, NobodyIsAsked) {
  for (const Route& route : api::routes()) {
    for (const std::string& caller : {std::string(), std::string("garbage")}) {
      const int status = status_of(route, caller);
      EXPECT_TRUE(status != 401 && status != 403) << what(route) << " " << status;
    }
  }
}

}  // namespace
}  // namespace daybook::test
