#include "projections/component_heads.h"

#include <gtest/gtest.h>

namespace daybook::projections {
namespace {

class Heads : public testing::Test {
 protected:
  ComponentHeads::Head find(std::string_view id, std::uint64_t changes) {
    auto out = heads.find(id, changes, [&]() -> Result<ComponentHeads::Head> {
      ++reads;
      if (while_read) {
        while_read();
      }
      ComponentHead head;
      head.component = id;
      return std::make_shared<const ComponentHead>(std::move(head));
    });
    EXPECT_TRUE(out);
    return out.value_or(nullptr);
  }

  ComponentHeads heads;
  std::function<void()> while_read;
  int reads = 0;
};

TEST_F(Heads, AreReadOnceUntilAComponentChanges) {
  EXPECT_EQ(find("a", 1), find("a", 1));
  EXPECT_EQ(reads, 1);
  find("b", 1);
  EXPECT_EQ(reads, 2);
  find("a", 2);
  find("a", 2);
  find("b", 2);
  EXPECT_EQ(reads, 4);
}

TEST_F(Heads, WhatWasReadBesideAChangeIsNotKept) {
  while_read = [this] {
    while_read = nullptr;
    find("b", 2);  // somebody who has seen the change
  };
  find("a", 1);
  find("a", 2);
  EXPECT_EQ(reads, 3);
  find("b", 2);
  EXPECT_EQ(reads, 3);
  find("a", 1);  // who has not is given nothing of later
  EXPECT_EQ(reads, 4);
}

TEST_F(Heads, AreBounded) {
  for (int i = 0; i < 10'000; ++i) {
    find(std::to_string(i), 1);
  }
  reads = 0;
  for (int i = 0; i < 10'000; ++i) {
    find(std::to_string(i), 1);
  }
  EXPECT_GT(reads, 5'000);
}

TEST_F(Heads, AnErrorIsNotKept) {
  const auto broken = [&](std::string_view id) {
    return heads.find(id, 1, [&]() -> Result<ComponentHeads::Head> {
      ++reads;
      return fail(Code::kUnavailable, "PROJECTION_FAILED", "");
    });
  };
  EXPECT_FALSE(broken("a"));
  EXPECT_FALSE(broken("a"));
  EXPECT_EQ(reads, 2);
}

}  // namespace
}  // namespace daybook::projections
