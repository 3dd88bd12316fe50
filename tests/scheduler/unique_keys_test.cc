#include "scheduler/unique_keys.h"

#include <gtest/gtest.h>

namespace daybook::scheduler {
namespace {

TEST(UniqueKeys, KeyIsHeldByOneJobUntilThatIsGone) {
  UniqueKeys keys;
  const auto id = UniqueKeys::id_of("d", "k");
  EXPECT_EQ(keys.holder(id), std::nullopt);
  EXPECT_TRUE(keys.insert(id, Seq{7}));
  EXPECT_FALSE(keys.insert(id, Seq{8})) << "another job";
  EXPECT_FALSE(keys.insert(UniqueKeys::id_of("d", "l"), Seq{7})) << "another key of the same job";
  EXPECT_EQ(keys.holder(id), Seq{7});
  EXPECT_EQ(keys.held_by(Seq{7}), id);
  EXPECT_EQ(keys.size(), 1U);
  keys.erase(Seq{8});
  keys.erase(Seq{7});
  EXPECT_EQ(keys.size(), 0U);
  EXPECT_EQ(keys.held_by(Seq{7}), std::nullopt);
  EXPECT_TRUE(keys.insert(id, Seq{8}));
}

TEST(UniqueKeys, DefinitionAndKeyAreKeptApart) {
  EXPECT_NE(UniqueKeys::id_of("d", "ek"), UniqueKeys::id_of("de", "k"));
  EXPECT_NE(UniqueKeys::id_of("d", "k"), UniqueKeys::id_of("e", "k"));
  EXPECT_EQ(UniqueKeys::id_of("d", "k"), UniqueKeys::id_of("d", "k"));
}

}  // namespace
}  // namespace daybook::scheduler
