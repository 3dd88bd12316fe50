// The graph over views of a log in memory.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "graph/graph.h"
#include "graph/own_sets.h"
#include "tests/projections/views_rig.h"

namespace daybook::graph {

class GraphTest : public testing::Test {
 protected:
  void SetUp() override {
    r.open();
    const Status added = add_own_sets(graph, *r.views);
    ASSERT_TRUE(added) << added.error().text();
    const Status sound = graph.check_navigations();
    ASSERT_TRUE(sound) << sound.error().text();
  }

  Result<Answer> ask(const Query& query) {
    r.now();
    return graph.answer(query, s.now, clock.steady() + seconds(60));
  }
  Answer answer(const Query& query) {
    auto out = ask(query);
    EXPECT_TRUE(out) << out.error().text();
    return out ? *out : Answer();
  }
  // The JSON of jobs by one field.
  std::string json(const Query& query) { return answer(query).json; }
  Error refusal(const Query& query) {
    const auto out = ask(query);
    EXPECT_FALSE(out) << out->json;
    return out ? Error() : out.error();
  }

  projections::ViewsRig r;
  projections::Story& s = r.story;
  FakeClock clock;
  Graph graph{clock};
};

inline Query query(std::string set, std::vector<std::string> fields = {}, std::string filter = "",
                   std::string order_by = "") {
  Query out;
  out.set = std::move(set);
  out.fields = std::move(fields);
  out.filter = std::move(filter);
  out.order_by = std::move(order_by);
  return out;
}

}  // namespace daybook::graph
