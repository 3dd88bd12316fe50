// POST /resources/workers/complete: outcomes of attempts, many at once.
//
// An item names its attempt by the token and tells one of three ends: "result" (with "effects"),
// "error", or "cancelled". The digest of the item as it was sent tells a repeated report, which
// gets its first answer, from a second one, which is refused (I12).
//
// With a lease in the same request both go in at once, so that outcomes and starts may share a
// group; what is due only by the reports is given too, since the lease goes on until they are
// durable.
#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "api/attempts.h"
#include "api/facts.h"
#include "api/handle.h"
#include "api/handlers.h"
#include "api/lease.h"
#include "api/writes.h"
#include "base/limits/http.h"
#include "base/limits/resources.h"
#include "base/sha256.h"
#include "components/runtime.h"
#include "dispatch/effects.h"
#include "dispatch/failure.h"

namespace daybook::api {
namespace {

std::uint64_t digest_of(std::string_view text) {
  const Hash hash = sha256(text);
  std::uint64_t out = 0;
  std::memcpy(&out, hash.data(), sizeof out);
  return out == 0 ? 1 : out;  // zero stands for "the scheduler ended it"
}

// What went wrong is told whatever its form: an odd text is made fit as a program's is, it does not
// keep the attempt open.
scheduler::Failed read_error(const JsonValue& value, FieldErrors& errors) {
  components::Failure out;
  FieldReader fields(value, "error.", errors);
  if (const auto code = fields.find("code", JsonValue::Kind::kString, "text", Need::kRequired)) {
    out.code = code->string();
  }
  if (const auto message = fields.find("message", JsonValue::Kind::kString, "text")) {
    out.message = message->string();
  }
  fields.any_text("details", out.details, kHttpBodyBytesMax);
  fields.boolean("retryable", out.retryable);
  fields.finish();
  return dispatch::failed_of(std::move(out));
}

// The effects are read by the same code that reads what a component printed.
void read_effects(FieldReader& fields, const Engine& engine, scheduler::ReportAttempt& out) {
  const auto effects = fields.find("effects", JsonValue::Kind::kArray, "an array");
  if (!effects) {
    return;
  }
  const std::string document = R"({"result":null,"effects":)" + std::string(effects->text()) + "}";
  auto parsed = components::parse_output(document, engine.clock.wall());
  const auto refuse = [&](Error error) {
    error.code = Code::kInvalid;  // whatever it is elsewhere, here a field is at fault
    error.field = fields.path_of(error.field.empty() ? "effects" : error.field);
    fields.errors().add(std::move(error));
  };
  if (!parsed) {
    refuse(std::move(parsed).error());
    return;
  }
  auto made = dispatch::make_effects(out.token, std::move(parsed->effects), engine.effects);
  if (!made) {
    refuse(std::move(made).error());
    return;
  }
  out.effects = std::move(*made);
}

void read_job(FieldReader& fields, scheduler::ReportAttempt& out) {
  if (const auto text = fields.find("jobId", JsonValue::Kind::kString, "text")) {
    auto id = JobId::parse(text->string(), fields.path_of("jobId"));
    if (id) {
      out.job = *id;
    } else {
      fields.errors().add(std::move(id).error());
    }
  }
}

scheduler::ReportAttempt read_report(const Engine& engine, const JsonValue& value,
                                     FieldErrors& errors) {
  scheduler::ReportAttempt out;
  FieldReader fields(value, "", errors);
  if (value.kind() != JsonValue::Kind::kObject) {
    return out;
  }
  out.token = read_token(fields);
  read_job(fields, out);
  fields.any_text("result", out.result, kResultBytesMax);
  if (const auto error = fields.object("error")) {
    out.failed = read_error(*error, errors);
  }
  fields.boolean("cancelled", out.cancelled);
  read_effects(fields, engine, out);
  fields.finish();
  const int ends = (out.result.empty() ? 0 : 1) + (out.failed ? 1 : 0) + (out.cancelled ? 1 : 0);
  if (ends > 1 || (!out.effects.empty() && (out.failed || out.cancelled))) {
    errors.add("tells more than one end: give result (with effects), error or cancelled",
               fields.path_of("result"));
  }
  if (out.result.empty()) {
    out.result = "null";
  }
  out.digest = digest_of(value.text());
  out.jitter = engine.entropy.next();
  return out;
}

std::string_view result_name(scheduler::AttemptResult result) {
  switch (result) {
    case scheduler::AttemptResult::kCompleted:
      return "completed";
    case scheduler::AttemptResult::kFailed:
      return "failed";
    case scheduler::AttemptResult::kRetryScheduled:
      return "retryScheduled";
    case scheduler::AttemptResult::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

void write_reported(JsonWriter& json, const scheduler::Reply& reply) {
  const auto& outcome = std::get<scheduler::ReportOutcome>(reply.outcome);
  json.member("jobId", outcome.job);
  json.member("outcome", result_name(outcome.result));
  json.member_or_null("retryAt", outcome.retry_at.has_value(), outcome.retry_at.value_or(Micros{}));
  if (!outcome.error_code.empty()) {
    json.key("failure");  // "error" is of an item that was refused
    json.begin_object();
    json.member("code", outcome.error_code);
    json.member("message", outcome.error_message);
    json.end_object();
  }
  json.member("repeated", outcome.repeated);
  if (outcome.repeated && reply.chain == Hash{}) {  // its events have left the log
    json.member("seq", reply.last);
    return;
  }
  json.key("scheduledJobs");
  json.begin_array();
  for (const JobId job : outcome.scheduled) {
    json.value(job);
  }
  json.end_array();
  json.key("sendings");
  json.begin_array();
  for (const SendingId sending : outcome.sendings) {
    json.value(sending.text());
  }
  json.end_array();
  json.key("skipped");
  json.raw(outcome.skipped.empty() ? "[]" : scheduler::skipped_json(outcome.skipped));
}

bool is_repeated(const scheduler::Reply& reply) {
  return std::get<scheduler::ReportOutcome>(reply.outcome).repeated;
}

std::vector<scheduler::Skipped> recall_skipped(std::string_view text) {
  std::vector<scheduler::Skipped> out;
  if (text.empty()) {
    return out;
  }
  for (const JsonValue& one : JsonValue(text).elements()) {
    auto& skipped = out.emplace_back();
    for (const auto& [name, value] : one.members()) {
      if (name == "effect") {
        skipped.effect = static_cast<std::uint32_t>(value.integer().value_or(0));
      } else if (value.kind() == JsonValue::Kind::kString && name == "jobId") {
        skipped.holder = JobId::parse(value.string()).value_or(JobId{});
      } else if (value.kind() == JsonValue::Kind::kString) {
        (name == "code" ? skipped.code : skipped.message) = value.string();
      }
    }
  }
  return out;
}

// What it failed with, and which effects were left out.
void recall_end(const events::Event& event, scheduler::ReportOutcome& outcome) {
  const auto failed = [&](const events::Failure& failure) {
    outcome.error_code = failure.code;
    outcome.error_message = failure.message;
  };
  if (const auto* completed = std::get_if<events::JobCompleted>(&event)) {
    outcome.skipped = recall_skipped(completed->skipped.text);
  } else if (const auto* over = std::get_if<events::JobFailed>(&event)) {
    failed(over->failure);
    outcome.skipped = recall_skipped(over->skipped.text);
  } else if (const auto* retry = std::get_if<events::JobRetryScheduled>(&event)) {
    failed(retry->failure);
  }
}

// What a repeated report made, and the receipt of the first time.
void recall_reported(const Call& call, scheduler::Reply& reply) {
  const auto facts = Facts::read_batch(call.engine().log, reply.first);
  if (!facts) {
    report(call, Problem(facts.error()));
    return;
  }
  auto& outcome = std::get<scheduler::ReportOutcome>(reply.outcome);
  for (const events::Recorded& recorded : facts->all()) {
    if (const auto* job = std::get_if<events::JobCreated>(&recorded.event)) {
      outcome.scheduled.push_back(job->job);
    } else if (const auto* sending = std::get_if<events::SendingCreated>(&recorded.event)) {
      outcome.sendings.push_back(sending->sending);
    } else {
      recall_end(recorded.event, outcome);
    }
  }
  reply.last = facts->all().back().meta.seq;
  reply.chain = facts->chain();
}

// What the body asks for.
struct ReportBody {
  std::vector<JsonValue> items;
  std::optional<dispatch::LeaseRequest> lease;
};

Answer<ReportBody> read_report_body(const Call& call) {
  const JsonValue value(call.request.body);
  ReportBody out;
  if (value.kind() != JsonValue::Kind::kObject) {
    DAYBOOK_ASSIGN(out.items, item_elements(value, "body"));
    return out;
  }
  FieldErrors errors;
  FieldReader fields(value, "", errors);
  const auto reports = fields.find("reports", JsonValue::Kind::kArray, "an array", Need::kRequired);
  if (const auto lease = fields.object("lease")) {
    out.lease = read_lease(*lease, "lease.", errors);
  }
  fields.finish();
  if (!errors.empty()) {
    return refuse(Problem(errors.take()));
  }
  if (out.lease) {
    DAYBOOK_TRY(check_leases(call.caller, out.lease->definitions));
  }
  DAYBOOK_ASSIGN(out.items, item_elements(*reports, "reports"));
  return out;
}

// The lease that stands in the answer beside the outcomes. What becomes of it is said there, too,
// when it is refused: the reports are not undone.
std::shared_ptr<Lease> make_lease(const CallPtr& call, const std::shared_ptr<WorkerItems>& items,
                                  bool keyed) {
  return std::make_shared<Lease>(call, [call, items, keyed](Result<dispatch::LeasedJobs> leased) {
    auto shared = std::make_shared<Result<dispatch::LeasedJobs>>(std::move(leased));
    const auto write = [shared](JsonWriter& json) {
      json.key("lease");
      json.begin_object();
      if (*shared) {
        write_leased(json, **shared);
      } else {
        write_error(json, shared->error());
      }
      json.end_object();
    };
    items->give_more(write, [call, shared, keyed] {
      if (*shared) {
        give_back(*call, **shared, keyed);
      }
    });
  });
}

}  // namespace

std::shared_ptr<WorkerItems> report_items(const CallPtr& call, WorkerItems::Done done) {
  return std::make_shared<WorkerItems>(call, write_reported, Recall{is_repeated, recall_reported},
                                       std::move(done));
}

ReadItems read_reports(const Engine& engine, const std::vector<JsonValue>& elements) {
  ReadItems out;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    FieldErrors errors;
    auto command = read_report(engine, elements[i], errors);
    if (errors.empty()) {
      out.commands.push_back({i, std::move(command)});
    } else {
      out.refusals.push_back({i, std::move(errors.take().front())});
    }
  }
  return out;
}

void complete_attempts(const CallPtr& call, const Responder& responder) {
  auto body = read_report_body(*call);
  if (!body) {
    responder.send(refuse(std::move(body).error()));
    return;
  }
  if (Status noted = body->lease ? note_key(*call) : Status(); !noted) {
    responder.send(refuse(std::move(noted).error()));
    return;
  }
  const auto items = report_items(call, send_answer(responder));
  items->add(body->items);
  auto read = read_reports(call->engine(), body->items);
  call->release_body();
  if (!body->lease) {
    items->hand_in(std::move(read));
    return;
  }
  body->lease->actor = actor_of(*call);
  body->lease->key = std::move(call->key);
  body->lease->held = !body->lease->key;
  const auto lease = make_lease(call, items, body->lease->key.has_value());
  items->expect_more([lease] { lease->begin_wait(); });
  items->hand_in(std::move(read));
  if (const auto refusal = items->refusal()) {
    items->give_more([refusal](JsonWriter& json) { write_error(json, *refusal); }, {});
  } else {
    lease->ask(std::move(*body->lease), responder);
  }
}

}  // namespace daybook::api
