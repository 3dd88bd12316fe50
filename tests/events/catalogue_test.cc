#include "events/catalogue.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/events/samples.h"

namespace daybook::events {
namespace {

TEST(Catalogue, TypeIdsAreDenseAndNamesAreTheirOwn) {
  std::set<std::string_view> names;
  std::uint16_t expected = 1;
  for (const CatalogueEntry& entry : catalogue()) {
    EXPECT_EQ(entry.type, expected++);
    EXPECT_GE(entry.version, 1);
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
  }
  EXPECT_EQ(names.size(), std::variant_size_v<Event>);
}

TEST(Catalogue, IsFoundByTypeNameAndEvent) {
  const auto samples = samples::all();
  ASSERT_EQ(samples.size(), catalogue().size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const CatalogueEntry& entry = catalogue()[i];
    EXPECT_EQ(samples[i].index(), i) << "a sample of each type, in order";
    EXPECT_EQ(entry_of(samples[i]).type, entry.type);
    EXPECT_EQ(find_type(entry.type)->name, entry.name);
    EXPECT_EQ(find_name(entry.name)->type, entry.type);
  }
}

TEST(Catalogue, NothingElseIsFound) {
  EXPECT_FALSE(find_type(0));
  EXPECT_FALSE(find_type(static_cast<std::uint16_t>(catalogue().size() + 1)));
  EXPECT_FALSE(find_type(0xffff));
  EXPECT_FALSE(find_name("JobDone"));
  EXPECT_FALSE(find_name(""));
}

// Type ids stand in every log: this list may only grow (I17).
TEST(Catalogue, TypeIdsNeverChange) {
  constexpr std::string_view kNames[] = {
      "ServerStarted",     "ComponentPut",      "ComponentDeleted",   "DefinitionPut",
      "DefinitionDeleted", "JobCreated",        "JobStarted",         "JobCompleted",
      "JobFailed",         "JobRetryScheduled", "JobCancelRequested", "JobCancelled",
      "LeaseExtended",     "LeaseExpired",      "JobRemoved",         "IdempotencyKeyUsed",
      "LogTrimmed",        "RetentionApplied",  "SendingCreated",     "SendingRetryScheduled",
      "SendingSent",       "SendingBounced",    "SendingCancelled",   "SendingRemoved",
      "RulePut",           "RuleDeleted",       "RuleApplied",        "RulesAdvanced",
      "ClockStepped",      "ContractDerived",   "TokenCreated",       "TokenRotated",
      "TokenRevoked",      "TokenExpired",
  };
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    EXPECT_EQ(find_type(static_cast<std::uint16_t>(i + 1))->name, kNames[i]);
  }
}

}  // namespace
}  // namespace daybook::events
