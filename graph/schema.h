// What a set looks like: its fields with their types, and where one can go from a row of it.
// Plain values; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace daybook::graph {

enum class Kind : std::uint8_t {
  kText,
  kNumber,  // an exact decimal
  kBool,
  kUuid,
  kInstant,  // microseconds, UTC
  kValue,    // any JSON; its type is known only when a row is there
  kRecord,
  kList,
};

// "text", "number", …
std::string_view kind_name(Kind kind);

struct Field;

// Every field may be nothing (JSON null), whatever its type.
struct Type {
  Kind kind = Kind::kText;
  std::vector<Field> fields;            // of a record
  std::shared_ptr<const Type> element;  // of a list, never null there
  std::vector<std::string> values;      // of a text that is one of these; empty: any text

  // The field of a record, or null.
  const Field* find(std::string_view name) const;
};

struct Field {
  std::string name;
  Type type;
};

// From a row to the rows of another set whose fields equal its own.
struct Navigation {
  std::string name;
  std::string set;
  bool many = false;  // a list of records, else one record or nothing
  // Dotted paths: a field here, the field there that must be equal to it. Never empty.
  std::vector<std::pair<std::string, std::string>> on;
};

struct SetSchema {
  std::string name;
  std::string what;              // one sentence for a person
  Type record;                   // always Kind::kRecord
  std::vector<std::string> key;  // paths that name one row; empty: rows have no name
  std::vector<Navigation> navigations;
  std::vector<std::string> indexed;  // paths by which rows are found without a scan
  std::string order;                 // what rows are ordered by when nobody asks

  const Navigation* navigation(std::string_view name) const;
};

// For building types.
Type type_of(Kind kind);
Type text_of(std::vector<std::string> values);
Type record_of(std::vector<Field> fields);
Type list_of(Type element);

// "a.b.c" in its parts.
std::vector<std::string> split_path(std::string_view path);
std::string join_path(const std::vector<std::string>& path);

// What a path leads to inside a record type.
struct Reached {
  const Type* type = nullptr;  // null: there is no such field
  // Names of the fields where the path failed, for messages.
  std::vector<std::string> known;
  std::string missing;  // the part that is not there
};
// Below a field of Kind::kValue every path leads to a value.
Reached reach(const Type& record, const std::vector<std::string>& path);

}  // namespace daybook::graph
