// The set `events`: the history of one job. The views keep histories by job alone, so a question
// names the job.
#include "graph/json_read.h"
#include "graph/narrow.h"
#include "graph/own/sets.h"
#include "graph/own/view_rows.h"

namespace daybook::graph::own {
namespace {

using projections::HistoryRow;

}  // namespace

SetSchema event_schema() {
  SetSchema out;
  out.name = "events";
  out.what = "Events of a job's history, oldest first";
  out.record = graph::record_of({{"jobId", type_of(Kind::kUuid)},
                                 {"seq", type_of(Kind::kNumber)},
                                 {"time", type_of(Kind::kInstant)},
                                 {"type", type_of(Kind::kText)},
                                 {"actor", type_of(Kind::kText)},
                                 {"requestId", type_of(Kind::kUuid)},
                                 {"causeSeq", type_of(Kind::kNumber)},
                                 {"epoch", type_of(Kind::kNumber)},
                                 {"data", type_of(Kind::kValue)}});
  out.key = {"seq"};
  out.indexed = {"jobId"};
  out.order = "seq";
  out.navigations = {{"job", "jobs", false, {{"jobId", "jobId"}}}};
  return out;
}

namespace {

// The event as the views keep it, with the job that its data names: histories are kept by a part
// of the id, so another id with the same part must not be taken for this one.
Result<Value> event_record(const HistoryRow& row, const Type& type) {
  DAYBOOK_ASSIGN(const Value read, read_json(row.json));
  Value scratch;
  const Value* job = find_path(read, {"data", "jobId"}, scratch);
  Value::Record out;
  out.emplace_back("jobId",
                   job == nullptr ? Value() : converted(*job, Kind::kUuid).value_or(Value()));
  for (const Field& field : type.fields) {
    if (const Value* member = read.member(field.name)) {
      out.emplace_back(field.name, converted(*member, field.type.kind).value_or(Value()));
    }
  }
  return Value(std::move(out));
}

class Events final : public Set {
 public:
  explicit Events(const projections::Views& views) : Set(event_schema()), views_(views) {}

  Result<std::unique_ptr<Rows>> open(const Ask& ask) const override {
    Narrowing narrowing(ask.filter);
    const Value* id = narrowing.equal({"jobId"});
    if (id == nullptr) {
      return fail(Code::kInvalid, "GRAPH_SCAN_LIMIT",
                  "events are found by their job: filter by jobId, as in jobId == "
                  "019a8a3c-6c00-7000-8000-000000000017",
                  "filter");
    }
    const auto parsed = JobId::parse(id->get<Uuid>()->text);
    if (!parsed) {
      return std::make_unique<GivenRows>(std::vector<Value>());  // no job has such an id
    }
    const auto fetch = [this, key = *parsed](const auto& request) {
      return views_.history(key, request);
    };
    const auto convert = [this](const HistoryRow& row) {
      return event_record(row, schema().record);
    };
    const bool in_order = ask.order.front().path == split_path("seq") && !ask.order.front().down;
    return PagedRows<HistoryRow>::open(fetch, convert, in_order, narrowing.whole());
  }

 private:
  const projections::Views& views_;
};

}  // namespace

std::unique_ptr<Set> events(const projections::Views& views) {
  return std::make_unique<Events>(views);
}

}  // namespace daybook::graph::own
