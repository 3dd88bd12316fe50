// Any bytes as a filter and as an order: read or refused with a place, never harm; what is read is
// printed and read again as the same, and asked of a row.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "graph/filter_eval.h"
#include "graph/filter_parser.h"
#include "graph/json_read.h"
#include "graph/limits.h"
#include "graph/order.h"

namespace daybook::graph {
namespace {

const SetSchema& schema() {
  static const SetSchema kSchema = [] {
    SetSchema out;
    out.name = "orders";
    out.key = {"orderId"};
    out.record = record_of({{"status", text_of({"pending", "sent"})},
                            {"total", type_of(Kind::kNumber)},
                            {"paid", type_of(Kind::kBool)},
                            {"orderId", type_of(Kind::kUuid)},
                            {"createdAt", type_of(Kind::kInstant)},
                            {"tags", list_of(type_of(Kind::kText))},
                            {"extra", type_of(Kind::kValue)},
                            {"customer", record_of({{"email", type_of(Kind::kText)}})}});
    return out;
  }();
  return kSchema;
}

const Value& row() {
  static const Value kRow = *read_json(
      R"({"status":"sent","total":10.50,"tags":["a"],"extra":{"n":[1,"2025-11-15T00:00:00Z"]}})");
  return kRow;
}

void check_error(const Error& error) {
  DAYBOOK_CHECK(!find_bad_utf8(error.message), "a message is UTF-8");
  DAYBOOK_CHECK(error.code == Code::kInvalid, "a filter is the user's");
}

void read_filter(std::string_view text) {
  const auto node = parse_filter(text);
  if (!node) {
    check_error(node.error());
  } else {
    const std::string printed = print(*node);
    const auto again = parse_filter(printed);
    // What is printed can be longer than what was read.
    DAYBOOK_CHECK(again ? *again == *node : printed.size() > kFilterBytesMax,
                  "what is printed is read as the same");
  }
  const auto condition = check_filter(text, schema().record, Micros{1'763'251'200'000'000});
  if (condition) {
    static_cast<void>(matches(*condition, row()));
  } else {
    check_error(condition.error());
  }
}

void read_order(std::string_view text) {
  const auto order = parse_order(text, schema(), "orderBy");
  if (!order) {
    check_error(order.error());
    return;
  }
  const auto values = order_values(*order, row());
  DAYBOOK_CHECK(!before(*order, values, values), "no row stands before itself");
  const std::string cursor = make_cursor(schema(), *order, values);
  DAYBOOK_CHECK(cursor.empty() || read_cursor(schema(), *order, cursor, "after"),
                "a cursor that was made is read");
}

}  // namespace
}  // namespace daybook::graph

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  daybook::graph::read_filter(text);
  daybook::graph::read_order(text);
  return 0;
}
