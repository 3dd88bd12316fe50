// The set `sendings`: mails, posts and messages that jobs and rules asked for.
#include <algorithm>

#include "base/json_value.h"
#include "events/json.h"
#include "graph/narrow.h"
#include "graph/own/sets.h"
#include "graph/own/view_rows.h"

namespace daybook::graph::own {
namespace {

using projections::SendingFilter;
using projections::SendingRow;

Value dynamic_of(const SendingRow& row) {
  const auto members =
      row.content.empty() ? std::vector<JsonValue::Member>() : JsonValue(row.content).members();
  const auto found = std::find_if(members.begin(), members.end(),
                                  [](const auto& member) { return member.first == "dynamic"; });
  return found == members.end() ? Value() : Value(Json{std::string(found->second.text())});
}

const std::vector<ViewField<SendingRow>>& sending_fields() {
  using Row = SendingRow;
  static const std::vector<ViewField<Row>> kFields = {
      {"sendingId", type_of(Kind::kUuid),
       [](const Row& r) { return Value(Uuid{r.sending.text()}); }},
      {"transport", text_of({"email", "http", "actor"}),
       [](const Row& r) { return Value(std::string(events::transport_name(r.transport))); }},
      {"recipient", type_of(Kind::kText), [](const Row& r) { return Value(r.recipient); }},
      {"category", type_of(Kind::kText), [](const Row& r) { return Value(r.category); }},
      {"status", text_of({"pending", "sent", "bounced", "cancelled"}),
       [](const Row& r) { return Value(std::string(projections::status_name(r.status))); }},
      {"createdAt", type_of(Kind::kInstant), [](const Row& r) { return Value(r.created_at); }},
      {"processedAt", type_of(Kind::kInstant),
       [](const Row& r) { return time_or_nothing(r.processed_at); }},
      {"sentAt", type_of(Kind::kInstant), [](const Row& r) { return time_or_nothing(r.sent_at); }},
      {"nextTryAt", type_of(Kind::kInstant),
       [](const Row& r) { return time_or_nothing(r.due_at); }},
      {"retryCount", type_of(Kind::kNumber),
       [](const Row& r) { return number(std::max(r.attempt.value, 1U) - 1); }},
      {"errorMessage", type_of(Kind::kText),
       [](const Row& r) {
         return r.error ? Value(r.error->code + ": " + r.error->message) : Value();
       }},
      {"response", type_of(Kind::kText), [](const Row& r) { return text_or_nothing(r.response); }},
      {"dynamic", type_of(Kind::kValue), dynamic_of},
      {"data", type_of(Kind::kValue),
       [](const Row& r) { return Value(Json{r.content.empty() ? "{}" : r.content}); }},
      {"jobId", type_of(Kind::kUuid),
       [](const Row& r) { return r.job.is_null() ? Value() : Value(Uuid{r.job.text()}); }},
      {"createdBy", type_of(Kind::kText), [](const Row& r) { return Value(r.created_by); }},
      {"createdSeq", type_of(Kind::kNumber), [](const Row& r) { return number(r.created.value); }},
  };
  return kFields;
}

}  // namespace

SetSchema sending_schema() {
  SetSchema out;
  out.name = "sendings";
  out.what = "Mails, posts and messages, waiting and sent";
  out.record = record_type(sending_fields());
  out.key = {"sendingId"};
  out.indexed = {"sendingId", "jobId", "status", "transport", "category", "recipient"};
  out.order = "createdSeq desc";
  out.navigations = {{"job", "jobs", false, {{"jobId", "jobId"}}}};
  return out;
}

namespace {

std::optional<Transport> transport_of(const std::optional<std::string>& name) {
  for (const Transport t : {Transport::kEmail, Transport::kHttp, Transport::kActor}) {
    if (name && events::transport_name(t) == *name) {
      return t;
    }
  }
  return std::nullopt;
}

class Sendings final : public Set {
 public:
  explicit Sendings(const projections::Views& views) : Set(sending_schema()), views_(views) {}

  Result<std::unique_ptr<Rows>> open(const Ask& ask) const override {
    Narrowing narrowing(ask.filter);
    if (const Value* id = narrowing.equal({"sendingId"})) {
      return one(ask, *id);
    }
    SendingFilter filter;
    if (const Value* id = narrowing.equal({"jobId"})) {
      const auto* uuid = id->get<Uuid>();
      const auto job = uuid == nullptr ? fail(Error{}) : JobId::parse(uuid->text);
      if (!job) {
        return std::make_unique<GivenRows>(std::vector<Value>());  // no job has such an id
      }
      filter.job = *job;
    }
    const auto status = text_of_value(narrowing.equal({"status"}));
    filter.status = status ? projections::parse_sending_status(*status) : std::nullopt;
    filter.transport = transport_of(text_of_value(narrowing.equal({"transport"})));
    filter.category = text_of_value(narrowing.equal({"category"}));
    filter.recipient = text_of_value(narrowing.equal({"recipient"}));
    const auto fetch = [this, filter](const projections::PageRequest& request) {
      return views_.sendings(filter, request);
    };
    const auto convert = [needs = ask.needs](const SendingRow& row) -> Result<Value> {
      return Value(record_of(sending_fields(), row, needs));
    };
    // Newest first, by a number that no two have.
    const bool in_order =
        ask.order.front().path == split_path("createdSeq") && ask.order.front().down;
    return PagedRows<SendingRow>::open(fetch, convert, in_order, narrowing.whole());
  }

 private:
  Result<std::unique_ptr<Rows>> one(const Ask& ask, const Value& id) const {
    std::vector<Value> rows;
    const auto* uuid = id.get<Uuid>();
    const auto sending = uuid == nullptr ? fail(Error{}) : SendingId::parse(uuid->text);
    if (sending) {
      DAYBOOK_ASSIGN(const auto row, views_.sending(*sending));
      if (row) {
        rows.emplace_back(record_of(sending_fields(), *row, ask.needs));
      }
    }
    return std::make_unique<GivenRows>(std::move(rows));
  }

  const projections::Views& views_;
};

}  // namespace

std::unique_ptr<Set> sendings(const projections::Views& views) {
  return std::make_unique<Sendings>(views);
}

}  // namespace daybook::graph::own
