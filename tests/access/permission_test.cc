#include "access/permission.h"

#include <string>

#include <gtest/gtest.h>

namespace daybook::access {
namespace {

Permission parsed(std::string_view text) {
  const auto out = Permission::parse(text, "p");
  EXPECT_TRUE(out) << text << ": " << (out ? "" : out.error().text());
  return out.value_or(Permission());
}

std::string refusal(std::string_view text) {
  const auto out = Permission::parse(text, "permissions[3]");
  EXPECT_FALSE(out) << text;
  if (out) {
    return "";
  }
  EXPECT_EQ(out.error().code, Code::kInvalid);
  EXPECT_EQ(out.error().reason, "BAD_PERMISSION");
  EXPECT_EQ(out.error().field, "permissions[3]");
  return out.error().message;
}

TEST(Permission, IsTheTextItWasParsedFrom) {
  for (const char* text : {"*:read",
                           "*:*",
                           "*:lease",
                           "*:admin",
                           "jobs:*",
                           "jobs/nightly:write",
                           "jobs/nightly-*:write",
                           "jobs/nightly/*:read",
                           "components/a/b:read",
                           "job-definitions:write",
                           "events/a.b_c-d:read",
                           "workers/n*:lease",
                           "rules/r:*",
                           "sendings:write",
                           "tokens/ci:write",
                           "graph:read",
                           "graph/jobs:read",
                           "system:admin",
                           "system:read",
                           "system:*"}) {
    EXPECT_EQ(parsed(text).text(), text);
  }
}

TEST(Permission, HasItsParts) {
  EXPECT_EQ(parsed("jobs/a/b*:write"), (Permission{Noun::kJobs, "a/b*", Verb::kWrite}));
  EXPECT_EQ(parsed("job-definitions:*"), (Permission{Noun::kDefinitions, "", std::nullopt}));
  EXPECT_EQ(parsed("*:read"), (Permission{std::nullopt, "", Verb::kRead}));
  EXPECT_EQ(parsed("*:*"), Permission());
}

TEST(Permission, EachNounTakesTheVerbsThatMeanSomethingAndTheStar) {
  const struct {
    Noun noun;
    const char* verbs;
  } kTaken[] = {
      {Noun::kComponents, "read write"},
      {Noun::kDefinitions, "read write"},
      {Noun::kJobs, "read write"},
      {Noun::kEvents, "read"},
      {Noun::kWorkers, "read lease"},
      {Noun::kRules, "read write"},
      {Noun::kSendings, "read write"},
      {Noun::kTokens, "read write"},
      {Noun::kGraph, "read"},
      {Noun::kSystem, "read admin"},
  };
  static_assert(std::size(kTaken) == kNouns);
  for (const auto& [noun, verbs] : kTaken) {
    EXPECT_TRUE(Permission::parse(std::string(noun_name(noun)) + ":*", "p"));
    for (const Verb verb : {Verb::kRead, Verb::kWrite, Verb::kLease, Verb::kAdmin}) {
      const bool taken = std::string(verbs).find(verb_name(verb)) != std::string::npos;
      const std::string text = permission_text(noun, "", verb);
      EXPECT_EQ(Permission::parse(text, "p").has_value(), taken) << text;
    }
  }
}

TEST(Permission, WhatIsRefusedSaysWhyAndWhatIsKnown) {
  const std::string nouns =
      "components, job-definitions, jobs, events, workers, rules, sendings, tokens, graph, system "
      "and *";
  const struct {
    const char* text;
    std::string why;
  } kRefused[] = {
      {"", "it has no ':', as <noun>[/<id>]:<verb> has; nouns are " + nouns},
      {"jobs", "it has no ':', as <noun>[/<id>]:<verb> has; nouns are " + nouns},
      {":read", "it names no noun; nouns are " + nouns},
      {"/a:read", "it names no noun; nouns are " + nouns},
      {"planets:read", "there is no noun 'planets'; nouns are " + nouns},
      {"job:read", "there is no noun 'job'; is 'jobs' meant?; nouns are " + nouns},
      {"Jobs:read", "there is no noun 'Jobs'; is 'jobs' meant?; nouns are " + nouns},
      {"j*:read", "there is no noun 'j*'; nouns are " + nouns},
      {"jobs:", "it names no verb; verbs of jobs are read, write and *"},
      {"*:", "it names no verb; verbs are read, write, lease, admin and *"},
      {"jobs:fly", "there is no verb 'fly'; verbs of jobs are read, write and *"},
      {"jobs:raed",
       "there is no verb 'raed'; is 'read' meant?; verbs of jobs are read, write and *"},
      {"*:adnim",
       "there is no verb 'adnim'; is 'admin' meant?; verbs are read, write, lease, admin and *"},
      {"jobs:lease", "'lease' is no verb of jobs; verbs of jobs are read, write and *"},
      {"system:write", "'write' is no verb of system; verbs of system are read, admin and *"},
      {"jobs:**", "there is no verb '**'; verbs of jobs are read, write and *"},
      {"*/x:read", "'*' is all nouns, which take no id together"},
      {"*/:read", "'*' is all nouns, which take no id together"},
      {"jobs/:read", "all of a noun is meant by no id and no '/'"},
      {"jobs/*:read", "all of a noun is meant by no id and no '/'"},
      {"jobs/**:read", "a '*' stands only at the end of an id"},
      {"jobs/a*b:read", "a '*' stands only at the end of an id"},
      {"jobs/*/a:read", "a '*' stands only at the end of an id"},
  };
  for (const auto& [text, why] : kRefused) {
    EXPECT_EQ(refusal(text), "'" + std::string(text) + "' is no permission: " + why);
  }
}

TEST(Permission, AnIdIsOneOfAComponentOrTheBeginningOfOne) {
  for (const char* id : {"a b", "/a", "a/", "a//b", "a//*", "/*", "-a", "a/-*", "a/../b", ".",
                         "a:b", "\xc3\xa9", "a\n"}) {
    EXPECT_NE(refusal("jobs/" + std::string(id) + ":read").find("is no id: each part between"),
              std::string::npos)
        << id;
  }
  const std::string longest(256, 'a');
  EXPECT_EQ(parsed("jobs/" + longest + ":read").id, longest);
  EXPECT_EQ(parsed("jobs/" + longest + "*:read").id, longest + "*");
  EXPECT_NE(refusal("jobs/" + longest + "a:read").find("at most 256"), std::string::npos);
  EXPECT_NE(refusal("jobs/" + longest + "a*:read").find("at most 256"), std::string::npos);
}

TEST(Permission, WhatIsRefusedIsShownShortAndPrintable) {
  EXPECT_EQ(refusal("\xffx\n").find("'?x?' is no permission"), 0U);
  EXPECT_LT(refusal(std::string(8000, 'x') + ":read").size(), 400U);
  EXPECT_LT(refusal("jobs:" + std::string(8000, 'x')).size(), 400U);
  EXPECT_LT(refusal("jobs/" + std::string(8000, 'x') + ":read").size(), 500U);
}

TEST(Permission, CoversItsVerbOnItsNounOnly) {
  const Permission held = parsed("jobs/nightly:write");
  EXPECT_TRUE(held.covers(Noun::kJobs, "nightly", Verb::kWrite));
  EXPECT_TRUE(held.covers(Noun::kJobs, "nightly/x", Verb::kWrite));
  EXPECT_FALSE(held.covers(Noun::kJobs, "nightly", Verb::kRead));
  EXPECT_FALSE(held.covers(Noun::kEvents, "nightly", Verb::kWrite));
  EXPECT_FALSE(held.covers(Noun::kJobs, "", Verb::kWrite));
  EXPECT_FALSE(held.covers(Noun::kJobs, "nightl", Verb::kWrite));
  EXPECT_FALSE(held.covers(Noun::kJobs, "nightly2", Verb::kWrite));
}

TEST(Permission, StarsCoverEachNounAndEachVerb) {
  EXPECT_TRUE(parsed("*:*").covers(Noun::kSystem, "", Verb::kAdmin));
  EXPECT_TRUE(parsed("*:read").covers(Noun::kGraph, "jobs", Verb::kRead));
  EXPECT_FALSE(parsed("*:read").covers(Noun::kJobs, "", Verb::kWrite));
  EXPECT_TRUE(parsed("workers/n*:*").covers(Noun::kWorkers, "nightly", Verb::kLease));
  EXPECT_FALSE(parsed("workers/n*:*").covers(Noun::kWorkers, "", Verb::kLease));
  EXPECT_TRUE(parsed("workers:*").covers(Noun::kWorkers, "", Verb::kLease));
}

TEST(Permission, CoversAnotherWhenNoneOfItsPartsIsWider) {
  const struct {
    const char* held;
    const char* other;
    bool covers;
  } kCases[] = {
      {"*:*", "*:*", true},
      {"*:*", "jobs/a:read", true},
      {"*:read", "*:*", false},
      {"*:read", "jobs:*", false},
      {"jobs:*", "*:read", false},
      {"jobs:read", "*:read", false},
      {"jobs:read", "jobs/a*:read", true},
      {"jobs/a:read", "jobs:read", false},
      {"jobs/a*:read", "jobs:read", false},
      {"jobs/a:*", "jobs/a/b:read", true},
      {"jobs/a:read", "jobs/a:*", false},
      {"jobs/n*:read", "jobs/ni*:read", true},
      {"jobs/ni*:read", "jobs/n*:read", false},
      {"jobs/a:read", "jobs/a*:read", false},
      {"jobs/a:read", "jobs/a/*:read", true},
      {"jobs/a:read", "events/a:read", false},
  };
  for (const auto& [held, other, covers] : kCases) {
    EXPECT_EQ(parsed(held).covers(parsed(other)), covers) << held << " " << other;
  }
}

TEST(Permission, TextOfWhatIsLackingNamesAllOfIt) {
  EXPECT_EQ(permission_text(Noun::kJobs, "nightly", Verb::kWrite), "jobs/nightly:write");
  EXPECT_EQ(permission_text(Noun::kDefinitions, "", Verb::kRead), "job-definitions:read");
}

}  // namespace
}  // namespace daybook::access
