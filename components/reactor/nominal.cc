#include "components/reactor/nominal.h"

#include <vector>

namespace daybook::reactor {
namespace {

using FieldKind = FieldType::Kind;
using Fields = std::vector<std::pair<std::string, FieldType>>;

FieldType plain(FieldKind kind) {
  return {kind};
}
FieldType maybe(FieldKind kind) {
  return {kind, true};
}
FieldType record(Fields fields) {
  return {FieldKind::kRecord, false, std::move(fields)};
}

// What every hook says: the event that it runs for, and the job or sending that is about.
Fields hook_fields() {
  return {{"event", record({{"seq", plain(FieldKind::kNumber)},
                            {"time", plain(FieldKind::kInstant)},
                            {"type", plain(FieldKind::kText)},
                            {"actor", plain(FieldKind::kText)}})}};
}

FieldType job_hook(Fields more) {
  Fields fields = hook_fields();
  fields.emplace_back("jobId", plain(FieldKind::kUuid));
  fields.emplace_back("jobDefinitionId", plain(FieldKind::kText));
  for (auto& field : more) {
    fields.push_back(std::move(field));
  }
  return record(std::move(fields));
}

FieldType sending_hook(Fields more) {
  Fields fields = hook_fields();
  fields.emplace_back("sendingId", plain(FieldKind::kUuid));
  for (auto& field : more) {
    fields.push_back(std::move(field));
  }
  return record(std::move(fields));
}

const FieldType kFailure = record({{"code", plain(FieldKind::kText)},
                                   {"message", plain(FieldKind::kText)},
                                   {"details", plain(FieldKind::kValue)}});

std::vector<Nominal> make() {
  const FieldType response = record({{"statusCode", plain(FieldKind::kNumber)},
                                     {"headers", plain(FieldKind::kValue)},
                                     {"content", plain(FieldKind::kValue)}});
  const auto ended = [](Fields more) {
    Fields fields{{"attempt", plain(FieldKind::kNumber)},
                  {"startedAt", maybe(FieldKind::kInstant)},
                  {"runAt", plain(FieldKind::kInstant)},
                  {"dueAt", plain(FieldKind::kInstant)}};
    fields.insert(fields.end(), more.begin(), more.end());
    return job_hook(std::move(fields));
  };
  return {
      {"QueryError",
       {},
       record({{"message", plain(FieldKind::kText)}, {"code", maybe(FieldKind::kText)}})},
      {"HttpResponseOk", "HttpResponse", response},
      {"HttpResponse", {}, response},
      {"Error", {}, record({{"error", kFailure}})},
      {"OnJobCreated",
       {},
       job_hook({{"parameters", plain(FieldKind::kValue)},
                 {"runAt", plain(FieldKind::kInstant)},
                 {"tags", plain(FieldKind::kValue)},
                 {"parentJobId", maybe(FieldKind::kUuid)}})},
      {"OnJobStarted",
       {},
       job_hook({{"attempt", plain(FieldKind::kNumber)},
                 {"componentId", plain(FieldKind::kText)},
                 {"runAt", plain(FieldKind::kInstant)},
                 {"dueAt", plain(FieldKind::kInstant)}})},
      {"OnJobCompleted", {}, ended({{"result", plain(FieldKind::kValue)}})},
      {"OnJobFailed", {}, ended({{"error", kFailure}, {"parameters", plain(FieldKind::kValue)}})},
      {"OnJobRetryScheduled", {}, ended({{"error", kFailure}})},
      {"OnJobCancelled", {}, ended({})},
      {"OnSendingSent", {}, sending_hook({{"attempt", plain(FieldKind::kNumber)}})},
      {"OnSendingBounced",
       {},
       sending_hook({{"attempt", plain(FieldKind::kNumber)}, {"error", kFailure}})},
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
