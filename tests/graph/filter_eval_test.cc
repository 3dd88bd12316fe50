#include "graph/filter_eval.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/graph/filter_schema.h"

namespace daybook::graph {
namespace {

struct EvalCase {
  std::string filter;
  bool holds;
};

void expect_all(std::initializer_list<EvalCase> cases) {
  const Value row = order_row();
  for (const EvalCase& c : cases) {
    const auto checked = check_filter(c.filter, order_type(), kNow);
    ASSERT_TRUE(checked) << c.filter << "\n" << checked.error().text();
    EXPECT_EQ(matches(*checked, row), c.holds) << c.filter;
  }
}

TEST(FilterEval, ComparesEveryKind) {
  expect_all({
      {"orderNumber == 'A-1'", true},
      {"orderNumber = A-1", true},
      {"orderNumber == 'a-1'", false},
      {"orderNumber < 'B'", true},
      {"status = pending", false},
      {"status != 'paid'", false},
      {"'paid' == status", true},
      {"total == 10.5", true},
      {"total == 10.500000000000000000000000000001", false},
      {"total < 10.500000000000000000000000000001", true},
      {"total > -10.5", true},
      {"10 <= total", true},
      {"paid", true},
      {"not paid", false},
      {"paid == true", true},
      {"orderId == 019A8A3C-6C00-7000-8000-00000000000A", true},
      {"orderId == '019a8a3c-6c00-7000-8000-00000000000a'", true},
      {"createdAt == 2025-11-15T00:00:00Z", true},
      {"createdAt == '2025-11-15T01:00:00+01:00'", true},
      {"createdAt >= now - 1 days", true},
      {"createdAt > now - 24 hours", false},
      {"createdAt < now", true},
      {"customer.email == 'ann@example.com'", true},
      {"customer.address.city == Lund", true},
      {"customer.`email` == 'x'", false},
      {"orderNumber == customer.email", false},
      {"note != customer.email", true},
  });
}

TEST(FilterEval, JoinsConditions) {
  expect_all({
      {"paid and total == 1", false},
      {"paid or total == 1", true},
      {"not (paid and total == 1)", true},
      {"not paid or paid and total > 10", true},
      {"(not paid or paid) and total > 11", false},
  });
}

TEST(FilterEval, ListsAreAskedByTheirElements) {
  expect_all({
      {"tags anyof ['new', 'old']", true},
      {"tags anyof ['old']", false},
      {"tags anyof []", false},
      {"tags allof ['gift', 'new']", true},
      {"tags allof ['gift', 'old']", false},
      {"tags allof []", true},
      {"status anyof [pending, 'paid']", true},
      {"total anyof [1, 10.5]", true},
      {"orderId anyof ['019a8a3c-6c00-7000-8000-00000000000a']", true},
      {"tags == nothing", false},
      {"note anyof ['x', nothing]", true},
  });
}

TEST(FilterEval, NothingEqualsNothingAlone) {
  expect_all({
      {"note == nothing", true},
      {"note = null", true},
      {"note != nothing", false},
      {"note == 'x'", false},
      {"note != 'x'", true},
      {"note < 'x'", false},
      {"not (note < 'x')", true},
      {"sentAt == nothing", true},
      {"sentAt <= now", false},
      {"createdAt != sentAt", true},
      {"total != nothing", true},
  });
}

TEST(FilterEval, AValueIsComparedAsWhatItIs) {
  expect_all({
      {"extra.n == 7", true},
      {"extra.n == '7'", false},
      {"extra.n < 'x'", false},
      {"extra.n > 6.9", true},
      {"extra.at == 2025-11-15T00:00:00Z", true},
      {"extra.at < now", true},
      {"extra.at == '2025-11-15T00:00:00Z'", true},
      {"extra.at == createdAt", true},
      {"extra.id == 019a8a3c-6c00-7000-8000-00000000000a", true},
      {"extra.id == orderId", true},
      {"extra.list anyof [2, 3]", true},
      {"extra.list allof [2, 3]", false},
      {"extra.missing.deep == nothing", true},
      {"extra.n.deep == nothing", true},
      {"extra == nothing", false},
  });
}

TEST(FilterEval, ReadsADocumentThatNobodyHasLookedInto) {
  Value row(Value::Record{{"extra", Value(Json{R"({"deep": {"n": 1e2}})"})}});
  const auto checked = check_filter("extra.deep.n == 100", order_type(), kNow);
  ASSERT_TRUE(checked);
  EXPECT_TRUE(matches(*checked, row));
}

}  // namespace
}  // namespace daybook::graph
