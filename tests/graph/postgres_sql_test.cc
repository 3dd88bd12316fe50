// What is pushed down, and that values never stand in a statement.
#include "graph/sources/postgres_sql.h"

#include <string>

#include "base/clock.h"
#include "graph/limits.h"
#include "graph/order.h"
#include "tests/graph/source_rig.h"

namespace daybook::graph::sources {
namespace {

const std::string kSelect = R"(SELECT to_json("total") FROM "shop"."Orders")";

struct Asked {
  std::string filter;
  std::string order;
  std::vector<Value> after = {};
};

Columns columns() {
  return {{"orderNumber", {25, true}}, {"orderId", {2950, true}},   {"total", {1700, true}},
          {"paid", {16, true}},        {"createdAt", {1114, true}}, {"tags", {1009, true}},
          {"customer", {3802, true}},  {"extra", {114, true}}};
}

Statement statement(const Asked& asked, const Columns& described = columns()) {
  const SetSchema schema = orders_schema();
  const auto filter = check_filter(asked.filter, schema.record, Micros{1'763'251'200'000'000});
  EXPECT_TRUE(filter) << filter.error().text();
  const auto order = parse_order(asked.order, schema, "orderBy");
  EXPECT_TRUE(order) << order.error().text();
  const std::set<std::string> needs{"total"};
  const FakeClock clock;
  Memory memory;
  const Ask ask{*filter,  *order, asked.after.empty() ? nullptr : &asked.after, needs, 101, clock,
                Micros{}, memory};
  return select(schema, "shop.Orders", described, ask);
}

std::string text(const std::string& filter) {
  std::string out = statement({filter, ""}).text;
  EXPECT_TRUE(out.starts_with(kSelect));
  out.erase(0, kSelect.size());
  const std::string order = R"( ORDER BY "orderNumber" COLLATE "C" ASC NULLS FIRST LIMIT )";
  const auto at = out.find(order);
  EXPECT_NE(at, std::string::npos) << out;
  return out.erase(at, order.size());
}

const std::string kAll = std::to_string(kGraphScanMax + 2);

TEST(PostgresSql, ExactFiltersArePushedDownAndTheRowsLimited) {
  EXPECT_EQ(text(""), "101");
  EXPECT_EQ(text("orderNumber == a"), R"( WHERE ("orderNumber" = $1::text)101)");
  EXPECT_EQ(text("orderNumber > a"), R"( WHERE ("orderNumber" COLLATE "C" > $1::text)101)");
  EXPECT_EQ(text("not (total >= 1.5)"), R"( WHERE NOT (("total" >= $1::numeric) IS TRUE)101)");
  EXPECT_EQ(text("total == 15"), R"( WHERE ("total" = $1::int8)101)");
  EXPECT_EQ(text("total != 15"), R"( WHERE ("total" IS DISTINCT FROM $1::int8)101)");
  EXPECT_EQ(text("paid and orderId == nothing"),
            R"( WHERE ("paid" IS TRUE) AND ("orderId" IS NULL)101)");
  EXPECT_EQ(text("createdAt < now"),
            R"( WHERE ("createdAt" < ($1::timestamptz AT TIME ZONE 'UTC'))101)");
  EXPECT_EQ(text("orderNumber anyof [a, nothing] or paid == true"),
            R"( WHERE ((("orderNumber" IN ($1::text)) OR "orderNumber" IS NULL))"
            R"( OR ("paid" = $2::bool))101)");
}

TEST(PostgresSql, WhatHasNoExactFormIsLeftToUs) {
  EXPECT_EQ(text("customer.email == x"), kAll);
  EXPECT_EQ(text("tags anyof [x]"), kAll);
  EXPECT_EQ(text("extra == 1"), kAll);
  // Of an `and` the exact parts go; an `or` goes as a whole or not at all.
  EXPECT_EQ(text("customer.email == x and orderNumber == a"),
            R"( WHERE ("orderNumber" = $1::text))" + kAll);
  EXPECT_EQ(text("customer.email == x or orderNumber == a"), kAll);
  EXPECT_EQ(statement({"orderNumber == a or customer.email == x", ""}).values.size(), 0U);
  EXPECT_EQ(text("orderNumber == 'a" + std::string(1, '\0') + "'"), kAll);
}

TEST(PostgresSql, AColumnOfAnotherTypeIsLeftToUs) {
  Columns other = columns();
  other["total"].type = 701;  // float8 compares differently
  other["orderNumber"].deterministic = false;
  const Statement made = statement({"total == 1.5 and orderNumber == a", "total"}, other);
  EXPECT_EQ(made.text, kSelect + " LIMIT " + kAll);
  EXPECT_FALSE(made.in_order);
}

TEST(PostgresSql, ValuesStandBesideTheStatement) {
  const Statement made = statement(
      {"orderNumber == 'x''; DROP TABLE y; --' and orderId == 019a8a3c-6c00-7000-8000-00000000000a "
       "and total > -1.50 and paid == false and createdAt >= 2025-11-15T00:00:00.25Z",
       ""});
  EXPECT_EQ(made.values, (std::vector<std::string>{"x'; DROP TABLE y; --",
                                                   "019a8a3c-6c00-7000-8000-00000000000a", "-1.50",
                                                   "false", "2025-11-15T00:00:00.250Z"}));
  EXPECT_EQ(made.text.find("DROP"), std::string::npos);
}

TEST(PostgresSql, BehindACursorRowsBeginAtItsValue) {
  const std::vector<Value> after = {Value(*Decimal::parse("7")), Value(std::string("a"))};
  EXPECT_EQ(
      statement({"", "total desc", after}).text,
      kSelect +
          R"( WHERE ("total" <= $1::int8 OR "total" IS NULL) ORDER BY "total" DESC NULLS LAST, )" +
          R"("orderNumber" COLLATE "C" DESC NULLS LAST LIMIT )" + kAll);
  EXPECT_EQ(statement({"", "total", after}).text,
            kSelect + R"( WHERE ("total" >= $1::int8) ORDER BY "total" ASC NULLS FIRST, )" +
                R"("orderNumber" COLLATE "C" ASC NULLS FIRST LIMIT )" + kAll);
}

TEST(PostgresSql, NamesAreQuoted) {
  EXPECT_EQ(quote_name(R"(a"b)"), R"("a""b")");
  EXPECT_EQ(quote_table("shop.order lines"), R"("shop"."order lines")");
}

}  // namespace
}  // namespace daybook::graph::sources
