// The PostgreSQL source against a real server.
#include <chrono>
#include <memory>
#include <thread>

#include "graph/limits.h"
#include "tests/graph/postgres_server.h"
#include "tests/graph/source_rig.h"

namespace daybook::graph {
namespace {

// One cluster for all tests of this file.
PostgresServer* server = nullptr;

class PostgresSource : public SourceTest {
 protected:
  static void SetUpTestSuite() { server = new PostgresServer; }
  static void TearDownTestSuite() {
    delete server;
    server = nullptr;
  }

  void SetUp() override {
    server->run(R"(DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop;
      CREATE TABLE shop."Orders" ("orderNumber" text, "orderId" uuid, total numeric, paid boolean,
        "createdAt" timestamptz, tags text[], customer jsonb, extra json, hidden int);
      INSERT INTO shop."Orders" VALUES
        ('a', '019a8a3c-6c00-7000-8000-00000000000a', 10.10, true, '2025-11-15T01:00:00+01',
         '{x,y}', '{"email": "a@x.se"}', '{"n": 1.50}', 1),
        ('B', null, 9007199254740993, false, '2025-11-15T00:00:00.000001Z', '{}', null, null, 2),
        ('c', '019a8a3c-6c00-7000-8000-00000000000c', 9007199254740992, null, null, null,
         '{"email": "c@x.se"}', '[1]', 3),
        (null, null, null, null, '2025-11-16T00:00:00Z', null, null, null, 4))");
  }

  SetConfig config() {
    SetConfig out;
    out.schema = orders_schema();
    out.source = SourceKind::kPostgres;
    out.connection = server->connection();
    out.table = "shop.Orders";
    return out;
  }
};

TEST_F(PostgresSource, ShowsEveryTypeExactly) {
  add(config());
  EXPECT_EQ(answer(query({}, "orderNumber == a")).json,
            R"([{"orderNumber":"a","orderId":"019a8a3c-6c00-7000-8000-00000000000a","total":10.10,)"
            R"("paid":true,"createdAt":"2025-11-15T00:00:00Z","tags":["x","y"],)"
            R"("customer":{"email":"a@x.se"},"extra":{"n":1.50}}])");
  EXPECT_EQ(
      answer(query({"total", "createdAt", "extra"}, "orderNumber == B")).json,
      R"([{"total":9007199254740993,"createdAt":"2025-11-15T00:00:00.000001Z","extra":null}])");
}

// Each filter is also asked in a form that is not pushed down, so that we answer it ourselves.
TEST_F(PostgresSource, APushedFilterMeansWhatOursMeans) {
  add(config());
  const char* filters[] = {
      "orderNumber == a",
      "orderNumber != a",
      "orderNumber > 'Z'",
      "orderNumber <= 'a'",
      "not (orderNumber > 'Z')",
      "not (orderNumber == a)",
      "orderNumber == nothing",
      "orderNumber != nothing",
      "orderNumber == 'x'' or true; --'",
      "orderNumber anyof ['a', 'c', nothing]",
      "not (orderNumber anyof ['a', 'c'])",
      "orderNumber anyof []",
      "total == 10.1",
      "total > 9007199254740992",
      "total >= 9007199254740992 and total < 9007199254740993",
      "total < 0 or total >= -5",
      "total != 10.1",
      "paid",
      "not paid",
      "paid == false",
      "paid != true",
      "orderId == 019A8A3C-6C00-7000-8000-00000000000C",
      "orderId > 019a8a3c-6c00-7000-8000-00000000000a",
      "createdAt == 2025-11-15T00:00:00Z",
      "createdAt > 2025-11-15T00:00:00Z",
      "createdAt < now",
      "createdAt >= now - 1 days and not (createdAt > 2025-11-15T12:00:00Z)",
      "orderNumber == orderNumber",
      "orderNumber < orderNumber",
      "not (paid or total > 100)",
      "orderNumber == a or (paid == nothing and total == nothing)",
      "customer.email == 'c@x.se'",
      "tags anyof ['y'] or extra anyof [1]",
      "extra.n == 1.5 and orderNumber == a",
  };
  for (const std::string filter : filters) {
    const std::string ours = "(" + filter + ") or tags anyof ['never']";
    EXPECT_EQ(numbers(filter, "total"), numbers(ours, "total")) << filter;
    const std::string json = answer(query({"total"}, filter, "total")).json;
    EXPECT_EQ(json, answer(query({"total"}, ours, "total")).json) << filter;
  }
}

TEST_F(PostgresSource, OrdersAsWeDo) {
  add(config());
  EXPECT_EQ(
      answer(query({"orderNumber"})).json,
      R"([{"orderNumber":null},{"orderNumber":"B"},{"orderNumber":"a"},{"orderNumber":"c"}])");
  EXPECT_EQ(numbers("", "orderNumber desc"), "c a B");
  EXPECT_EQ(numbers("orderNumber != nothing", "total desc"), "B c a");
  EXPECT_EQ(numbers("orderNumber != nothing", "createdAt"), "c a B");
  EXPECT_EQ(numbers("orderNumber != nothing", "createdAt desc"), "B a c");
  EXPECT_EQ(numbers("orderNumber != nothing", "customer.email"), "B a c");
  EXPECT_EQ(numbers("orderId != nothing", "orderId desc"), "c a");
}

TEST_F(PostgresSource, PagesFollowEachOtherAndAreCounted) {
  server->run(R"(INSERT INTO shop."Orders" ("orderNumber", total)
    SELECT 'n' || lpad(i::text, 4, '0'), i % 7 FROM generate_series(1, 350) i)");
  add(config());
  for (const std::string order : {"orderNumber", "orderNumber desc", "total", "total desc"}) {
    Query q = query({"orderNumber"}, "orderNumber >= n and total >= 0", order);
    q.count = true;
    std::size_t rows = 0;
    std::string last;
    for (int page = 0; page < 4; ++page) {
      const Answer out = answer(q);
      rows += out.rows;
      EXPECT_EQ(out.more, page < 3) << order;
      if (page == 0) {
        EXPECT_EQ(out.total_count, 350U);
      }
      EXPECT_NE(out.json, last);
      last = out.json;
      q.after = out.last_cursor;
    }
    EXPECT_EQ(rows, 350U) << order;
  }
}

TEST_F(PostgresSource, AScanIsBoundedAndAPushedFilterIsNot) {
  server->run(R"(INSERT INTO shop."Orders" ("orderNumber", customer)
    SELECT 'n' || i, '{"email": "x"}' FROM generate_series(1, 25000) i)");
  add(config());
  EXPECT_EQ(numbers("orderNumber == 'n24999'"), "n24999");
  EXPECT_EQ(refusal(query({"orderNumber"}, "customer.email == 'y'")).reason, "GRAPH_SCAN_LIMIT");
  EXPECT_EQ(answer(query({"orderNumber"}, "customer.email == 'x'")).rows, kGraphRowsMax);
}

TEST_F(PostgresSource, RowsOfAnotherTypeAndAbsentColumnsAreNamed) {
  SetConfig c = config();
  c.schema.record.fields[0].type = type_of(Kind::kNumber);
  c.schema.key = {};
  add(c);
  const Error wrong = refusal(query({"orderNumber"}));
  EXPECT_EQ(wrong.reason, "GRAPH_ROW");
  EXPECT_EQ(wrong.message, "orders, row 1: the field orderNumber is a text that is no number");
  SetConfig absent = config();
  absent.schema.name = "absent";
  absent.schema.record.fields.push_back({"lost", type_of(Kind::kText)});
  add(absent);
  Query q = query({"orderNumber"});
  q.set = "absent";
  EXPECT_EQ(refusal(q).message, "absent: the table shop.Orders has no column lost");
  SetConfig nowhere = config();
  nowhere.schema.name = "nowhere";
  nowhere.table = "shop.orders\"; DROP TABLE shop.\"Orders";
  add(nowhere);
  q.set = "nowhere";
  EXPECT_EQ(refusal(q).reason, "GRAPH_SOURCE");
  server->run("SELECT 1 FROM shop.\"Orders\"");
}

TEST_F(PostgresSource, ASlowStatementIsLeftAtTheDeadline) {
  server->run(R"(CREATE VIEW shop.slow AS SELECT "orderNumber", pg_sleep(60)::text AS nap
    FROM shop."Orders" LIMIT 1)");
  SetConfig c = config();
  c.table = "shop.slow";
  c.schema.record =
      record_of({{"orderNumber", type_of(Kind::kText)}, {"nap", type_of(Kind::kText)}});
  add(c);
  const auto started = std::chrono::steady_clock::now();
  const auto out = graph.answer(query({"nap"}), now, clock.steady() + millis(500));
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(20));
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, Code::kUnavailable);
}

TEST_F(PostgresSource, WritesNothing) {
  server->run(R"(CREATE FUNCTION shop.sneak() RETURNS text LANGUAGE plpgsql AS
    $$ BEGIN DELETE FROM shop."Orders"; RETURN 'x'; END $$;
    CREATE VIEW shop.trap AS SELECT shop.sneak() AS "orderNumber")");
  SetConfig c = config();
  c.table = "shop.trap";
  c.schema.record = record_of({{"orderNumber", type_of(Kind::kText)}});
  add(c);
  EXPECT_NE(refusal(query({"orderNumber"})).message.find("read-only transaction"),
            std::string::npos);
}

TEST_F(PostgresSource, ManyThreadsShareItsConnections) {
  add(config());
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10; ++n) {
        EXPECT_EQ(numbers("total >= 0", n % 2 == 0 ? "orderNumber" : "customer.email desc"),
                  n % 2 == 0 ? "B a c" : "c a B");
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST_F(PostgresSource, AServerThatWasAwayIsFoundAgain) {
  add(config());
  EXPECT_EQ(numbers("orderNumber == a"), "a");
  server->stop();
  const Error error = refusal(query({"orderNumber"}));
  EXPECT_EQ(error.reason, "GRAPH_SOURCE");
  EXPECT_EQ(error.code, Code::kUnavailable);
  server->start();
  EXPECT_EQ(numbers("orderNumber == a"), "a");
}

}  // namespace
}  // namespace daybook::graph
