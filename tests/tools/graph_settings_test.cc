// The tables [graph.<set>] of the configuration file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/temp_directory.h"
#include "tools/daybook/settings.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;

Result<ServeSettings> read(const std::string& file) {
  return resolve_settings(
      {}, [](const std::string&) { return std::nullopt; }, file);
}

TEST(GraphSettings, EverySourceIsRead) {
  const TempDirectory directory;
  const std::string file = directory.write("d.toml", R"(
exec-slots = 3

[graph.orders]
description = "Orders of the shop"
source = "http"
url = "https://shop.example/orders"
headers = { Authorization = "Bearer t" }
key = "orderNumber"
orderBy = "at desc"
fields = { orderNumber = "text", at = "instant", customer = { email = "text" }, tags = ["text"] }
navigate = { lines = { set = "orderLines", on = { orderNumber = "order" }, many = true } }

[graph.orderLines]
source = "postgres"
connection = "host=db dbname=shop"
table = "shop.lines"
key = ["order", "line"]

[graph.orderLines.fields]
order = "text"
line = "number"
id = "uuid"
sent = "bool"
extra = "value"
parcels = [{ sku = "text" }]

[graph.prices]
source = "ndjson"
file = "prices.ndjson"
fields = { sku = "text" }
)");
  const auto settings = read(file);
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->exec_slots, 3U);
  ASSERT_EQ(settings->graph_sets.size(), 3U);
  const auto by_name = [&](const std::string& name) {
    for (const auto& set : settings->graph_sets) {
      if (set.schema.name == name) {
        return set;
      }
    }
    return graph::SetConfig();
  };
  const graph::SetConfig orders = by_name("orders");
  EXPECT_EQ(orders.url, "https://shop.example/orders");
  EXPECT_EQ(orders.headers.at(0).second, "Bearer t");
  EXPECT_EQ(orders.schema.what, "Orders of the shop");
  EXPECT_EQ(orders.schema.order, "at desc");
  EXPECT_EQ(orders.schema.record.find("customer")->type.find("email")->type.kind,
            graph::Kind::kText);
  EXPECT_EQ(orders.schema.record.find("tags")->type.element->kind, graph::Kind::kText);
  // In the order of the file.
  EXPECT_EQ(orders.schema.record.fields.at(0).name, "orderNumber");
  EXPECT_EQ(orders.schema.record.fields.at(3).name, "tags");
  const graph::Navigation& lines = orders.schema.navigations.at(0);
  EXPECT_EQ(lines.set, "orderLines");
  EXPECT_TRUE(lines.many);
  EXPECT_EQ(lines.on.at(0).second, "order");
  const graph::SetConfig table = by_name("orderLines");
  EXPECT_EQ(table.source, graph::SourceKind::kPostgres);
  EXPECT_EQ(table.connection, "host=db dbname=shop");
  EXPECT_EQ(table.table, "shop.lines");
  EXPECT_EQ(table.schema.record.find("extra")->type.kind, graph::Kind::kValue);
  EXPECT_EQ(table.schema.record.find("parcels")->type.element->fields.at(0).name, "sku");
  EXPECT_EQ(table.schema.key, (std::vector<std::string>{"order", "line"}));
  EXPECT_EQ(by_name("prices").file, directory.path() / "prices.ndjson");
}

struct Case {
  std::string toml;
  int line;
  std::string says;
};

TEST(GraphSettings, AFaultNamesItsLine) {
  const std::string start = "[graph.x]\nsource = \"ndjson\"\nfile = \"x\"\n";
  const Case cases[] = {
      {"graph = 1", 1, "tables like [graph.orders]"},
      {"[graph]\nx = 1", 2, "graph.x must be a table"},
      {"[graph.x]\nfields = {}", 1, "'source' must be"},
      {"[graph.x]\nsource = \"ftp\"", 2, "\"http\", \"postgres\" or \"ndjson\""},
      {start, 1, "'fields' must be a table"},
      {start + "fields = { a = \"string\" }", 4, "a type is \"text\", \"number\""},
      {start + "fields = { a = [] }", 4, "a list has one type inside"},
      {start + "fields = {}", 1, "graph.x.fields: must have 1 to 256 fields"},
      {start + "url = \"http://x\"\nfields = { a = \"text\" }", 4,
       "unknown setting 'url' of a set"},
      {start + "fields = { a = \"text\" }\nkey = 1", 5, "'key' must be a text"},
      {start + "fields = { a = \"text\" }\nkey = \"b\"", 1, "graph.x.key: there is no field 'b'"},
      {start + "fields = { a = \"text\" }\nnavigate = { y = 1 }", 5, "a navigation is a table"},
      {start + "fields = { a = \"text\" }\nnavigate = { y = { to = \"z\" } }", 5, "not 'to'"},
      {"[graph.x]\nsource = \"http\"\nurl = \"ftp://x\"\nfields = { a = \"text\" }", 1,
       "graph.x.url: must begin with http:// or https://"},
      {"[graph.\"a b\"]\nsource = \"http\"\nurl = \"http://x\"\nfields = { a = \"text\" }", 1,
       "letters, digits and _"},
      {start + "fields = { a = [[[[[[[[[\"text\"]]]]]]]]] }", 4, "more than 8 types"},
  };
  for (const Case& c : cases) {
    const TempDirectory directory;
    const std::string file = directory.write("d.toml", c.toml);
    const auto settings = read(file);
    ASSERT_FALSE(settings) << c.toml;
    EXPECT_EQ(settings.error().field, file + ":" + std::to_string(c.line)) << c.toml;
    EXPECT_THAT(settings.error().message, HasSubstr(c.says)) << c.toml;
  }
}

}  // namespace
}  // namespace daybook::cli
