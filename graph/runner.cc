#include "graph/runner.h"

#include <algorithm>

#include "events/json.h"
#include "graph/filter_eval.h"
#include "graph/limits.h"

namespace daybook::graph {
namespace {

tl::unexpected<Error> scan_limit(const SetSchema& schema) {
  std::string fields;
  for (const std::string& path : schema.indexed) {
    fields += fields.empty() ? path : ", " + path;
  }
  return fail(Code::kInvalid, "GRAPH_SCAN_LIMIT",
              "more than " + std::to_string(kGraphScanMax) + " rows of " + schema.name +
                  " would have to be looked at; " +
                  (fields.empty() ? "its source has no index and is too large to be asked"
                                  : "filter by a field that has an index: " + fields),
              "filter");
}

// Keeps the first `limit` rows of an order, whatever order they come in.
class Best {
 public:
  Best(const Order& order, std::size_t limit) : order_(order), limit_(limit) {}

  template <typename Found>
  bool put(std::vector<Found>& rows, Found found) const {
    const auto first = [&](const Found& a, const Found& b) {
      return before(order_, a.place, b.place);
    };
    if (order_.empty() && rows.size() == limit_) {
      return true;
    }
    const auto at =
        order_.empty() ? rows.end() : std::upper_bound(rows.begin(), rows.end(), found, first);
    const bool full = rows.size() == limit_;
    if (!full || at != rows.end()) {
      rows.insert(at, std::move(found));
    }
    if (rows.size() > limit_) {
      rows.pop_back();
    }
    return full;
  }

 private:
  const Order& order_;
  std::size_t limit_;
};

// One more than the page, to see whether more follow; where rows are counted, all that may be seen.
std::size_t enough(const Plan& plan) {
  return plan.count ? kGraphScanMax + 2 : plan.limit + 1;
}

}  // namespace

Status check_deadline(const Clock& clock, Micros deadline) {
  if (clock.steady() < deadline) {
    return {};
  }
  return fail(Code::kUnavailable, "GRAPH_DEADLINE", "the query took longer than it may");
}

Result<std::optional<std::uint64_t>> Runner::total(const Plan& plan, const Ask& ask,
                                                   const Rows& rows) {
  if (!plan.count) {
    return std::nullopt;
  }
  if (rows.total() || !plan.after || !plan.set->has_counters()) {
    return rows.total();
  }
  // A cursor narrows the rows, not their number.
  const Ask whole{ask.filter, ask.order, nullptr,      ask.needs,
                  0,          ask.clock, ask.deadline, ask.memory};
  DAYBOOK_ASSIGN(const auto all, plan.set->open(whole));
  return all->total();
}

Result<Runner::Page> Runner::find(const Plan& plan, const Condition& filter) {
  const Ask ask{filter,     plan.order,   plan.after ? &*plan.after : nullptr,
                plan.needs, enough(plan), clock_,
                deadline_,  memory_};
  DAYBOOK_ASSIGN(const auto rows, plan.set->open(ask));
  Page out;
  DAYBOOK_ASSIGN(out.total, total(plan, ask, *rows));
  const bool too_many = rows->size() > kGraphScanMax;
  // All of them would have to be looked at before the first could be shown.
  if (too_many && !rows->in_order() && !plan.order.empty()) {
    return scan_limit(plan.set->schema());
  }
  const bool counting = plan.count && !plan.after && !out.total && !too_many;
  const Best best(plan.order, plan.limit);
  std::uint64_t left = 0;
  for (std::size_t seen = 0;; ++seen) {
    if (seen % kGraphDeadlineRows == 0) {
      DAYBOOK_TRY(check_deadline(clock_, deadline_));
    }
    const bool full = out.more && (rows->in_order() || plan.order.empty());
    if (full && !counting) {
      return out;
    }
    if (seen + rows->passed_over() > kGraphScanMax) {
      if (full) {
        return out;  // only the count is lost
      }
      return scan_limit(plan.set->schema());
    }
    DAYBOOK_ASSIGN(std::optional<Value> row, rows->next());
    if (!row && rows->paused()) {
      DAYBOOK_TRY(check_deadline(clock_, deadline_));
      continue;
    }
    if (!row) {
      out.total = counting ? std::optional(left) : out.total;
      return out;
    }
    if (!matches(filter, *row)) {
      continue;
    }
    ++left;
    std::vector<Value> place = order_values(plan.order, *row);
    if (plan.after && !before(plan.order, *plan.after, place)) {
      continue;
    }
    out.more = best.put(out.rows, Found{std::move(place), std::move(*row)}) || out.more;
  }
}

Status Runner::count_row(const std::string& out) {
  if (++rows_ > kGraphAnswerRowsMax || out.size() > kGraphAnswerBytesMax) {
    return fail(Code::kTooLarge, "GRAPH_ANSWER_TOO_LARGE",
                "the answer has more than " + std::to_string(kGraphAnswerRowsMax) + " rows or " +
                    std::to_string(kGraphAnswerBytesMax) +
                    " bytes; ask for fewer rows, fields or navigations");
  }
  return {};
}

Status Runner::write_record(std::string& out, const Plan& plan, const Value& row) {
  DAYBOOK_TRY(count_row(out));
  out += '{';
  plan.selection.write(out, plan.set->schema().record, row);
  for (const Plan::Step& step : plan.steps) {
    out += out.back() == '{' ? "" : ",";
    events::append_json_string(out, step.navigation->name);
    out += ':';
    DAYBOOK_TRY(write_step(out, step, row));
  }
  out += '}';
  return {};
}

Status Runner::write_step(std::string& out, const Plan::Step& step, const Value& row) {
  const Navigation& navigation = *step.navigation;
  Condition filter;
  for (const auto& [here, there] : navigation.on) {
    Value scratch;
    const Value* value = find_path(row, split_path(here), scratch);
    if (value == nullptr) {
      out += navigation.many ? "[]" : "null";  // nothing leads nowhere
      return {};
    }
    Condition equal;
    equal.kind = Condition::Is::kCompare;
    equal.left.path = split_path(there);
    equal.left.kind = reach(step.plan.set->schema().record, equal.left.path).type->kind;
    equal.items.push_back({{}, Kind::kValue, *value});
    filter.parts.push_back(std::move(equal));
  }
  filter.parts.push_back(step.plan.filter);
  DAYBOOK_ASSIGN(const Page page, find(step.plan, filter));
  const std::size_t outer = path_.size();
  path_ += (path_.empty() ? "" : ".") + navigation.name;
  DAYBOOK_TRY(write_reached(out, step, page));
  path_.resize(outer);
  return {};
}

Status Runner::write_reached(std::string& out, const Plan::Step& step, const Page& page) {
  if (!step.navigation->many) {
    if (page.rows.empty()) {
      out += "null";
      return {};
    }
    return write_record(out, step.plan, page.rows.front().row);
  }
  if (page.more && std::find(cut_.begin(), cut_.end(), path_) == cut_.end()) {
    cut_.push_back(path_);
  }
  out += '[';
  for (const Found& found : page.rows) {
    out += out.back() == '[' ? "" : ",";
    DAYBOOK_TRY(write_record(out, step.plan, found.row));
  }
  out += ']';
  return {};
}

Result<Answer> Runner::run(const Plan& plan) {
  DAYBOOK_ASSIGN(const Page page, find(plan, plan.filter));
  Answer out;
  out.total_count = page.total;
  out.more = page.more;
  out.rows = page.rows.size();
  out.json = "[";
  for (const Found& found : page.rows) {
    out.json += out.json.size() > 1 ? "," : "";
    DAYBOOK_TRY(write_record(out.json, plan, found.row));
  }
  out.json += ']';
  DAYBOOK_TRY(count_row(out.json));
  out.cut = std::move(cut_);
  if (!page.rows.empty()) {
    const SetSchema& schema = plan.set->schema();
    out.first_cursor = make_cursor(schema, plan.order, page.rows.front().place);
    out.last_cursor = make_cursor(schema, plan.order, page.rows.back().place);
  }
  return out;
}

}  // namespace daybook::graph
