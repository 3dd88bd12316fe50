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
#include "base/limits/http_work.h"
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

struct Reading {
  const Call& call;
  components::Compiling compiling;
  std::size_t checks = 0;     // of parameters of jobs, all items together
  bool must_compile = false;  // the last item has to be read again where that is allowed

  bool must_leave_io() const { return !call.off_io && checks > kInlineChecksMax; }
};

// The effects are read by the same code that reads what a component printed. Gives what the job
// fails with when the report is sound but its effects cannot be, as with a definition that is not
// there.
std::optional<scheduler::Failed> read_effects(FieldReader& fields, Reading& reading,
                                              scheduler::ReportAttempt& out) {
  const Engine& engine = reading.call.engine();
  const auto effects = fields.find("effects", JsonValue::Kind::kArray, "an array");
  if (!effects) {
    return std::nullopt;
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
    return std::nullopt;
  }
  reading.checks += static_cast<std::size_t>(
      std::count_if(parsed->effects.begin(), parsed->effects.end(), [](const auto& effect) {
        return std::holds_alternative<components::ScheduleJobEffect>(effect);
      }));
  if (reading.must_leave_io()) {
    return std::nullopt;
  }
  dispatch::EffectRules rules = engine.effects;
  if (rules.parameters) {
    rules.parameters->compiling = reading.compiling;
  }
  auto made = dispatch::make_effects(out.token, std::move(parsed->effects), rules);
  reading.must_compile = !made && made.error().reason == "NOT_COMPILED";
  if (!made && made.error().reason == "EFFECT_REFUSED") {
    return dispatch::effect_failure(made.error());
  }
  if (!made) {
    refuse(std::move(made).error());
    return std::nullopt;
  }
  out.effects = std::move(*made);
  return std::nullopt;
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

scheduler::ReportAttempt read_report(Reading& reading, const JsonValue& value,
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
  auto refused = read_effects(fields, reading, out);
  fields.finish();
  const int ends = (out.result.empty() ? 0 : 1) + (out.failed ? 1 : 0) + (out.cancelled ? 1 : 0);
  if (ends > 1 || (!out.effects.empty() && (out.failed || out.cancelled))) {
    errors.add("tells more than one end: give result (with effects), error or cancelled",
               fields.path_of("result"));
  }
  if (refused) {
    out.result.clear();
    out.failed = std::move(refused);
  } else if (out.result.empty()) {
    out.result = "null";
  }
  out.digest = digest_of(value.text());
  out.jitter = reading.call.engine().entropy.next();
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

// What became of the items of a report that were read.
struct Read {
  std::vector<ItemCommand> commands;
  std::vector<std::pair<std::size_t, Error>> faults;
  std::vector<std::size_t> waiting;  // until their effects' components have been compiled
};

void read_item(Reading& reading, std::size_t place, const JsonValue& value, Read& out) {
  FieldErrors errors;
  reading.must_compile = false;
  auto command = read_report(reading, value, errors);
  if (reading.must_compile) {
    out.waiting.push_back(place);
  } else if (errors.empty()) {
    out.commands.push_back({place, std::move(command)});
  } else {
    out.faults.emplace_back(place, std::move(errors.take().front()));
  }
}

void hand_in(WorkerItems& items, Read read) {
  for (auto& [place, fault] : read.faults) {
    items.refuse(place, std::move(fault));
  }
  items.submit(std::move(read.commands));
}

// Of the items that wait, by place, each as it was sent.
using Texts = std::vector<std::pair<std::size_t, std::string>>;

// One item in a turn, so that a report of many holds up others no longer than one of one.
void compile_and_hand_in(const CallPtr& call, const Responder& responder,
                         const std::shared_ptr<WorkerItems>& items, std::shared_ptr<Texts> texts) {
  run_in_turn(call->context->programs, call, responder,
              [call, responder, items, texts = std::move(texts)](const Status& ready) {
                Read read;
                if (ready) {
                  const auto [place, text] = std::move(texts->back());
                  texts->pop_back();
                  Reading reading{*call, components::Compiling::kAllowed};
                  read_item(reading, place, JsonValue(text), read);
                } else {
                  for (const auto& [place, text] : std::exchange(*texts, {})) {
                    read.faults.emplace_back(place, ready.error());
                  }
                }
                hand_in(*items, std::move(read));
                if (!texts->empty()) {
                  compile_and_hand_in(call, responder, items, texts);
                }
              });
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

// Nothing when it is more than an I/O thread should do, and one does it.
std::optional<Read> read_items(const Call& call, const std::vector<JsonValue>& elements) {
  Reading reading{call, components::Compiling::kNever};
  Read out;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    read_item(reading, i, elements[i], out);
    if (reading.must_leave_io()) {
      return std::nullopt;
    }
  }
  return out;
}

// Jobs that are done are told to be done, whatever becomes of the others.
void hand_in_all(const CallPtr& call, const Responder& responder,
                 const std::shared_ptr<WorkerItems>& items, const std::vector<JsonValue>& elements,
                 Read read) {
  const auto texts = std::make_shared<Texts>();
  for (const std::size_t place : read.waiting) {
    texts->emplace_back(place, std::string(elements[place].text()));
  }
  hand_in(*items, std::move(read));
  if (!texts->empty()) {
    compile_and_hand_in(call, responder, items, texts);
  }
}

}  // namespace

std::shared_ptr<WorkerItems> report_items(const CallPtr& call, WorkerItems::Done done) {
  return std::make_shared<WorkerItems>(call, write_reported, Recall{is_repeated, recall_reported},
                                       std::move(done));
}

void report_attempts(const CallPtr& call, const Responder& responder,
                     const std::shared_ptr<WorkerItems>& items,
                     const std::vector<JsonValue>& elements) {
  call->off_io = true;  // where to do it was the caller's choice
  hand_in_all(call, responder, items, elements, *read_items(*call, elements));
}

void complete_attempts(const CallPtr& call, const Responder& responder) {
  auto body = read_report_body(*call);
  if (!body) {
    responder.send(refuse(std::move(body).error()));
    return;
  }
  auto read = read_items(*call, body->items);
  if (!read) {
    run_off_io(call, responder, [call, responder] { complete_attempts(call, responder); });
    return;
  }
  const auto items = report_items(call, send_answer(responder));
  items->add(body->items);
  if (!body->lease) {
    hand_in_all(call, responder, items, body->items, std::move(*read));
    call->release_body();
    return;
  }
  if (Status noted = note_key(*call); !noted) {
    responder.send(refuse(std::move(noted).error()));
    return;
  }
  body->lease->actor = actor_of(*call);
  body->lease->key = std::move(call->key);
  body->lease->held = !body->lease->key;
  const auto lease = make_lease(call, items, body->lease->key.has_value());
  items->expect_more([lease] { lease->begin_wait(); });
  hand_in_all(call, responder, items, body->items, std::move(*read));
  call->release_body();
  if (const auto refusal = items->refusal()) {
    items->give_more([refusal](JsonWriter& json) { write_error(json, *refusal); }, {});
  } else {
    lease->ask(std::move(*body->lease), responder);
  }
}

}  // namespace daybook::api
