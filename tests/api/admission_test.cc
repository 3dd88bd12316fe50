#include "api/admission.h"

#include <gtest/gtest.h>

#include "api/gate.h"
#include "api/router.h"

namespace daybook::api {
namespace {

const std::string kToken = "db_ci_" + std::string(32, '7');

std::string block(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

std::string bearer(const std::string& value) {
  const std::string raw = block("/", "Authorization: " + value + "\r\n");
  const auto head = check_head(raw);
  return head ? std::string(bearer_of(*head)) : "not let in";
}

TEST(Admission, TheTokenIsWhatFollowsTheScheme) {
  EXPECT_EQ(bearer("Bearer " + kToken), kToken);
  EXPECT_EQ(bearer("bEARER " + kToken), kToken);
  EXPECT_EQ(bearer("Bearer   " + kToken + "  "), kToken);
  EXPECT_EQ(bearer("Bearer " + kToken + " x"), kToken + " x") << "which is none";
}

TEST(Admission, AnotherSchemeHasNoToken) {
  for (const std::string& value : std::initializer_list<std::string>{
           "Bearer", "Bearer ", "", "Basic " + kToken, "Bearer\t" + kToken, kToken,
           "Bearer" + kToken, "BearerX " + kToken, ", Bearer " + kToken}) {
    EXPECT_EQ(bearer(value), "") << value;
  }
}

TEST(Admission, TwoTokensAreNotLetIn) {
  const std::string field = "Authorization: Bearer " + kToken + "\r\n";
  EXPECT_FALSE(check_head(block("/", field + field)));
}

TEST(Admission, ATokenIsSeenWhereverAnAddressHasIt) {
  const std::string escaped = "%64b%5Fci%5F" + std::string(32, '7');
  for (const std::string& target :
       {"/" + kToken, "/resources/jobs/" + kToken, "/x?token=" + kToken, "/x?" + kToken,
        "/x?a=b&access_token=Bearer+" + kToken + "&c=d", "/a" + kToken + "b", "/" + escaped,
        "/x?token=" + escaped, "/x?" + escaped + "=1"}) {
    const std::string raw = block(target);
    const auto head = check_head(raw);
    ASSERT_TRUE(head) << target;
    const auto clean = check_no_token(*head);
    ASSERT_FALSE(clean) << target;
    EXPECT_EQ(clean.error().status, 400);
    EXPECT_EQ(clean.error().errors.front().reason, "TOKEN_IN_URL");
    EXPECT_EQ(clean.error().errors.front().message.find("777"), std::string::npos);
  }
}

TEST(Admission, WhatOnlyLooksLikeATokenIsNone) {
  for (const std::string& target :
       {std::string("/db_ci_"), "/db_ci_" + std::string(31, '7'), "/db__" + std::string(32, '7'),
        "/db_CI_" + std::string(32, '7'), "/db_ci_" + std::string(32, 'u'),
        std::string("/x?a=%zz&b=%")}) {
    const std::string raw = block(target);
    const auto head = check_head(raw);
    ASSERT_TRUE(head) << target;
    EXPECT_TRUE(check_no_token(*head)) << target;
  }
}

TEST(Admission, WhoWasNotLetInMayNothing) {
  const Caller nobody;
  EXPECT_EQ(nobody.actor, "");
  EXPECT_FALSE(nobody.rights->allows_some(access::Noun::kJobs, access::Verb::kRead));
  const Caller local = Caller::local();
  EXPECT_EQ(local.actor, "local");
  EXPECT_TRUE(local.rights->is_all());
}

}  // namespace
}  // namespace daybook::api
