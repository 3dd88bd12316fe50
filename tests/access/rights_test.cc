#include "access/rights.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits/access.h"

namespace daybook::access {
namespace {

using Texts = std::vector<std::string_view>;
using Ids = std::vector<std::string>;

Rights rights(const Texts& texts) {
  auto out = Rights::parse(texts, "permissions");
  EXPECT_TRUE(out) << (out ? "" : out.error().text());
  return out ? *std::move(out) : Rights();
}

Error refused(const Texts& texts) {
  auto out = Rights::parse(texts, "permissions");
  EXPECT_FALSE(out);
  return out ? Error() : out.error();
}

TEST(IdCovers, ItselfWhatIsBelowItAndWhatBeginsSo) {
  const struct {
    const char* held;
    const char* asked;
    bool covers;
  } kCases[] = {
      {"a", "a", true},
      {"a", "a/b", true},
      {"a", "a/b/c", true},
      {"a", "ab", false},
      {"a", "", false},
      {"a", "b", false},
      {"a/b", "a", false},
      {"a/b", "a/b/c", true},
      {"a/b", "a/bc", false},
      {"n*", "nightly", true},
      {"n*", "nightly/x", true},
      {"n*", "ni*", true},
      {"n*", "n", true},
      {"n*", "n*", true},
      {"n*", "n/*", true},
      {"ni*", "n*", false},
      {"n*", "", false},
      {"n*", "m", false},
      {"a", "a*", false},
      {"a", "ab*", false},
      {"a", "a/*", true},
      {"a", "a/b*", true},
      {"a*", "a", true},
      {"a*", "ab", true},
      {"a/*", "a", false},
      {"a/*", "a/b", true},
      {"a/*", "a*", false},
      {"a/*", "a/*", true},
      {"", "", true},
      {"", "a", true},
      {"", "a/b", true},
      {"", "a*", true},
  };
  for (const auto& [held, asked, covers] : kCases) {
    EXPECT_EQ(id_covers(held, asked), covers) << "'" << held << "' '" << asked << "'";
  }
}

TEST(Rights, AllowWhatOneOfThePermissionsCovers) {
  const Rights some = rights({"jobs/a:write", "jobs/n*:read", "workers:lease"});
  EXPECT_TRUE(some.allows(Noun::kJobs, "a/x", Verb::kWrite));
  EXPECT_TRUE(some.allows(Noun::kJobs, "nightly", Verb::kRead));
  EXPECT_TRUE(some.allows(Noun::kWorkers, "", Verb::kLease));
  EXPECT_TRUE(some.allows(Noun::kWorkers, "a", Verb::kLease));
  EXPECT_FALSE(some.allows(Noun::kJobs, "a", Verb::kRead));
  EXPECT_FALSE(some.allows(Noun::kJobs, "", Verb::kRead));
  EXPECT_FALSE(some.allows(Noun::kRules, "a", Verb::kRead));
}

TEST(Rights, AllowSomeOfANounWhereverTheIdIs) {
  const Rights some = rights({"jobs/a:write", "rules/r*:*", "*:admin"});
  EXPECT_TRUE(some.allows_some(Noun::kJobs, Verb::kWrite));
  EXPECT_FALSE(some.allows_some(Noun::kJobs, Verb::kRead));
  EXPECT_TRUE(some.allows_some(Noun::kRules, Verb::kRead));
  EXPECT_TRUE(some.allows_some(Noun::kSystem, Verb::kAdmin));
  EXPECT_FALSE(some.allows_some(Noun::kEvents, Verb::kRead));
}

TEST(Rights, NoneAllowNothingAndAllAllowEverything) {
  const Rights none;
  EXPECT_FALSE(none.allows(Noun::kGraph, "", Verb::kRead));
  EXPECT_FALSE(none.allows_some(Noun::kGraph, Verb::kRead));
  EXPECT_FALSE(none.is_all());
  EXPECT_TRUE(Rights::all().allows(Noun::kSystem, "", Verb::kAdmin));
  EXPECT_TRUE(Rights::all().allows(Noun::kJobs, "a/b", Verb::kWrite));
  EXPECT_TRUE(Rights::all().is_all());
  EXPECT_TRUE(Rights::all().contain(none));
  EXPECT_TRUE(none.contain(none));
  EXPECT_EQ(none.lacking(Rights::all()), "*:*");
}

TEST(Rights, AreAllOnlyByTheStarOfBoth) {
  EXPECT_TRUE(rights({"jobs:read", "*:*"}).is_all());
  EXPECT_FALSE(rights({"*:read", "*:write", "*:lease", "*:admin"}).is_all());
}

TEST(Rights, LackTheFirstThatNoneOfThemCovers) {
  const Rights held = rights({"jobs/n*:*", "rules:read", "rules:write"});
  EXPECT_TRUE(held.contain(rights({"jobs/nightly:write", "jobs/n/a:read", "rules/r:read"})));
  EXPECT_EQ(held.lacking(rights({"jobs/nightly:write"})), "");
  EXPECT_EQ(held.lacking(rights({"rules/r:read", "jobs/m:read", "tokens:read"})), "jobs/m:read");
  EXPECT_FALSE(held.contain(rights({"jobs:read"})));
}

// A verb that is added later would be given by who does not hold it.
TEST(Rights, VerbsOneByOneDoNotContainTheStar) {
  EXPECT_EQ(rights({"rules:read", "rules:write"}).lacking(rights({"rules:*"})), "rules:*");
}

TEST(Rights, IdsAreEachOnceSortedAndNotBelowAnother) {
  const Rights some =
      rights({"jobs/z:read", "jobs/b*:read", "jobs/a:*", "jobs/bc:read", "jobs/a:read",
              "jobs/a/x:read", "jobs/ab:read", "jobs/b/*:read", "jobs/c:write", "rules/r:read"});
  EXPECT_EQ(some.ids(Noun::kJobs, Verb::kRead), (Ids{"a", "ab", "b*", "z"}));
  EXPECT_EQ(some.ids(Noun::kJobs, Verb::kWrite), (Ids{"a", "c"}));
  EXPECT_EQ(some.ids(Noun::kSendings, Verb::kRead), Ids());
}

TEST(Rights, ThereAreNoIdsWhereAllOfTheNounIsPermitted) {
  EXPECT_EQ(rights({"jobs/a:read", "jobs:read"}).ids(Noun::kJobs, Verb::kRead), Ids());
  EXPECT_EQ(rights({"jobs/a:read", "*:read"}).ids(Noun::kJobs, Verb::kRead), Ids());
  EXPECT_EQ(rights({"jobs/a:read", "*:write"}).ids(Noun::kJobs, Verb::kRead), Ids{"a"});
  EXPECT_EQ(Rights::all().ids(Noun::kJobs, Verb::kRead), Ids());
}

TEST(Rights, KeepThePermissionsInTheirOrder) {
  const Rights some = rights({"rules:read", "jobs/a:write"});
  ASSERT_EQ(some.permissions().size(), 2U);
  EXPECT_EQ(some.permissions()[0].text(), "rules:read");
  EXPECT_EQ(some.permissions()[1].text(), "jobs/a:write");
}

TEST(Rights, OneBadPermissionIsNamedByItsPlace) {
  const Error error = refused({"jobs:read", "jobs:fly"});
  EXPECT_EQ(error.code, Code::kInvalid);
  EXPECT_EQ(error.reason, "BAD_PERMISSION");
  EXPECT_EQ(error.field, "permissions[1]");
}

TEST(Rights, ARepeatedPermissionAndNoneAreRefused) {
  const Error twice = refused({"jobs:read", "rules:read", "jobs:read"});
  EXPECT_EQ(twice.code, Code::kInvalid);
  EXPECT_EQ(twice.reason, "REPEATED_PERMISSION");
  EXPECT_EQ(twice.field, "permissions[2]");
  const Error none = refused({});
  EXPECT_EQ(none.code, Code::kInvalid);
  EXPECT_EQ(none.reason, "NO_PERMISSIONS");
  EXPECT_EQ(none.field, "permissions");
}

// So many permissions of so many bytes each.
std::vector<std::string> many_permissions(std::size_t count, std::size_t bytes) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    std::string id = std::to_string(i) + ".";
    id.resize(bytes - std::string_view("jobs/:read").size(), 'x');
    out.push_back("jobs/" + id + ":read");
  }
  return out;
}

TEST(Rights, MorePermissionsThanTheLimitAreRefused) {
  const auto texts = many_permissions(kTokenPermissionsMax + 1, 20);
  const Error error = refused(Texts(texts.begin(), texts.end()));
  EXPECT_EQ(error.code, Code::kTooLarge);
  EXPECT_EQ(error.reason, "TOO_MANY_PERMISSIONS");
  EXPECT_EQ(error.field, "permissions");
  EXPECT_NE(error.message.find("64 permissions"), std::string::npos);
  EXPECT_EQ(rights(Texts(texts.begin() + 1, texts.end())).permissions().size(),
            kTokenPermissionsMax);
}

TEST(Rights, MoreBytesThanTheLimitAreRefused) {
  static_assert(kTokenPermissionsBytesMax % kTokenPermissionsMax == 0);
  auto texts =
      many_permissions(kTokenPermissionsMax, kTokenPermissionsBytesMax / kTokenPermissionsMax);
  EXPECT_EQ(rights(Texts(texts.begin(), texts.end())).permissions().size(), kTokenPermissionsMax);
  texts.back().insert(texts.back().find(':'), "x");
  const Error error = refused(Texts(texts.begin(), texts.end()));
  EXPECT_EQ(error.code, Code::kTooLarge);
  EXPECT_EQ(error.reason, "TOO_MANY_PERMISSIONS");
  EXPECT_NE(error.message.find("8192 bytes"), std::string::npos);
}

}  // namespace
}  // namespace daybook::access
