// The set `jobs`: the job list with its indexes.
#include <algorithm>
#include <map>

#include "base/limits/resources.h"
#include "graph/narrow.h"
#include "graph/own/sets.h"
#include "graph/own/view_rows.h"

namespace daybook::graph::own {
namespace {

using projections::JobFilter;
using projections::JobOrder;
using projections::JobRow;

const std::vector<ViewField<JobRow>>& job_fields() {
  static const Type kError = graph::record_of({{"code", type_of(Kind::kText)},
                                               {"message", type_of(Kind::kText)},
                                               {"details", type_of(Kind::kValue)}});
  static const std::vector<ViewField<JobRow>> kFields = {
      {"jobId", type_of(Kind::kUuid), [](const JobRow& r) { return Value(Uuid{r.job.text()}); }},
      {"jobDefinitionId", type_of(Kind::kText),
       [](const JobRow& r) { return Value(r.definition); }},
      {"componentId", type_of(Kind::kText),
       [](const JobRow& r) { return text_or_nothing(r.component); }},
      {"status", text_of({"pending", "running", "completed", "failed", "cancelled"}),
       [](const JobRow& r) { return Value(std::string(projections::status_name(r.status))); }},
      {"parameters", type_of(Kind::kValue),
       [](const JobRow& r) { return Value(Json{r.parameters.empty() ? "{}" : r.parameters}); }},
      {"runAt", type_of(Kind::kInstant), [](const JobRow& r) { return Value(r.run_at); }},
      {"createdAt", type_of(Kind::kInstant), [](const JobRow& r) { return Value(r.created_at); }},
      {"startedAt", type_of(Kind::kInstant),
       [](const JobRow& r) { return time_or_nothing(r.started_at); }},
      {"finishedAt", type_of(Kind::kInstant),
       [](const JobRow& r) { return time_or_nothing(r.finished_at); }},
      {"attempt", type_of(Kind::kNumber), [](const JobRow& r) { return number(r.attempt.value); }},
      // Its definition's, as it stands now: put in when a row is made.
      {"maxAttempts", type_of(Kind::kNumber), [](const JobRow&) { return Value(); }},
      {"result", type_of(Kind::kValue),
       [](const JobRow& r) { return r.result.empty() ? Value() : Value(Json{r.result}); }},
      {"error", kError,
       [](const JobRow& r) {
         return !r.error ? Value()
                         : Value(Value::Record{{"code", Value(r.error->code)},
                                               {"message", Value(r.error->message)},
                                               {"details", r.error->details.empty()
                                                               ? Value()
                                                               : Value(Json{r.error->details})}});
       }},
      {"createdBy", type_of(Kind::kText), [](const JobRow& r) { return Value(r.created_by); }},
      {"parentJobId", type_of(Kind::kUuid),
       [](const JobRow& r) { return r.parent.is_null() ? Value() : Value(Uuid{r.parent.text()}); }},
      {"tags", list_of(type_of(Kind::kText)),
       [](const JobRow& r) {
         Value::List out;
         for (const std::string& tag : r.tags) {
           out.emplace_back(tag);
         }
         return Value(std::move(out));
       }},
      {"priority", type_of(Kind::kNumber), [](const JobRow& r) { return number(r.priority); }},
      {"uniqueKey", type_of(Kind::kText),
       [](const JobRow& r) { return text_or_nothing(r.unique_key); }},
      {"cancelRequested", type_of(Kind::kBool),
       [](const JobRow& r) { return Value(r.cancel_requested); }},
      {"seq", type_of(Kind::kNumber), [](const JobRow& r) { return number(r.seq.value); }},
  };
  return kFields;
}

}  // namespace

SetSchema job_schema() {
  SetSchema out;
  out.name = "jobs";
  out.what = "Jobs in the list, pending, running and ended";
  out.record = record_type(job_fields());
  out.key = {"jobId"};
  out.indexed = {"jobId",     "jobDefinitionId", "status",     "tags",
                 "createdAt", "runAt",           "finishedAt", "parentJobId"};
  out.order = "createdAt desc";
  out.navigations = {
      {"definition", "jobDefinitions", false, {{"jobDefinitionId", "jobDefinitionId"}}},
      {"parent", "jobs", false, {{"parentJobId", "jobId"}}},
      {"events", "events", true, {{"jobId", "jobId"}}},
      {"sendings", "sendings", true, {{"jobId", "jobId"}}},
  };
  return out;
}

namespace {

// How the list answers a question: with the jobs that its filters leave, in turn.
struct JobPlan {
  JobFilter filter;
  std::vector<JobFilter> in_turn;
  bool nothing = false;  // no job can have such a definition or tag
  bool in_order = false;
  bool whole = false;  // the filter of the list says all that was asked
};

const std::vector<std::string> kJobId{"jobId"};
const std::vector<std::string> kDefinition{"jobDefinitionId"};
const std::vector<std::string> kStatus{"status"};
const std::vector<std::string> kTags{"tags"};
const std::vector<std::string> kCreatedAt{"createdAt"};
const std::vector<std::string> kRunAt{"runAt"};
const std::vector<std::string> kFinishedAt{"finishedAt"};
const std::vector<std::string> kParent{"parentJobId"};
const std::vector<std::string> kErrorCode{"error", "code"};

std::optional<JobId> job_of_value(const Value* value) {
  const auto* uuid = value == nullptr ? nullptr : value->get<Uuid>();
  const auto job = uuid == nullptr ? Result<JobId>(fail(Error{})) : JobId::parse(uuid->text);
  return job ? std::optional(*job) : std::nullopt;
}

// Times of the list's three orders: the order, and the range that the filter leaves.
struct TimeOrder {
  const std::vector<std::string>& path;
  JobOrder first;
  JobOrder last;
  std::optional<Micros> JobFilter::*after;
  std::optional<Micros> JobFilter::*before;
};
const TimeOrder kTimeOrders[] = {
    {kCreatedAt, JobOrder::kOldestFirst, JobOrder::kNewestFirst, &JobFilter::created_after,
     &JobFilter::created_before},
    {kRunAt, JobOrder::kRunAtFirst, JobOrder::kRunAtLast, &JobFilter::run_after,
     &JobFilter::run_before},
    {kFinishedAt, JobOrder::kFinishedFirst, JobOrder::kFinishedLast, &JobFilter::finished_after,
     &JobFilter::finished_before},
};

// The list is ordered by time, then by the job's key, both in one direction; a job's id rises with
// its time of creation. Null: the list has no such order.
const TimeOrder* find_order(const Order& order) {
  if (order.front().path == kJobId) {
    return &kTimeOrders[0];
  }
  for (const TimeOrder& known : kTimeOrders) {
    if (order.front().path == known.path && order[1].path == kJobId &&
        order[1].down == order.front().down) {
      return &known;
    }
  }
  return nullptr;
}

// Rows behind a cursor are not before its time.
void begin_behind(const Ask& ask, const TimeOrder& order, JobFilter& filter) {
  const auto* time = ask.after == nullptr ? nullptr : ask.after->front().get<Micros>();
  if (time == nullptr) {
    return;
  }
  Span span{filter.*order.after, filter.*order.before};
  ask.order.front().down ? span.lower(Micros{time->value + 1}) : span.raise(*time);
  filter.*order.after = span.from;
  filter.*order.before = span.to;
}

// Jobs that have not finished stand before all others, and last in a descending order.
JobFilter unfinished(const JobFilter& filter, bool down) {
  JobFilter out = filter;
  out.order = down ? JobOrder::kNewestFirst : JobOrder::kOldestFirst;
  out.status = {};
  for (const auto status : {projections::JobStatus::kPending, projections::JobStatus::kRunning}) {
    if (filter.status.hold(status)) {
      out.status.add(status);
    }
  }
  return out;
}

bool only_failed(const JobFilter& filter) {
  using projections::JobStatus;
  return filter.status && filter.status.hold(JobStatus::kFailed) &&
         !filter.status.hold(JobStatus::kPending) && !filter.status.hold(JobStatus::kRunning) &&
         !filter.status.hold(JobStatus::kCompleted) && !filter.status.hold(JobStatus::kCancelled);
}

void put_in_order(const Ask& ask, JobPlan& plan) {
  const TimeOrder* order = find_order(ask.order);
  const bool down = ask.order.front().down;
  plan.in_order = order != nullptr;
  if (order == nullptr) {
    plan.in_turn = {plan.filter};
    return;
  }
  JobFilter in_order = plan.filter;
  in_order.order = down ? order->last : order->first;
  begin_behind(ask, *order, in_order);
  plan.in_turn = {in_order};
  if (order->path != kFinishedAt || plan.filter.finished_after || plan.filter.finished_before) {
    return;
  }
  const JobFilter others = unfinished(plan.filter, down);
  const bool behind_others = ask.after != nullptr && !ask.after->front().nothing();
  if (!others.status || (behind_others && !down)) {
    return;
  }
  plan.in_turn.insert(down ? plan.in_turn.end() : plan.in_turn.begin(), others);
  if (ask.after != nullptr && !behind_others && down) {
    plan.in_turn = {others};
  }
}

JobPlan plan_jobs(const Ask& ask, Narrowing& narrowing) {
  JobPlan out;
  JobFilter& filter = out.filter;
  filter.definition = text_of_value(narrowing.equal(kDefinition));
  for (const Value* name : narrowing.any(kStatus)) {
    const auto status = projections::parse_status(text_of_value(name).value_or(""));
    if (status) {
      filter.status.add(*status);
    }
  }
  // The index of errors is one of failed jobs.
  if (only_failed(filter)) {
    filter.error_code = text_of_value(narrowing.equal(kErrorCode));
  }
  filter.parent = job_of_value(narrowing.equal(kParent));
  filter.tag = text_of_value(narrowing.among(kTags));
  // The views take names of the form and length that names have.
  out.nothing = (filter.definition && !check_id(IdKind::kDefinition, *filter.definition, "")) ||
                (filter.tag && filter.tag->size() > kTagBytesMax);
  const Span created = narrowing.span(kCreatedAt);
  filter.created_after = created.from;
  filter.created_before = created.to;
  const Span run = narrowing.span(kRunAt);
  filter.run_after = run.from;
  filter.run_before = run.to;
  const Span finished = narrowing.span(kFinishedAt);
  filter.finished_after = finished.from;
  filter.finished_before = finished.to;
  out.whole = narrowing.whole();
  put_in_order(ask, out);
  return out;
}

// Jobs as records; maxAttempts of each definition is looked up once.
class JobRecords {
 public:
  JobRecords(const projections::Views& views, std::set<std::string> needs)
      : views_(views), needs_(std::move(needs)) {}

  Result<Value> operator()(const JobRow& row) {
    Value::Record out = record_of(job_fields(), row, needs_);
    if (needs_.contains("maxAttempts")) {
      DAYBOOK_ASSIGN(Value limit, attempts_of(row.definition));
      const auto member = std::find_if(out.begin(), out.end(),
                                       [](const auto& m) { return m.first == "maxAttempts"; });
      member->second = std::move(limit);
    }
    return Value(std::move(out));
  }

 private:
  Result<Value> attempts_of(const std::string& definition) {
    const auto known = known_.find(definition);
    if (known != known_.end()) {
      return known->second;
    }
    DAYBOOK_ASSIGN(const auto row, views_.definition(definition));
    return known_.emplace(definition, row ? number(row->retry.max_attempts) : Value())
        .first->second;
  }

  const projections::Views& views_;
  std::set<std::string> needs_;
  std::map<std::string, Value> known_;
};

class Jobs final : public Set {
 public:
  explicit Jobs(const projections::Views& views) : Set(job_schema()), views_(views) {}

  bool has_counters() const override { return true; }
  Result<std::unique_ptr<Rows>> open(const Ask& ask) const override {
    Narrowing narrowing(ask.filter);
    if (const Value* id = narrowing.equal(kJobId)) {
      return one(ask, *id);
    }
    const JobPlan plan = plan_jobs(ask, narrowing);
    if (plan.nothing) {
      return std::make_unique<GivenRows>(std::vector<Value>());
    }
    std::vector<std::unique_ptr<Rows>> parts;
    for (const JobFilter& filter : plan.in_turn) {
      const auto fetch = [this, filter](const projections::PageRequest& request) {
        return views_.jobs(filter, request);
      };
      DAYBOOK_ASSIGN(auto rows, PagedRows<JobRow>::open(fetch, JobRecords(views_, ask.needs),
                                                        plan.in_order, plan.whole));
      parts.push_back(std::move(rows));
    }
    return parts.size() == 1 ? std::move(parts.front())
                             : std::make_unique<RowsInTurn>(std::move(parts));
  }

 private:
  Result<std::unique_ptr<Rows>> one(const Ask& ask, const Value& id) const {
    std::vector<Value> rows;
    const auto* uuid = id.get<Uuid>();
    const auto job = uuid == nullptr ? fail(Error{}) : JobId::parse(uuid->text);
    if (job) {
      DAYBOOK_ASSIGN(const auto row, views_.job(*job));
      if (row) {
        DAYBOOK_ASSIGN(Value record, JobRecords(views_, ask.needs)(*row));
        rows.push_back(std::move(record));
      }
    }
    return std::make_unique<GivenRows>(std::move(rows));
  }

  const projections::Views& views_;
};

}  // namespace

std::unique_ptr<Set> jobs(const projections::Views& views) {
  return std::make_unique<Jobs>(views);
}

}  // namespace daybook::graph::own
