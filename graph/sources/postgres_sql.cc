#include "graph/sources/postgres_sql.h"

#include <algorithm>
#include <optional>

#include "base/time_text.h"
#include "graph/limits.h"

namespace daybook::graph::sources {
namespace {

using Is = Condition::Is;

// From the server's catalog; these numbers never change.
constexpr std::uint32_t kBool = 16;
constexpr std::uint32_t kInt8 = 20;
constexpr std::uint32_t kInt2 = 21;
constexpr std::uint32_t kInt4 = 23;
constexpr std::uint32_t kText = 25;
constexpr std::uint32_t kVarchar = 1043;
constexpr std::uint32_t kTimestamp = 1114;
constexpr std::uint32_t kTimestampTz = 1184;
constexpr std::uint32_t kNumeric = 1700;
constexpr std::uint32_t kUuid = 2950;

bool fits(Kind kind, const Column& column) {
  switch (kind) {
    case Kind::kText:
      return (column.type == kText || column.type == kVarchar) && column.deterministic;
    case Kind::kNumber:
      return column.type == kInt2 || column.type == kInt4 || column.type == kInt8 ||
             column.type == kNumeric;
    case Kind::kBool:
      return column.type == kBool;
    case Kind::kUuid:
      return column.type == kUuid;
    case Kind::kInstant:
      return column.type == kTimestamp || column.type == kTimestampTz;
    default:
      return false;
  }
}

bool is_whole(std::string_view number) {
  constexpr std::size_t kInt8Digits = 18;
  return number.size() <= kInt8Digits && number.find('.') == std::string_view::npos;
}

class Translator {
 public:
  Translator(const Columns& columns, std::vector<std::string>& values)
      : columns_(columns), values_(values) {}

  // Nothing when there is no exact form. `under_not`: the form must never be NULL.
  std::optional<std::string> condition(const Condition& c, bool under_not) const {
    switch (c.kind) {
      case Is::kAnd:
        return joined(c, " AND ", "TRUE", under_not);
      case Is::kOr:
        return joined(c, " OR ", "FALSE", under_not);
      case Is::kNot: {
        const auto part = condition(c.parts.front(), true);
        return part ? std::optional("NOT " + *part) : std::nullopt;
      }
      case Is::kCompare:
        return comparison(c, under_not);
      case Is::kAnyOf:
        return any_of(c, under_not);
      case Is::kTruth: {
        const auto name = column(c.left);
        return name ? std::optional("(" + *name + " IS TRUE)") : std::nullopt;
      }
      case Is::kAllOf:
        return std::nullopt;
    }
    return std::nullopt;
  }

  // The quoted name of a field that is a column of the type that it was declared with.
  std::optional<std::string> column(const std::vector<std::string>& path, Kind kind) const {
    const auto at = path.size() == 1 ? columns_.find(path.front()) : columns_.end();
    return at != columns_.end() && fits(kind, at->second) ? std::optional(quote_name(at->first))
                                                          : std::nullopt;
  }
  // A text is compared by its bytes.
  std::string ordered(const std::string& name, Kind kind) const {
    return kind == Kind::kText ? name + " COLLATE \"C\"" : name;
  }

  // "$3::uuid" for a value of a column; nothing for one that it cannot have.
  std::optional<std::string> placeholder(const Value& value, const std::string& field) const {
    const Column& column = columns_.find(field)->second;
    if (const auto* text = value.get<std::string>()) {
      const bool sent = text->find('\0') == std::string::npos && fits(Kind::kText, column);
      return sent ? std::optional(add(*text, "text")) : std::nullopt;
    }
    if (const auto* number = value.get<Decimal>()) {
      const bool sent =
          number->text().find_first_of("eE") == std::string::npos && fits(Kind::kNumber, column);
      return sent
                 ? std::optional(add(number->text(), is_whole(number->text()) ? "int8" : "numeric"))
                 : std::nullopt;
    }
    if (const auto* flag = value.get<bool>()) {
      return fits(Kind::kBool, column) ? std::optional(add(*flag ? "true" : "false", "bool"))
                                       : std::nullopt;
    }
    if (const auto* uuid = value.get<Uuid>()) {
      return fits(Kind::kUuid, column) ? std::optional(add(uuid->text, "uuid")) : std::nullopt;
    }
    const auto* time = value.get<Micros>();
    if (time == nullptr || !fits(Kind::kInstant, column)) {
      return std::nullopt;
    }
    const std::string at = add(format_time(*time), "timestamptz");
    // A column without a zone is in UTC, whatever the session's zone.
    return column.type == kTimestamp ? "(" + at + " AT TIME ZONE 'UTC')" : at;
  }

 private:
  std::optional<std::string> column(const Term& term) const { return column(term.path, term.kind); }

  std::string add(std::string value, const char* type) const {
    values_.push_back(std::move(value));
    return "$" + std::to_string(values_.size()) + "::" + type;
  }

  std::optional<std::string> joined(const Condition& c, std::string_view word,
                                    std::string_view none, bool under_not) const {
    std::string out;
    for (const Condition& part : c.parts) {
      const auto text = condition(part, under_not);
      if (!text) {
        return std::nullopt;
      }
      out += out.empty() ? "" : word;
      out += *text;
    }
    return "(" + (out.empty() ? std::string(none) : out) + ")";
  }

  std::optional<std::string> comparison(const Condition& c, bool under_not) const {
    const auto left = column(c.left);
    const Term& item = c.items.front();
    if (!left) {
      return std::nullopt;
    }
    if (item.value.nothing() && !item.is_field()) {
      return "(" + *left + (c.compare == Compare::kEqual ? " IS NULL)" : " IS NOT NULL)");
    }
    const auto right =
        item.is_field() ? column(item) : placeholder(item.value, c.left.path.front());
    if (!right || (item.is_field() && item.kind != c.left.kind)) {
      return std::nullopt;
    }
    switch (c.compare) {
      case Compare::kEqual:
        // Two fields that are nothing are equal.
        return item.is_field() ? "(" + *left + " IS NOT DISTINCT FROM " + *right + ")"
                               : never_null(*left + " = " + *right, under_not);
      case Compare::kNotEqual:
        return "(" + *left + " IS DISTINCT FROM " + *right + ")";
      default:
        return never_null(
            ordered(*left, c.left.kind) + " " + std::string(compare_name(c.compare)) + " " + *right,
            under_not);
    }
  }

  // NULL and false are the same at the end of WHERE, but not under NOT.
  static std::string never_null(const std::string& text, bool under_not) {
    return under_not ? "((" + text + ") IS TRUE)" : "(" + text + ")";
  }

  std::optional<std::string> any_of(const Condition& c, bool under_not) const {
    const auto left = column(c.left);
    if (!left) {
      return std::nullopt;
    }
    std::string listed;
    bool nothing = false;
    for (const Term& item : c.items) {
      if (item.value.nothing()) {
        nothing = true;
        continue;
      }
      const auto value = placeholder(item.value, c.left.path.front());
      if (!value) {
        return std::nullopt;
      }
      listed += listed.empty() ? *value : ", " + *value;
    }
    std::string out =
        listed.empty() ? "FALSE" : never_null(*left + " IN (" + listed + ")", under_not);
    return nothing ? "(" + out + " OR " + *left + " IS NULL)" : out;
  }

  const Columns& columns_;
  std::vector<std::string>& values_;
};

class Selector {
 public:
  Selector(const SetSchema& schema, const Columns& columns, const Ask& ask)
      : schema_(schema), ask_(ask), translator_(columns, out_.values) {}

  Statement run(const std::string& table) {
    std::string fields;
    for (const Field& field : schema_.record.fields) {
      if (ask_.needs.contains(field.name)) {
        fields += fields.empty() ? "" : ", ";
        fields += "to_json(" + quote_name(field.name) + ")";
      }
    }
    out_.text = "SELECT " + fields + " FROM " + quote_table(table);
    add_filter(ask_.filter);
    add_after();
    if (!where_.empty()) {
      out_.text += " WHERE " + where_;
    }
    add_order();
    // Behind a cursor rows may still be passed over, so only the scan bounds them.
    const bool enough = exact_ && out_.in_order && ask_.after == nullptr;
    const std::size_t all = kGraphScanMax + 2;
    out_.text += " LIMIT " + std::to_string(enough ? std::min(ask_.limit, all) : all);
    return std::move(out_);
  }

 private:
  void also(const std::string& text) { where_ += (where_.empty() ? "" : " AND ") + text; }

  // The parts of the outermost `and`, each by itself.
  void add_filter(const Condition& condition) {
    if (condition.kind == Is::kAnd) {
      for (const Condition& part : condition.parts) {
        add_filter(part);
      }
      return;
    }
    const std::size_t values = out_.values.size();
    if (const auto text = translator_.condition(condition, false)) {
      also(*text);
    } else {
      out_.values.resize(values);
      exact_ = false;
    }
  }

  // No row behind the cursor has a first value before the cursor's.
  void add_after() {
    if (ask_.after == nullptr || ask_.order.empty() || ask_.after->front().nothing()) {
      return;
    }
    const OrderTerm& first = ask_.order.front();
    const auto name = translator_.column(first.path, first.kind);
    const auto value =
        name ? translator_.placeholder(ask_.after->front(), first.path.front()) : std::nullopt;
    if (!value) {
      return;
    }
    const std::string column = translator_.ordered(*name, first.kind);
    also(first.down ? "(" + column + " <= " + *value + " OR " + *name + " IS NULL)"
                    : "(" + column + " >= " + *value + ")");
  }

  void add_order() {
    std::string terms;
    for (const OrderTerm& term : ask_.order) {
      const auto name = translator_.column(term.path, term.kind);
      if (!name) {
        return;
      }
      terms += terms.empty() ? "" : ", ";
      terms += translator_.ordered(*name, term.kind) +
               (term.down ? " DESC NULLS LAST" : " ASC NULLS FIRST");
    }
    out_.in_order = true;
    out_.text += terms.empty() ? "" : " ORDER BY " + terms;
  }

  const SetSchema& schema_;
  const Ask& ask_;
  Statement out_;
  Translator translator_;
  std::string where_;
  bool exact_ = true;
};

}  // namespace

std::string quote_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    out += c;
    if (c == '"') {
      out += c;
    }
  }
  return out + "\"";
}

std::string quote_table(std::string_view table) {
  std::string out;
  for (const std::string& part : split_path(table)) {
    out += out.empty() ? "" : ".";
    out += quote_name(part);
  }
  return out;
}

Statement select(const SetSchema& schema, const std::string& table, const Columns& columns,
                 const Ask& ask) {
  return Selector(schema, columns, ask).run(table);
}

}  // namespace daybook::graph::sources
