#include "graph/limits.h"
#include "tests/graph/source_rig.h"

namespace daybook::graph {
namespace {

class NdjsonSource : public SourceTest {
 protected:
  void serve(const std::string& text) {
    SetConfig config;
    config.schema = orders_schema();
    config.source = SourceKind::kNdjson;
    config.file = folder.write("orders.ndjson", text);
    add(std::move(config));
  }
  std::string where(int line) {
    return "orders: " + (folder.path / "orders.ndjson").string() + ":" + std::to_string(line);
  }

  TempFolder folder{"ndjson-source"};
};

TEST_F(NdjsonSource, RowsAreFilteredOrderedAndPaged) {
  serve(R"({"orderNumber":"a","total":10.10,"paid":true,"createdAt":"2025-11-15T00:00:00Z"})"
        "\n\n"
        R"({"orderNumber":"b","total":9007199254740993,"customer":{"email":"b@x.se","more":1}})"
        "\r\n"
        R"({"orderNumber":"c","total":9007199254740992,"tags":["x"],"other":[1]})");
  EXPECT_EQ(numbers(""), "a b c");
  EXPECT_EQ(numbers("total > 9007199254740992"), "b");
  EXPECT_EQ(numbers("createdAt >= now - 1 days"), "a");
  EXPECT_EQ(numbers("paid == nothing", "total"), "c b");
  EXPECT_EQ(numbers("customer.email = 'b@x.se' or tags anyof [x]", "orderNumber desc"), "c b");
  EXPECT_EQ(answer(query({"customer", "total", "extra"}, "orderNumber == b")).json,
            R"([{"total":9007199254740993,"customer":{"email":"b@x.se"},"extra":null}])");
  Query page = query({"orderNumber"});
  page.limit = 2;
  page.count = true;
  const Answer first = answer(page);
  EXPECT_EQ(first.total_count, 3U);
  page.after = first.last_cursor;
  EXPECT_EQ(answer(page).json, R"([{"orderNumber":"c"}])");
}

TEST_F(NdjsonSource, AFaultNamesItsLine) {
  struct Case {
    std::string text;
    std::string reason;
    std::string says;
  };
  const Case cases[] = {
      {"{}\n{\"total\":}\n", "GRAPH_SOURCE", where(2) + ": not JSON at byte 9: syntax error"},
      {"{}\n\n[1]", "GRAPH_ROW", ":3: the row is a list, not a record"},
      {"null", "GRAPH_ROW", ":1: the row is nothing, not a record"},
      {R"({"total":"1"})", "GRAPH_ROW", ":1: the field total is a text that is no number"},
      {R"({"orderNumber":1})", "GRAPH_ROW", ":1: the field orderNumber is a number, not a text"},
      {R"({"createdAt":"today"})", "GRAPH_ROW",
       ":1: the field createdAt is a text that is no instant"},
      {R"({"customer":{"email":false}})", "GRAPH_ROW",
       ":1: the field customer.email is a bool, not a text"},
      {R"({"tags":["x",{}]})", "GRAPH_ROW", ":1: the field tags[1] is a record, not a text"},
      {R"({"tags":"x"})", "GRAPH_ROW", ":1: the field tags is a text that is no list"},
      {"\"\xff\"", "GRAPH_SOURCE", ":1: not JSON"},
  };
  serve("");
  EXPECT_EQ(numbers(""), "");
  for (const Case& c : cases) {
    folder.write("orders.ndjson", c.text);
    const Error error = refusal(query({"orderNumber"}));
    EXPECT_EQ(error.reason, c.reason) << c.text;
    EXPECT_EQ(error.code, Code::kUnavailable);
    EXPECT_NE(error.message.find(c.says), std::string::npos) << c.text << "\n" << error.message;
  }
}

TEST_F(NdjsonSource, AFileThatIsAwayIsSaid) {
  serve("");
  std::filesystem::remove(folder.path / "orders.ndjson");
  const Error error = refusal(query({"orderNumber"}));
  EXPECT_EQ(error.reason, "GRAPH_SOURCE");
  EXPECT_NE(error.message.find("No such file or directory"), std::string::npos) << error.message;
}

TEST_F(NdjsonSource, ItsSizesAreBounded) {
  std::string rows;
  for (std::size_t i = 0; i < kGraphScanMax; ++i) {
    rows += "{\"orderNumber\":\"x" + std::to_string(i) + "\"}\n";
  }
  serve(rows);
  EXPECT_EQ(answer(query({"orderNumber"}, "", "orderNumber")).rows, kGraphRowsMax);
  folder.write("orders.ndjson", rows + "{\"orderNumber\":\"y\"}\n");
  const Error error = refusal(query({"orderNumber"}, "orderNumber == y"));
  EXPECT_EQ(error.reason, "GRAPH_SCAN_LIMIT");
  EXPECT_NE(error.message.find("its source has no index and is too large"), std::string::npos);
  const std::string frame = R"({"orderNumber":""})";
  folder.write("orders.ndjson", R"({"orderNumber":")" +
                                    std::string(kSourceLineBytesMax - frame.size(), 'x') + "\"}");
  EXPECT_EQ(answer(query({"total"})).rows, 1U);
  folder.write("orders.ndjson",
               R"({"orderNumber":")" + std::string(kSourceLineBytesMax, 'x') + "\"}");
  EXPECT_NE(refusal(query({"total"})).message.find("the line is over the limit of 4 MiB"),
            std::string::npos);
  std::string blank;
  for (std::size_t i = 0; i <= kSourceBytesMax / (1024 * 1024); ++i) {
    blank += std::string(1024 * 1024 - 1, ' ') + "\n";
  }
  folder.write("orders.ndjson", blank);
  EXPECT_NE(refusal(query({"total"})).message.find("the file is over the limit of 64 MiB"),
            std::string::npos);
}

TEST_F(NdjsonSource, NavigationsReadTheFileOnceAnAnswer) {
  SetConfig lines;
  lines.schema.name = "lines";
  lines.schema.record = record_of({{"order", type_of(Kind::kText)}, {"sku", type_of(Kind::kText)}});
  lines.source = SourceKind::kNdjson;
  lines.file = folder.write("lines.ndjson", R"({"order":"a","sku":"1"})"
                                            "\n"
                                            R"({"order":"b","sku":"2"})"
                                            "\n"
                                            R"({"order":"a","sku":"3"})");
  lines.schema.navigations = {{"of", "orders", false, {{"order", "orderNumber"}}}};
  add(lines);
  SetConfig orders;
  orders.schema = orders_schema();
  orders.schema.navigations = {{"lines", "lines", true, {{"orderNumber", "order"}}}};
  orders.source = SourceKind::kNdjson;
  orders.file = folder.write("orders.ndjson", R"({"orderNumber":"a"})"
                                              "\n"
                                              R"({"orderNumber":"c"})"
                                              "\n{}");
  add(orders);
  ASSERT_TRUE(graph.check_navigations());
  Query q = query({"orderNumber"});
  Query inner;
  inner.set = "lines";
  inner.fields = {"sku"};
  q.navigate = {inner};
  EXPECT_EQ(answer(q).json, R"([{"orderNumber":null,"lines":[]},)"
                            R"({"orderNumber":"a","lines":[{"sku":"1"},{"sku":"3"}]},)"
                            R"({"orderNumber":"c","lines":[]}])");
  // Rows of a set without a key keep the order of the file and have no cursors.
  Query plain;
  plain.set = "lines";
  plain.fields = {"sku"};
  plain.limit = 2;
  const Answer page = answer(plain);
  EXPECT_EQ(page.json, R"([{"sku":"1"},{"sku":"2"}])");
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.last_cursor, "");
}

}  // namespace
}  // namespace daybook::graph
