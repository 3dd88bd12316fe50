// Configured sets in a graph of their own.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "graph/config.h"
#include "graph/graph.h"
#include "graph/query.h"
#include "graph/set.h"

namespace daybook::graph {

// orders: orderNumber text, orderId uuid, total number, paid bool, createdAt instant, tags [text],
// customer {email text}, extra value.
inline SetSchema orders_schema() {
  SetSchema out;
  out.name = "orders";
  out.record = record_of({{"orderNumber", type_of(Kind::kText)},
                          {"orderId", type_of(Kind::kUuid)},
                          {"total", type_of(Kind::kNumber)},
                          {"paid", type_of(Kind::kBool)},
                          {"createdAt", type_of(Kind::kInstant)},
                          {"tags", list_of(type_of(Kind::kText))},
                          {"customer", record_of({{"email", type_of(Kind::kText)}})},
                          {"extra", type_of(Kind::kValue)}});
  out.key = {"orderNumber"};
  return out;
}

class SourceTest : public testing::Test {
 protected:
  void add(SetConfig config) {
    auto set = make_configured_set(std::move(config));
    ASSERT_TRUE(set) << set.error().text();
    const Status added = graph.add(std::move(*set));
    ASSERT_TRUE(added) << added.error().text();
  }
  Result<Answer> ask(const Query& query) {
    return graph.answer(query, now, clock.steady() + seconds(20));
  }
  Answer answer(const Query& query) {
    auto out = ask(query);
    EXPECT_TRUE(out) << out.error().text();
    return out ? *out : Answer();
  }
  Error refusal(const Query& query) {
    const auto out = ask(query);
    EXPECT_FALSE(out) << out->json;
    return out ? Error() : out.error();
  }
  static Query query(std::vector<std::string> fields, std::string filter = "",
                     std::string order_by = "") {
    Query out;
    out.set = "orders";
    out.fields = std::move(fields);
    out.filter = std::move(filter);
    out.order_by = std::move(order_by);
    return out;
  }
  // The order numbers, joined.
  std::string numbers(const std::string& filter, const std::string& order_by = "") {
    std::string json = answer(query({"orderNumber"}, filter, order_by)).json;
    std::string out;
    const std::string before = "{\"orderNumber\":\"";
    for (std::size_t at = json.find(before); at != std::string::npos; at = json.find(before, at)) {
      at += before.size();
      out += (out.empty() ? "" : " ") + json.substr(at, json.find('"', at) - at);
    }
    return out;
  }

  const Micros now{1'763'251'200'000'000};  // 2025-11-16T00:00:00Z
  SystemClock clock;
  Graph graph{clock};
};

// A folder that goes away with the test.
class TempFolder {
 public:
  explicit TempFolder(const std::string& name)
      : path(std::filesystem::temp_directory_path() /
             ("daybook-" + name + "-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~TempFolder() { std::filesystem::remove_all(path); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return path / name;
  }

  const std::filesystem::path path;
};

}  // namespace daybook::graph
