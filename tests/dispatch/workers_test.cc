#include "dispatch/workers.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/limits/dispatch.h"

namespace daybook::dispatch {
namespace {

TEST(Workers, LongestUnseenMakesRoom) {
  Workers workers;
  for (std::size_t i = 0; i < kWorkersMax; ++i) {
    workers.seen("w" + std::to_string(i), {"d"}, Micros{static_cast<std::int64_t>(i) + 1});
  }
  const auto held = workers.started("w0", Micros{1});
  workers.seen("new", {"d"}, Micros{1'000'000});
  EXPECT_LE(workers.size(), kWorkersMax);
  const auto rows = workers.rows();
  EXPECT_EQ(rows.front().worker, "new");
  EXPECT_EQ(rows.back().worker, "w0");  // it holds an attempt
  EXPECT_NE(rows[rows.size() - 2].worker, "w1");
  workers.ended(held);
  EXPECT_EQ(workers.rows().back().leased, 0U);
}

TEST(Workers, WhatTheyAskForIsRememberedWhileThereIsRoom) {
  const std::vector<std::string> many(kLeaseDefinitionsMax, std::string(100, 'd'));
  Workers workers;
  const auto shown = [&] {
    const auto rows = workers.rows();
    return std::count_if(rows.begin(), rows.end(),
                         [](const WorkerRow& row) { return row.definitions != nullptr; });
  };
  for (std::size_t i = 0; i < 1000; ++i) {
    workers.seen("w" + std::to_string(i), many, Micros{static_cast<std::int64_t>(i)});
  }
  const auto fit = static_cast<std::size_t>(shown());
  EXPECT_LE(fit * many.size() * 100, kWorkersDefinitionsBytesMax);
  EXPECT_GT(fit, 100U);
  EXPECT_EQ(workers.size(), 1000U);
  workers.seen("w0", {"d"}, Micros{5000});  // which makes room for another
  workers.seen("w999", many, Micros{5001});
  EXPECT_EQ(static_cast<std::size_t>(shown()), fit + 1);
  EXPECT_EQ(*workers.rows().front().definitions, many);
}

TEST(Workers, WhenAllHoldAttemptsNobodyIsAdded) {
  Workers workers;
  for (std::size_t i = 0; i < kWorkersMax; ++i) {
    workers.seen("w" + std::to_string(i), {"d"}, Micros{1});
    workers.started("w" + std::to_string(i), Micros{1});
  }
  workers.seen("new", {"d"}, Micros{2});
  EXPECT_EQ(workers.size(), kWorkersMax);
  EXPECT_EQ(workers.started("new", Micros{3}), 0U);
  workers.ended(0);
  workers.heartbeat(0, Micros{4});
}

}  // namespace
}  // namespace daybook::dispatch
