#include "graph/filter_check.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/graph/filter_schema.h"

namespace daybook::graph {
namespace {

struct CheckCase {
  std::string filter;
  std::string reason;
  std::string says;
};

TEST(FilterCheck, FindsUnknownFieldsAndWrongTypesBeforeAnyRow) {
  const CheckCase cases[] = {
      {"statsu == pending", "GRAPH_UNKNOWN_FIELD",
       "line 1, column 1: there is no field 'statsu'; the fields are: orderNumber, status, total, "
       "paid, orderId, createdAt, sentAt, tags, note, extra, customer\n"
       "  statsu == pending\n  ^^^^^^"},
      {"customer.emial == 'x'", "GRAPH_UNKNOWN_FIELD",
       "there is no field 'emial'; the fields are: email, address"},
      {"note == customer.emial", "GRAPH_UNKNOWN_FIELD", "column 9: there is no field 'emial'"},
      {"note == `other`", "GRAPH_UNKNOWN_FIELD", "there is no field 'other'"},
      {"note.x == 1", "GRAPH_UNKNOWN_FIELD", "'x' is asked of a field without fields"},
      {"total == 'x'", "GRAPH_TYPE", "column 10: a number field is compared with a text"},
      {"total == pending", "GRAPH_TYPE", "a number field is compared with a text"},
      {"note == 1", "GRAPH_TYPE", "a text field is compared with a number"},
      {"note == true", "GRAPH_TYPE", "a text field is compared with a bool"},
      {"note == now", "GRAPH_TYPE", "a text field is compared with an instant"},
      {"paid == 1", "GRAPH_TYPE", "a bool field is compared with a number"},
      {"paid < true", "GRAPH_TYPE", "this pair has no order"},
      {"note < nothing", "GRAPH_TYPE", "this pair has no order"},
      {"orderId == 'x'", "GRAPH_TYPE", "this text is not a uuid"},
      {"createdAt > yesterday", "GRAPH_TYPE", "this text is not an instant"},
      {"createdAt > 2025-13-15T00:00:00Z", "GRAPH_TYPE", "not an instant"},
      {"createdAt >= 2025-11-15", "GRAPH_FILTER",
       "column 14: a day alone is no instant: its midnight is 2025-11-15T00:00:00Z"},
      {"createdAt >= 2025-11-15 + 1 days", "GRAPH_FILTER", "a day alone is no instant"},
      {"createdAt anyof [2025-11-15]", "GRAPH_FILTER", "a day alone is no instant"},
      {"2025-11-15T10 <= createdAt", "GRAPH_FILTER", "a day alone is no instant"},
      {"createdAt >= '2025-11-15'", "GRAPH_TYPE", "this text is not an instant like 2025-11-15T"},
      {"createdAt > 5", "GRAPH_TYPE", "an instant field is compared with a number"},
      {"createdAt > now - 100 years", "GRAPH_TYPE", "outside the years 1970 to 9999"},
      {"status == paid", "GRAPH_TYPE", "a text field is compared with a bool field"},
      {"status == pendign", "GRAPH_TYPE",
       "this field is never 'pendign', but one of: pending, paid, sent"},
      {"status anyof ['sent', 'lost']", "GRAPH_TYPE", "column 23: this field is never 'lost'"},
      {"tags == 'x'", "GRAPH_TYPE", "a list is asked with anyof"},
      {"customer == 'x'", "GRAPH_TYPE", "name one of its fields: email, address"},
      {"customer anyof ['x']", "GRAPH_TYPE", "only plain values"},
      {"note allof ['x']", "GRAPH_TYPE", "allof asks a list; this field is a text"},
      {"tags anyof [1]", "GRAPH_TYPE", "a text field is compared with a number"},
      {"tags anyof [note]", "GRAPH_TYPE", "the items of a list are values, not fields"},
      {"note == total", "GRAPH_TYPE",
       "a text field is compared with a number field; a text of this name stands in quotes"},
      {"note", "GRAPH_TYPE", "a text alone is no condition"},
      {"1 == 1", "GRAPH_TYPE", "a comparison has a field on one side"},
      {"1 anyof [1]", "GRAPH_TYPE", "anyof and allof have a field on their left side"},
      {"a b", "GRAPH_FILTER", "expected 'and', 'or' or the end"},
  };
  for (const CheckCase& c : cases) {
    const auto checked = check_filter(c.filter, order_type(), kNow, "filter");
    ASSERT_FALSE(checked) << c.filter;
    EXPECT_EQ(checked.error().reason, c.reason) << c.filter;
    EXPECT_EQ(checked.error().code, Code::kInvalid);
    EXPECT_EQ(checked.error().field, "filter");
    EXPECT_NE(checked.error().message.find(c.says), std::string::npos) << c.filter << "\n"
                                                                       << checked.error().message;
  }
}

TEST(FilterCheck, PutsTheFieldLeft) {
  const auto checked = check_filter("5 < total", order_type(), kNow);
  ASSERT_TRUE(checked) << checked.error().text();
  EXPECT_EQ(join_path(checked->left.path), "total");
  EXPECT_EQ(checked->compare, Compare::kGreater);
}

TEST(FilterCheck, AnEmptyFilterLeavesEveryRow) {
  for (const std::string filter : {"", "  \n"}) {
    const auto checked = check_filter(filter, order_type(), kNow);
    ASSERT_TRUE(checked);
    EXPECT_TRUE(checked->parts.empty());
  }
}

}  // namespace
}  // namespace daybook::graph
