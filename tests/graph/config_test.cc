#include "graph/config.h"

#include "graph/limits.h"
#include "tests/graph/source_rig.h"

namespace daybook::graph {
namespace {

SetConfig sound() {
  SetConfig out;
  out.schema = orders_schema();
  out.source = SourceKind::kNdjson;
  out.file = "/nowhere/orders.ndjson";
  return out;
}

void expect_refused(const SetConfig& config, const std::string& field, const std::string& says) {
  const auto set = make_configured_set(config);
  ASSERT_FALSE(set) << field;
  EXPECT_EQ(set.error().field, field);
  EXPECT_NE(set.error().message.find(says), std::string::npos) << set.error().message;
}

TEST(GraphConfig, OpensNothing) {
  EXPECT_TRUE(make_configured_set(sound()));
}

TEST(GraphConfig, NamesWhatIsWrong) {
  SetConfig c = sound();
  c.schema.name = "my orders";
  expect_refused(c, "graph.my orders", "letters, digits and _");
  c = sound();
  c.schema.record.fields[0].name = "a.b";
  expect_refused(c, "graph.orders.fields.a.b", "no dot");
  c = sound();
  c.schema.record.fields.clear();
  expect_refused(c, "graph.orders.fields", "1 to 256 fields");
  c = sound();
  Type deep = type_of(Kind::kText);
  for (std::size_t i = 0; i < kTypeDepthMax; ++i) {
    deep = list_of(deep);
  }
  c.schema.record.fields[0].type = deep;
  expect_refused(c, "graph.orders.fields.orderNumber", "more than 8 types in each other");
  c = sound();
  c.schema.key = {"number"};
  expect_refused(c, "graph.orders.key", "there is no field 'number'");
  c = sound();
  c.schema.key = {"tags"};
  expect_refused(c, "graph.orders.key", "a list names no row");
  c = sound();
  c.schema.order = "createdAt down";
  expect_refused(c, "graph.orders.orderBy", "expected 'asc', 'desc'");
  c = sound();
  c.schema.navigations = {{"lines", "lines", true, {}}};
  expect_refused(c, "graph.orders.navigate.lines.on", "at least one pair");
  c = sound();
  c.file.clear();
  expect_refused(c, "graph.orders.file", "is required");
  c = sound();
  c.source = SourceKind::kHttp;
  c.url = "file:///etc/passwd";
  expect_refused(c, "graph.orders.url", "http:// or https://");
  c.url = "http://x";
  c.headers = {{"A", "b\r\nC: d"}};
  expect_refused(c, "graph.orders.headers", "on one line");
  c = sound();
  c.source = SourceKind::kPostgres;
  expect_refused(c, "graph.orders.connection", "is required");
  c.connection = "host=x";
  expect_refused(c, "graph.orders.table", "is required");
}

}  // namespace
}  // namespace daybook::graph
