// The list of resources whose ids people choose: one row for each that exists. Keys: named_rows.h.
//
// A kind says what is its own: kName, kVersion, Row (a Stamped one that row_of() makes of the event
// Put), the event Put, those with which a row goes (Deleted), id(row or event), encode(row, put),
// decode(scan, row); and, when another event changes rows too, Changed and
// change(event, meta, row). Private to projections/.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "projections/bytes.h"
#include "projections/named_rows.h"
#include "projections/projection.h"

namespace daybook::projections {

// When and by whom a row was made and changed.
inline void put_stamp(Put& put, const Stamped& row) {
  put.zigzag(row.created_at.value).zigzag(row.updated_at.value);
  put.text(row.updated_by).varint(row.seq.value);
}
inline void scan_stamp(Scan& scan, Stamped& row) {
  row.created_at = Micros{scan.zigzag()};
  row.updated_at = Micros{scan.zigzag()};
  row.updated_by = scan.text();
  row.seq = Seq{scan.varint()};
}

// Events of some types.
template <typename... Event>
struct EventList {};

template <typename Kind>
class NamedList final : public Projection {
 public:
  using Row = typename Kind::Row;

  std::string_view name() const override { return Kind::kName; }
  std::uint32_t version() const override { return Kind::kVersion; }
  Status load(const Reader& store) override { return rows_.load(store); }
  std::size_t unwritten_bytes() const override { return rows_.unwritten_bytes(); }
  void write(Batch& batch) override { rows_.write(batch); }
  void written() override { rows_.written(); }

  Status apply(const events::Recorded& recorded) override {
    if (const auto* put = std::get_if<typename Kind::Put>(&recorded.event)) {
      return apply_put(*put, recorded.meta);
    }
    if (const auto deleted = deleted_id(recorded.event, typename Kind::Deleted())) {
      return rows_.erase(*deleted);
    }
    if constexpr (requires { typename Kind::Changed; }) {
      if (const auto* changed = std::get_if<typename Kind::Changed>(&recorded.event)) {
        return apply_changed(*changed, recorded.meta);
      }
    }
    return {};
  }

  static Result<std::optional<Row>> find(const Reader& reader, std::string_view id) {
    DAYBOOK_ASSIGN(auto value, named_row(reader, id));
    return parse(id, std::move(value));
  }

  static Result<Page<Row>> list(const View& view, const PageRequest& request) {
    return named_page<Row>(view, request, decode);
  }

 private:
  // Whose row goes with the event.
  template <typename... Deleted>
  static std::optional<std::string_view> deleted_id(const events::Event& event,
                                                    EventList<Deleted...>) {
    std::optional<std::string_view> out;
    const auto look = [&](const auto* deleted) {
      if (deleted != nullptr) {
        out = Kind::id(*deleted);
      }
    };
    (look(std::get_if<Deleted>(&event)), ...);
    return out;
  }

  static bool decode(std::string_view id, std::string_view value, Row& row) {
    Scan scan(value);
    Kind::id(row) = id;
    Kind::decode(scan, row);
    return scan.ok();
  }

  static Result<std::optional<Row>> parse(std::string_view id, std::optional<std::string> value) {
    if (!value) {
      return std::optional<Row>();
    }
    Row row;
    if (!decode(id, *value, row)) {
      return fail(Code::kCorrupt, "VIEWS_STORE",
                  "the row of " + std::string(id) + " cannot be read");
    }
    return std::optional(std::move(row));
  }

  Result<std::optional<Row>> stored(std::string_view id) const {
    DAYBOOK_ASSIGN(auto value, rows_.get(id));
    return parse(id, std::move(value));
  }

  Status store(const Row& row) {
    std::string value;
    Put put(value);
    Kind::encode(row, put);
    return rows_.put(Kind::id(row), std::move(value));
  }

  Status apply_put(const typename Kind::Put& event, const events::Meta& meta) {
    DAYBOOK_ASSIGN(const auto old, stored(Kind::id(event)));
    Row row = row_of(event);
    row.stamp(meta, old ? old->created_at : meta.time);
    return store(row);
  }

  template <typename Changed>
  Status apply_changed(const Changed& event, const events::Meta& meta) {
    DAYBOOK_ASSIGN(auto row, stored(Kind::id(event)));
    if (!row) {
      return fail(Code::kCorrupt, "BAD_FOLD",
                  "an event names " + std::string(Kind::id(event)) + ", which is not there");
    }
    Kind::change(event, meta, *row);
    return store(*row);
  }

  NamedRows rows_;
};

}  // namespace daybook::projections
