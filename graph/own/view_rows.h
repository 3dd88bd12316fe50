// Rows of the views as records: a table of fields, and pages one after the other. Private to
// graph/own/.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/limits/views.h"
#include "graph/set.h"
#include "projections/rows.h"

namespace daybook::graph::own {

template <typename Row>
struct ViewField {
  std::string name;
  Type type;
  std::function<Value(const Row& row)> read;
};

template <typename Row>
Type record_type(const std::vector<ViewField<Row>>& fields) {
  Type out = type_of(Kind::kRecord);
  for (const auto& field : fields) {
    out.fields.push_back({field.name, field.type});
  }
  return out;
}

// The fields that are needed.
template <typename Row>
Value::Record record_of(const std::vector<ViewField<Row>>& fields, const Row& row,
                        const std::set<std::string>& needs) {
  Value::Record out;
  for (const auto& field : fields) {
    if (needs.contains(field.name)) {
      out.emplace_back(field.name, field.read(row));
    }
  }
  return out;
}

// What is empty is nothing.
inline Value text_or_nothing(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}
inline Value time_or_nothing(Micros time) {
  return time.value == 0 ? Value() : Value(time);
}
// The text that a filter compares with; none when it compares with nothing, or no text.
inline std::optional<std::string> text_of_value(const Value* value) {
  const auto* text = value == nullptr ? nullptr : value->get<std::string>();
  return text == nullptr ? std::nullopt : std::optional(*text);
}
template <typename Number>
Value number(Number value) {
  return Value(Decimal(static_cast<std::int64_t>(value)));
}

// When and by whom a row was made and changed.
template <typename Row>
void add_stamp(std::vector<ViewField<Row>>& fields) {
  fields.push_back({"createdAt", type_of(Kind::kInstant),
                    [](const Row& r) { return time_or_nothing(r.created_at); }});
  fields.push_back(
      {"updatedAt", type_of(Kind::kInstant), [](const Row& r) { return Value(r.updated_at); }});
  fields.push_back(
      {"updatedBy", type_of(Kind::kText), [](const Row& r) { return Value(r.updated_by); }});
  fields.push_back(
      {"seq", type_of(Kind::kNumber), [](const Row& r) { return number(r.seq.value); }});
}

// Rows that are there already.
class GivenRows final : public Rows {
 public:
  explicit GivenRows(std::vector<Value> rows) : rows_(std::move(rows)) {}
  Result<std::optional<Value>> next() override {
    return at_ < rows_.size() ? std::optional(std::move(rows_[at_++])) : std::nullopt;
  }

 private:
  std::vector<Value> rows_;
  std::size_t at_ = 0;
};

// Pages of a view, fetched as they are needed.
template <typename Row>
class PagedRows final : public Rows {
 public:
  using Page = projections::Page<Row>;
  using Fetch = std::function<Result<Page>(const projections::PageRequest&)>;
  using Convert = std::function<Result<Value>(const Row&)>;

  // `whole`: the page's total counts what the filter leaves.
  static Result<std::unique_ptr<Rows>> open(Fetch fetch, Convert convert, bool in_order,
                                            bool whole) {
    std::unique_ptr<PagedRows> out(new PagedRows(std::move(fetch), std::move(convert), in_order));
    DAYBOOK_TRY(out->turn());
    out->size_ = out->page_.total_count;
    out->whole_ = whole;
    return out;
  }

  Result<std::optional<Value>> next() override {
    if (at_ == page_.rows.size() && !page_.last_cursor.empty()) {
      // A short page that is not the last one means that rows were passed over.
      const bool short_page = page_.rows.size() < kSlice;
      request_.after = page_.last_cursor;
      DAYBOOK_TRY(turn());
      passed_over_ += short_page && !page_.last_cursor.empty() ? kJobScanMax : 0;
    }
    if (at_ == page_.rows.size()) {
      return std::nullopt;
    }
    DAYBOOK_ASSIGN(Value row, convert_(page_.rows[at_++]));
    return row;
  }
  bool paused() const override { return !page_.last_cursor.empty(); }
  bool in_order() const override { return in_order_; }
  std::optional<std::uint64_t> total() const override { return whole_ ? size_ : std::nullopt; }
  std::optional<std::uint64_t> size() const override { return size_; }
  std::size_t passed_over() const override { return passed_over_; }

 private:
  static constexpr std::size_t kSlice = 100;

  PagedRows(Fetch fetch, Convert convert, bool in_order)
      : fetch_(std::move(fetch)), convert_(std::move(convert)), in_order_(in_order) {}

  Status turn() {
    DAYBOOK_ASSIGN(page_, fetch_(request_));
    at_ = 0;
    return {};
  }

  Fetch fetch_;
  Convert convert_;
  bool in_order_;
  projections::PageRequest request_{kSlice, "", ""};
  Page page_;
  std::size_t at_ = 0;
  std::size_t passed_over_ = 0;
  std::optional<std::uint64_t> size_;
  bool whole_ = false;
};

// Rows of several sources, one after the other.
class RowsInTurn final : public Rows {
 public:
  explicit RowsInTurn(std::vector<std::unique_ptr<Rows>> parts) : parts_(std::move(parts)) {}

  Result<std::optional<Value>> next() override {
    for (; at_ < parts_.size(); ++at_) {
      DAYBOOK_ASSIGN(auto row, parts_[at_]->next());
      if (row || parts_[at_]->paused()) {
        return row;
      }
    }
    return std::nullopt;
  }
  bool paused() const override { return at_ < parts_.size() && parts_[at_]->paused(); }
  bool in_order() const override { return true; }
  std::optional<std::uint64_t> total() const override { return sum(&Rows::total); }
  std::optional<std::uint64_t> size() const override { return sum(&Rows::size); }
  std::size_t passed_over() const override {
    std::size_t out = 0;
    for (const auto& part : parts_) {
      out += part->passed_over();
    }
    return out;
  }

 private:
  std::optional<std::uint64_t> sum(std::optional<std::uint64_t> (Rows::*of)() const) const {
    std::uint64_t out = 0;
    for (const auto& part : parts_) {
      const auto one = ((*part).*of)();
      if (!one) {
        return std::nullopt;
      }
      out += *one;
    }
    return out;
  }

  std::vector<std::unique_ptr<Rows>> parts_;
  std::size_t at_ = 0;
};

}  // namespace daybook::graph::own
