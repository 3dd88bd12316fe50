// A record type with a field of every kind, and a row of it.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "graph/json_read.h"
#include "graph/schema.h"
#include "graph/value.h"

namespace daybook::graph {

inline constexpr Micros kNow{1'763'251'200'000'000};  // 2025-11-16T00:00:00Z

inline const Type& order_type() {
  static const Type kType = record_of({
      {"orderNumber", type_of(Kind::kText)},
      {"status", text_of({"pending", "paid", "sent"})},
      {"total", type_of(Kind::kNumber)},
      {"paid", type_of(Kind::kBool)},
      {"orderId", type_of(Kind::kUuid)},
      {"createdAt", type_of(Kind::kInstant)},
      {"sentAt", type_of(Kind::kInstant)},
      {"tags", list_of(type_of(Kind::kText))},
      {"note", type_of(Kind::kText)},
      {"extra", type_of(Kind::kValue)},
      {"customer", record_of({{"email", type_of(Kind::kText)},
                              {"address", record_of({{"city", type_of(Kind::kText)}})}})},
  });
  return kType;
}

inline Value order_row() {
  auto row = read_json(R"({"orderNumber": "A-1", "status": "paid", "total": 10.50, "paid": true,
    "tags": ["new", "gift"], "note": null,
    "extra": {"n": 7, "at": "2025-11-15T00:00:00Z", "list": [1, 2], "id":
    "019a8a3c-6c00-7000-8000-00000000000A"},
    "customer": {"email": "ann@example.com", "address": {"city": "Lund"}}})");
  EXPECT_TRUE(row) << row.error().text();
  auto& members = *row->get<Value::Record>();
  members.emplace_back("orderId", Value(*Uuid::parse("019a8a3c-6c00-7000-8000-00000000000a")));
  members.emplace_back("createdAt", Value(Micros{kNow.value - 86'400'000'000}));
  return *row;
}

}  // namespace daybook::graph
