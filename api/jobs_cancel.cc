// DELETE /resources/jobs/{jobId}, POST /resources/jobs/{jobId}/cancel.
#include <utility>

#include "api/field_reader.h"
#include "api/handlers.h"
#include "api/writes.h"

namespace daybook::api {
namespace {

Response cancelled(const Written& written, const events::Recorded& recorded,
                   const events::JobCancelled& event) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("jobId", event.job);
  json.member("jobDefinitionId", event.definition);
  json.member("status", "cancelled");
  json.member("finishedAt", recorded.meta.time);
  write_receipt(json, written.reply);
  json.end_object();
  return out;
}

Response removed(const Written& written, const events::JobRemoved& event) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("jobId", event.job);
  json.member("jobDefinitionId", event.definition);
  json.member("removed", true);
  write_receipt(json, written.reply);
  json.end_object();
  return out;
}

// A running job was asked to stop, now or before.
Response asked(const Written& written, const std::string& job) {
  Response out;
  out.status = 202;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("jobId", job);
  json.member("status", "running");
  json.member("cancelRequested", true);
  write_receipt(json, written.reply);
  json.end_object();
  return out;
}

// Whatever became of the job, told by the event that says so.
Answer<Response> render(const Written& written) {
  for (const events::Recorded& recorded : written.facts.all()) {
    if (const auto* event = std::get_if<events::JobCancelled>(&recorded.event)) {
      return cancelled(written, recorded, *event);
    }
    if (const auto* event = std::get_if<events::JobRemoved>(&recorded.event)) {
      return removed(written, *event);
    }
  }
  return asked(written, written.call.id);
}

// {"force": true}: a running attempt is over at once, whoever runs it. The body may be absent.
Answer<bool> read_force(const std::string& body) {
  bool force = false;
  if (body.empty()) {
    return force;
  }
  FieldErrors errors;
  const JsonValue value(body);
  FieldReader fields(value, "", errors);
  fields.boolean("force", force);
  fields.finish();
  if (!errors.empty()) {
    return refuse(Problem(errors.take()));
  }
  return force;
}

// Asks the list for a job that the sequencer has just said has ended: it knows ended jobs by their
// number only. The list may lag behind.
void find_ended(const CallPtr& call, const Responder& responder, JobId id,
                const std::function<void(const projections::JobRow&)>& found) {
  const auto work = [call, responder, id, found](Status ready) {
    auto row = ready ? call->engine().views.job(id) : fail(std::move(ready).error());
    if (!row) {
      responder.send(refuse(std::move(row).error()));
    } else if (!*row) {
      responder.send(refuse(Code::kNotFound, "NOT_FOUND", "there is no job " + id.text()));
    } else {
      found(**row);
    }
  };
  if (!call->context->queries.submit(call->engine().log.last(), work)) {
    responder.send(
        refuse(Code::kUnavailable, "TOO_MANY_READS", "as many reads wait as may; try again"));
  }
}

void remove_ended(const CallPtr& call, const Responder& responder, JobId id) {
  find_ended(call, responder, id, [call, responder, id](const projections::JobRow& row) {
    scheduler::RemoveJobs command;
    command.jobs.push_back({id, row.definition});
    write(call, responder, std::move(command), render);
  });
}

}  // namespace

// Pending: cancelled. Ended: removed. Running: refused. The sequencer knows which, so it is asked
// first; a job cannot come back from its end.
void delete_job(const CallPtr& call, const Responder& responder) {
  auto id = JobId::parse(call->id, "jobId");
  if (!id) {
    responder.send(refuse(std::move(id).error()));
    return;
  }
  submit_command(call, responder, scheduler::CancelJob{*id},
                 [call, responder, id = *id](Result<scheduler::Reply> reply) {
                   if (reply) {
                     render_from_log(call, responder, std::move(*reply), render);
                   } else if (reply.error().reason == "JOB_ENDED") {
                     remove_ended(call, responder, id);
                   } else {
                     responder.send(refuse(std::move(reply).error()));
                   }
                 });
}

void cancel_job(const CallPtr& call, const Responder& responder) {
  auto id = JobId::parse(call->id, "jobId");
  if (!id) {
    responder.send(refuse(std::move(id).error()));
    return;
  }
  auto force = read_force(call->request.body);
  if (!force) {
    responder.send(refuse(std::move(force).error()));
    return;
  }
  const auto answer = [id = *id](const Written& written) {
    const auto* outcome = std::get_if<scheduler::CancelOutcome>(&written.reply.outcome);
    if (outcome != nullptr && !outcome->cancelled) {
      written.call.engine().dispatcher.stop_attempt(id);
    }
    return render(written);
  };
  submit_command(call, responder, scheduler::RequestCancel{*id, *force},
                 [call, responder, id = *id, answer](Result<scheduler::Reply> reply) {
                   if (reply) {
                     render_from_log(call, responder, std::move(*reply), answer);
                   } else if (reply.error().reason == "JOB_ENDED") {
                     find_ended(call, responder, id,
                                [responder, ended = reply.error()](const projections::JobRow&) {
                                  responder.send(refuse(ended));
                                });
                   } else {
                     responder.send(refuse(std::move(reply).error()));
                   }
                 });
}

}  // namespace daybook::api
