// POST /resources/jobs, POST /resources/jobs/{jobId}/retry.
#include <memory>
#include <utility>

#include "api/admission.h"
#include "api/facts.h"
#include "api/handle.h"
#include "api/handlers.h"
#include "api/job_json.h"
#include "api/writes.h"
#include "base/check.h"
#include "base/hex.h"
#include "base/limits/http.h"

namespace daybook::api {
namespace {

using Body = scheduler::CreateJobs;

// Of the open jobs that an ended one has made, the newest are looked at.
constexpr std::size_t kChildrenLookedAtMax = 64;
// What one of many jobs takes in an answer beside its parameters, about.
constexpr std::size_t kListedBytes = 560;

Answer<Body> read_body(const Call& call) {
  const JsonValue value(call.request.body);
  const Micros now = call.engine().clock.wall();
  FieldErrors errors;
  scheduler::CreateJobs out;
  out.listed = value.kind() == JsonValue::Kind::kArray;
  if (!out.listed) {
    out.jobs.push_back(read_job(value, "", now, errors));
  } else {
    const auto elements = value.elements();
    if (elements.empty() || elements.size() > kJobsPerRequestMax) {
      return refuse(Code::kInvalid, "INVALID_FIELD",
                    "an array of jobs has 1 to " + std::to_string(kJobsPerRequestMax) + " elements",
                    "body");
    }
    out.jobs.reserve(elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i) {
      out.jobs.push_back(read_job(elements[i], "[" + std::to_string(i) + "].", now, errors));
    }
  }
  if (!errors.empty()) {
    return refuse(Problem(errors.take()));
  }
  return out;
}

using Created = std::pair<const events::Meta*, const events::JobCreated*>;

std::vector<Created> created_by(const Facts& facts) {
  std::vector<Created> out;
  out.reserve(facts.all().size());
  for (const events::Recorded& recorded : facts.all()) {
    if (const auto* event = std::get_if<events::JobCreated>(&recorded.event)) {
      out.emplace_back(&recorded.meta, event);
    }
  }
  DAYBOOK_CHECK(!out.empty(), "a batch that creates jobs holds their events");
  return out;
}

Response one_created(const Created& created, const scheduler::Reply& reply) {
  const projections::JobRow job = created_row(*created.first, *created.second);
  Response out;
  out.status = 201;
  out.body = created_json(job, reply.last, to_hex(reply.chain));
  out.add("Location", "/resources/jobs/" + job.job.text());
  return out;
}

Response list_created(const std::vector<Created>& created, const scheduler::Reply& reply) {
  Response out;
  out.status = 201;
  std::size_t bytes = kListedBytes;
  for (const auto& [meta, event] : created) {
    bytes += kListedBytes + event->parameters.text.size();
  }
  out.body.reserve(bytes);
  JsonWriter json(out.body);
  json.begin_object();
  json.key("jobs");
  json.begin_array();
  for (const auto& [meta, event] : created) {
    json.begin_object();
    write_job_members(json, created_row(*meta, *event), std::nullopt);
    json.member("seq", meta->seq);
    json.end_object();
  }
  json.end_array();
  write_receipt(json, reply);
  json.end_object();
  return out;
}

Answer<Response> render_created(const Written& written, bool is_array) {
  const auto created = created_by(written.facts);
  return is_array ? list_created(created, written.reply)
                  : one_created(created.front(), written.reply);
}

scheduler::NewJob copy_of(const projections::JobRow& row) {
  scheduler::NewJob out;
  out.definition = row.definition;
  out.parameters = row.parameters;
  out.priority = row.priority;
  out.tags = row.tags;
  out.unique_key = row.unique_key;
  out.parent = row.job;
  return out;
}

// Whether the job was made by a retry: what effects and rules make names its parent too. When its
// event is in an archive nobody can tell, and it passes for another.
Result<bool> is_retry(log::Log& log, const projections::JobRow& job) {
  const auto facts = Facts::read(log, job.job.key(), job.job.key());
  if (!facts) {
    return facts.error().reason == "LOG_TRIMMED" ? Result<bool>(false) : fail(facts.error());
  }
  const auto* created = facts->find<events::JobCreated>();
  return created != nullptr && created->effect_of == Seq{};
}

// The job that an earlier retry made of that one and that has not ended; null: there is none.
Result<JobId> open_retry_of(const Engine& engine, JobId id) {
  projections::JobFilter filter;
  filter.parent = id;
  filter.status.add(projections::JobStatus::kPending);
  filter.status.add(projections::JobStatus::kRunning);
  projections::PageRequest page;
  page.limit = kChildrenLookedAtMax;
  DAYBOOK_ASSIGN(const auto children, engine.views.jobs(filter, page));
  for (const projections::JobRow& row : children.rows) {
    DAYBOOK_ASSIGN(const bool found, is_retry(engine.log, row));
    if (found) {
      return row.job;
    }
  }
  return JobId();
}

Answer<scheduler::RetryJob> retry_of(const Call& call, JobId id) {
  const Engine& engine = call.engine();
  scheduler::RetryJob out;
  out.ended = id;
  DAYBOOK_ASSIGN(const auto row, engine.views.job(id));
  if (row) {
    // Before the sequencer says that it has not ended, which tells that it is there.
    DAYBOOK_TRY(check_job_write(call, id, row->definition));
    out.copy = copy_of(*row);
    DAYBOOK_ASSIGN(out.retried, open_retry_of(engine, id));
  }  // else the sequencer says that there is no such job, unless the key has an outcome already
  return out;
}

using Turn = std::shared_ptr<UnderWay::Turn>;

// The turn ends before the answer: who has that may ask again.
void submit_retry(const CallPtr& call, const Responder& responder, JobId id, const Turn& turn) {
  auto command = retry_of(*call, id);
  if (!command) {
    turn->end();
    responder.send(refuse(std::move(command).error()));
    return;
  }
  submit_command(call, responder, std::move(*command),
                 [call, responder, turn](Result<scheduler::Reply> reply) {
                   turn->end();
                   if (!reply) {
                     responder.send(refuse(std::move(reply).error()));
                     return;
                   }
                   render_reply(call, responder, std::move(*reply), [](const Written& written) {
                     return render_created(written, false);
                   });
                 });
}

}  // namespace

void create_jobs(const CallPtr& call, const Responder& responder) {
  auto body = read_body(*call);
  if (!body) {
    responder.send(refuse(std::move(body).error()));
    return;
  }
  if (Status read = finish_reading(*call); !read) {
    responder.send(refuse(std::move(read).error()));
    return;
  }
  const bool listed = body->listed;
  write(call, responder, std::move(*body),
        [listed](const Written& written) { return render_created(written, listed); });
}

void retry_job(const CallPtr& call, const Responder& responder) {
  auto id = JobId::parse(call->id, "jobId");
  if (!id) {
    responder.send(refuse(std::move(id).error()));
    return;
  }
  if (Status read = finish_reading(*call); !read) {
    responder.send(refuse(std::move(read).error()));
    return;
  }
  // Two at once would not see each other's job. The same key gives the same one anyway.
  const Turn turn =
      call->key ? std::make_shared<UnderWay::Turn>() : call->context->retries->begin(*id);
  if (!turn) {
    responder.send(
        refuse(Code::kConflict, "ALREADY_RETRIED", "the job is being scheduled again just now"));
    return;
  }
  // The list must show the job's end if its caller has seen it, and what the turn before made.
  run_read(call, responder,
           [call, responder, id = *id, turn] { submit_retry(call, responder, id, turn); });
}

}  // namespace daybook::api
