#include "components/reactor/compare.h"

#include <algorithm>
#include <cstring>

namespace daybook::reactor {
namespace {

bool equal_items(const Value& a, const Value& b) {
  return a.size == b.size && std::equal(a.items, a.items + a.size, b.items, equal_values);
}

bool equal_records(const RecordData& a, const RecordData& b) {
  if (a.shape->size != b.shape->size) {
    return false;
  }
  for (std::uint32_t i = 0; i < a.shape->size; ++i) {
    const std::uint32_t at = b.shape->find(a.shape->names[i]);
    if (at == b.shape->size || !equal_values(a.values[i], b.values[at])) {
      return false;
    }
  }
  return true;
}

bool equal_maps(const MapData& a, const MapData& b) {
  if (a.size != b.size) {
    return false;
  }
  for (std::uint32_t i = 0; i < a.size; ++i) {
    std::size_t looked_at = 0;
    const Value* other = b.find(a.keys[i].text(), looked_at);
    if (other == nullptr || !equal_values(a.values[i], *other)) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::uint32_t Shape::find(std::string_view name) const {
  for (std::uint32_t i = 0; i < size; ++i) {
    if (names[i] == name) {
      return i;
    }
  }
  return size;
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t out = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : text) {
    out = (out ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return out ^ out >> 32;
}

const Value* MapData::find(std::string_view key, std::size_t& looked_at) const {
  if (index == nullptr) {
    for (std::uint32_t i = 0; i < size; ++i) {
      ++looked_at;
      if (keys[i].text() == key) {
        return &values[i];
      }
    }
    return nullptr;
  }
  for (std::uint64_t at = hash_of(key);; ++at) {
    ++looked_at;
    const std::uint32_t place = index[at & index_mask];
    if (place == 0) {
      return nullptr;
    }
    if (keys[place - 1].text() == key) {
      return &values[place - 1];
    }
  }
}

bool equal_values(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    return compare(a.to_decimal(), b.to_decimal()) == 0;
  }
  if (a.tag != b.tag) {
    const bool lists =
        (a.is(Tag::kList) || a.is(Tag::kTuple)) && (b.is(Tag::kList) || b.is(Tag::kTuple));
    return lists && equal_items(a, b);
  }
  switch (a.tag) {
    case Tag::kNothing:
      return true;
    case Tag::kBool:
    case Tag::kInstant:
    case Tag::kDate:
      return a.number == b.number;
    case Tag::kSpan: {
      const auto order = compare(a.span(), b.span());
      return order && *order == 0;
    }
    case Tag::kText:
    case Tag::kUuid:
    case Tag::kBytes:
      return a.text() == b.text();
    case Tag::kList:
    case Tag::kTuple:
      return equal_items(a, b);
    case Tag::kMap:
      return equal_maps(*a.map, *b.map);
    case Tag::kRecord:
      return equal_records(*a.record, *b.record);
    default:
      return false;
  }
}

std::optional<std::strong_ordering> order_values(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    return compare(a.to_decimal(), b.to_decimal());
  }
  if (a.tag != b.tag) {
    return std::nullopt;
  }
  switch (a.tag) {
    case Tag::kBool:
    case Tag::kInstant:
    case Tag::kDate:
      return a.number <=> b.number;
    case Tag::kSpan:
      return compare(a.span(), b.span());
    case Tag::kText:
    case Tag::kUuid:
      return a.text().compare(b.text()) <=> 0;
    default:
      return std::nullopt;
  }
}

}  // namespace daybook::reactor
