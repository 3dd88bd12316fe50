#include "graph/value.h"

#include <algorithm>

#include "base/time_text.h"
#include "events/json.h"
#include "graph/json_read.h"

namespace daybook::graph {
namespace {

constexpr std::size_t kUuidBytes = 36;

void write_list(std::string& out, const Value::List& list) {
  out += '[';
  for (std::size_t i = 0; i < list.size(); ++i) {
    out += i > 0 ? "," : "";
    write_json(out, list[i]);
  }
  out += ']';
}

void write_record(std::string& out, const Value::Record& record) {
  out += '{';
  for (std::size_t i = 0; i < record.size(); ++i) {
    out += i > 0 ? "," : "";
    events::append_json_string(out, record[i].first);
    out += ':';
    write_json(out, record[i].second);
  }
  out += '}';
}

bool same_lists(const Value::List& a, const Value::List& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Value& x, const Value& y) { return same(x, y); });
}

std::vector<const Value::Member*> by_name(const Value::Record& record) {
  std::vector<const Value::Member*> out;
  for (const Value::Member& member : record) {
    out.push_back(&member);
  }
  std::stable_sort(out.begin(), out.end(), [](auto* a, auto* b) { return a->first < b->first; });
  return out;
}

// Members in any order.
bool same_records(const Value::Record& a, const Value::Record& b) {
  if (a.size() != b.size()) {
    return false;
  }
  const auto left = by_name(a);
  const auto right = by_name(b);
  return std::equal(left.begin(), left.end(), right.begin(), [](auto* x, auto* y) {
    return x->first == y->first && same(x->second, y->second);
  });
}

template <typename T>
std::optional<std::strong_ordering> order_as(const Value& a, const Value& b) {
  const T* x = a.get<T>();
  const T* y = b.get<T>();
  return x != nullptr && y != nullptr ? std::optional(*x <=> *y) : std::nullopt;
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kUuidBytes) {
    return std::nullopt;
  }
  Uuid out{std::string(text)};
  for (std::size_t i = 0; i < kUuidBytes; ++i) {
    char& c = out.text[i];
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (c != '-') {
        return std::nullopt;
      }
      continue;
    }
    c = static_cast<char>(c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c);
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
      return std::nullopt;
    }
  }
  return out;
}

const Value* Value::member(std::string_view name) const {
  const Record* record = get<Record>();
  if (record == nullptr) {
    return nullptr;
  }
  const auto at = std::find_if(record->rbegin(), record->rend(),
                               [&](const Member& m) { return m.first == name; });
  return at == record->rend() ? nullptr : &at->second;
}

std::string_view Value::what() const {
  constexpr std::string_view kNames[] = {"nothing", "bool", "number", "text", "instant",
                                         "uuid",    "list", "record", "value"};
  return kNames[is_.index()];
}

const Value* find_path(const Value& row, const std::vector<std::string>& path, Value& scratch) {
  const Value* at = &row;
  const auto open = [&] {
    if (const Json* json = at->get<Json>()) {
      scratch = read_json(json->text).value_or(Value());
      at = &scratch;
    }
  };
  for (const std::string& part : path) {
    open();
    at = at->member(part);
    if (at == nullptr) {
      return nullptr;
    }
  }
  open();
  return at->nothing() ? nullptr : at;
}

bool same(const Value& a, const Value& b) {
  if (const auto order = order_of(a, b)) {
    return std::is_eq(*order);
  }
  if (a.nothing() || b.nothing()) {
    return a.nothing() && b.nothing();
  }
  if (a.get<Value::List>() != nullptr && b.get<Value::List>() != nullptr) {
    return same_lists(*a.get<Value::List>(), *b.get<Value::List>());
  }
  return a.get<Value::Record>() != nullptr && b.get<Value::Record>() != nullptr &&
         same_records(*a.get<Value::Record>(), *b.get<Value::Record>());
}

std::optional<std::strong_ordering> order_of(const Value& a, const Value& b) {
  if (const auto* x = a.get<std::string>()) {
    const auto* y = b.get<std::string>();
    return y != nullptr ? std::optional(x->compare(*y) <=> 0) : std::nullopt;
  }
  if (a.get<Decimal>() != nullptr) {
    return order_as<Decimal>(a, b);
  }
  if (a.get<Micros>() != nullptr) {
    return order_as<Micros>(a, b);
  }
  if (a.get<Uuid>() != nullptr) {
    return order_as<Uuid>(a, b);
  }
  return order_as<bool>(a, b);
}

std::optional<Value> converted(const Value& found, Kind kind) {
  const auto* text = found.get<std::string>();
  switch (kind) {
    case Kind::kText:
      return text != nullptr ? std::optional(found) : std::nullopt;
    case Kind::kNumber:
      return found.get<Decimal>() != nullptr ? std::optional(found) : std::nullopt;
    case Kind::kBool:
      return found.get<bool>() != nullptr ? std::optional(found) : std::nullopt;
    case Kind::kUuid: {
      if (found.get<Uuid>() != nullptr) {
        return found;
      }
      const auto uuid = text != nullptr ? Uuid::parse(*text) : std::nullopt;
      return uuid ? std::optional(Value(*uuid)) : std::nullopt;
    }
    case Kind::kInstant: {
      if (found.get<Micros>() != nullptr) {
        return found;
      }
      const auto time = text != nullptr ? parse_time(*text, "") : fail(Error{});
      return time ? std::optional(Value(*time)) : std::nullopt;
    }
    default:
      return found;
  }
}

void write_json(std::string& out, const Value& value) {
  if (const auto* text = value.get<std::string>()) {
    events::append_json_string(out, *text);
  } else if (const auto* number = value.get<Decimal>()) {
    out += number->text();
  } else if (const auto* flag = value.get<bool>()) {
    out += *flag ? "true" : "false";
  } else if (const auto* time = value.get<Micros>()) {
    events::append_json_string(out, format_time(*time));
  } else if (const auto* uuid = value.get<Uuid>()) {
    events::append_json_string(out, uuid->text);
  } else if (const auto* list = value.get<Value::List>()) {
    write_list(out, *list);
  } else if (value.get<Value::Record>() != nullptr) {
    write_record(out, *value.get<Value::Record>());
  } else if (const auto* json = value.get<Json>()) {
    out += json->text;
  } else {
    out += "null";
  }
}

}  // namespace daybook::graph
