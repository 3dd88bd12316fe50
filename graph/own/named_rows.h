// A set whose rows have ids that people chose: components, job definitions, rules. One is found by
// its id, all stand in the order of their ids. Private to graph/own/.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "graph/narrow.h"
#include "graph/own/view_rows.h"
#include "graph/set.h"
#include "projections/views.h"

namespace daybook::graph::own {

template <typename Row>
class NamedRows final : public Set {
 public:
  // What the set is made of: its fields, the id among them, and the view's answers.
  struct Source {
    const std::vector<ViewField<Row>>& fields;
    std::string id;
    IdKind kind;
    Result<std::optional<Row>> (projections::Views::*one)(std::string_view id) const;
    Result<projections::Page<Row>> (projections::Views::*page)(
        const projections::PageRequest& page) const;
  };

  NamedRows(SetSchema schema, const projections::Views& views, Source source)
      : Set(std::move(schema)), views_(views), source_(std::move(source)) {}

  Result<std::unique_ptr<Rows>> open(const Ask& ask) const override {
    Narrowing narrowing(ask.filter);
    if (const Value* id = narrowing.equal({source_.id})) {
      return one(ask, *id->get<std::string>());
    }
    const auto fetch = [this](const auto& request) { return (views_.*source_.page)(request); };
    const auto convert = [this, needs = ask.needs](const Row& row) -> Result<Value> {
      return Value(record_of(source_.fields, row, needs));
    };
    const bool in_order =
        ask.order.front().path == split_path(source_.id) && !ask.order.front().down;
    return PagedRows<Row>::open(fetch, convert, in_order, narrowing.whole());
  }

 private:
  Result<std::unique_ptr<Rows>> one(const Ask& ask, const std::string& id) const {
    std::vector<Value> rows;
    if (check_id(source_.kind, id, "")) {  // else nothing has such an id
      DAYBOOK_ASSIGN(const auto row, (views_.*source_.one)(id));
      if (row) {
        rows.emplace_back(record_of(source_.fields, *row, ask.needs));
      }
    }
    return std::make_unique<GivenRows>(std::move(rows));
  }

  const projections::Views& views_;
  const Source source_;
};

}  // namespace daybook::graph::own
