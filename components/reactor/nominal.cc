#include "components/reactor/nominal.h"

#include <vector>

namespace daybook::reactor {
namespace {

using Kind = FieldType::Kind;
using Fields = std::vector<std::pair<std::string, FieldType>>;

FieldType plain(Kind kind) {
  return {kind};
}
FieldType maybe(Kind kind) {
  return {kind, true};
}
FieldType record(Fields fields) {
  return {Kind::kRecord, false, std::move(fields)};
}

// What every hook says: the event that it runs for, and the job or sending that is about.
Fields hook_fields() {
  return {{"event", record({{"seq", plain(Kind::kNumber)},
                            {"time", plain(Kind::kInstant)},
                            {"type", plain(Kind::kText)},
                            {"actor", plain(Kind::kText)}})}};
}

FieldType job_hook(Fields more) {
  Fields fields = hook_fields();
  fields.emplace_back("jobId", plain(Kind::kUuid));
  fields.emplace_back("jobDefinitionId", plain(Kind::kText));
  for (auto& field : more) {
    fields.push_back(std::move(field));
  }
  return record(std::move(fields));
}

FieldType sending_hook(Fields more) {
  Fields fields = hook_fields();
  fields.emplace_back("sendingId", plain(Kind::kUuid));
  for (auto& field : more) {
    fields.push_back(std::move(field));
  }
  return record(std::move(fields));
}

const FieldType kFailure = record({{"code", plain(Kind::kText)},
                                   {"message", plain(Kind::kText)},
                                   {"details", plain(Kind::kValue)}});

std::vector<Nominal> make() {
  const FieldType response = record({{"statusCode", plain(Kind::kNumber)},
                                     {"headers", plain(Kind::kValue)},
                                     {"content", plain(Kind::kValue)}});
  const auto ended = [](Fields more) {
    Fields fields{{"attempt", plain(Kind::kNumber)},
                  {"startedAt", maybe(Kind::kInstant)},
                  {"runAt", plain(Kind::kInstant)},
                  {"dueAt", plain(Kind::kInstant)}};
    fields.insert(fields.end(), more.begin(), more.end());
    return job_hook(std::move(fields));
  };
  return {
      {"QueryError", {}, record({{"message", plain(Kind::kText)}, {"code", maybe(Kind::kText)}})},
      {"HttpResponseOk", "HttpResponse", response},
      {"HttpResponse", {}, response},
      {"Error", {}, record({{"error", kFailure}})},
      {"OnJobCreated",
       {},
       job_hook({{"parameters", plain(Kind::kValue)},
                 {"runAt", plain(Kind::kInstant)},
                 {"tags", plain(Kind::kValue)},
                 {"parentJobId", maybe(Kind::kUuid)}})},
      {"OnJobStarted",
       {},
       job_hook({{"attempt", plain(Kind::kNumber)},
                 {"componentId", plain(Kind::kText)},
                 {"runAt", plain(Kind::kInstant)},
                 {"dueAt", plain(Kind::kInstant)}})},
      {"OnJobCompleted", {}, ended({{"result", plain(Kind::kValue)}})},
      {"OnJobFailed", {}, ended({{"error", kFailure}, {"parameters", plain(Kind::kValue)}})},
      {"OnJobRetryScheduled", {}, ended({{"error", kFailure}})},
      {"OnJobCancelled", {}, ended({})},
      {"OnSendingSent", {}, sending_hook({{"attempt", plain(Kind::kNumber)}})},
      {"OnSendingBounced",
       {},
       sending_hook({{"attempt", plain(Kind::kNumber)}, {"error", kFailure}})},
  };
}

}  // namespace

std::span<const Nominal> nominals() {
  static const std::vector<Nominal> all = make();
  return all;
}

const Nominal* find_nominal(std::string_view name) {
  for (const Nominal& n : nominals()) {
    if (n.name == name) {
      return &n;
    }
  }
  return nullptr;
}

bool is_hook(std::string_view name) {
  return name.starts_with("On") && find_nominal(name) != nullptr;
}

}  // namespace daybook::reactor
