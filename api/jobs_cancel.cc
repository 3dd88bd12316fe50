// DELETE /resources/jobs/{jobId}, POST /resources/jobs/{jobId}/cancel.
#include <utility>

#include "api/admission.h"
#include "api/field_reader.h"
#include "api/handle.h"
#include "api/handlers.h"
#include "api/writes.h"

namespace daybook::api {
namespace {

struct Cancelled {
  JobId job;
  std::string_view definition;
  Micros at;
};

Response cancelled(const Cancelled& job, const scheduler::Reply& reply) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("jobId", job.job);
  json.member("jobDefinitionId", job.definition);
  json.member("status", "cancelled");
  json.member("finishedAt", job.at);
  write_receipt(json, reply);
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
      return cancelled({event->job, event->definition, recorded.meta.time}, written.reply);
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

using Found = std::function<void(const std::optional<projections::JobRow>&)>;

Answer<Response> no_job(JobId id) {
  return refuse(Code::kNotFound, "NOT_FOUND", "there is no job " + id.text());
}

// Asks the list for a job that the caller may change: the sequencer knows ended ones by their
// number only, and so not whether he may. The list may lag behind.
void find_row(const CallPtr& call, const Responder& responder, JobId id, const Found& found) {
  run_read(call, responder, [call, responder, id, found] {
    auto row = call->engine().views.job(id);
    if (!row) {
      responder.send(refuse(std::move(row).error()));
      return;
    }
    if (auto may = *row ? check_job_write(*call, id, (*row)->definition) : true; !may) {
      responder.send(refuse(std::move(may).error()));
      return;
    }
    found(*row);
  });
}

// Without a row the sequencer says that there is no such job, unless the key has an outcome
// already.
void remove_ended(const CallPtr& call, const Responder& responder, JobId id,
                  const std::optional<projections::JobRow>& row) {
  scheduler::RemoveJobs command;
  command.jobs.push_back({id, row ? row->definition : std::string()});
  write(call, responder, std::move(command), render);
}

// The answer of the request that cancelled it, with the receipt of the event that says so; without
// one when that has left the log.
Response cancelled_before(const Call& call, const projections::JobRow& row) {
  const scheduler::Reply reply = receipt_of(call, row.seq);
  Response out = cancelled({row.job, row.definition, row.finished_at}, reply);
  add_receipt(out, reply);
  return out;
}

// A request that comes again must do no more than the first did, and this may be the one that
// cancelled the job: a cancelled one is removed only by who says so.
void delete_ended(const CallPtr& call, const Responder& responder, JobId id) {
  find_row(call, responder, id, [call, responder, id](const auto& row) {
    if (!row) {
      responder.send(no_job(id));
    } else if (row->status == projections::JobStatus::kCancelled) {
      responder.send(cancelled_before(*call, *row));
    } else {
      remove_ended(call, responder, id, row);
    }
  });
}

Answer<bool> wants_removal(const Query& query) {
  const auto text = query.find("remove").value_or("false");
  if (text != "true" && text != "false") {
    return refuse(Code::kInvalid, "INVALID_FIELD", "must be true or false", "remove");
  }
  return text == "true";
}

}  // namespace

// Pending: cancelled. Cancelled: the same answer again. Completed or failed: removed. Running:
// refused. The sequencer knows which, so it is asked first; a job cannot come back from its end.
void delete_job(const CallPtr& call, const Responder& responder) {
  auto id = JobId::parse(call->id, "jobId");
  if (!id) {
    responder.send(refuse(std::move(id).error()));
    return;
  }
  auto removal = wants_removal(call->query);
  if (!removal) {
    responder.send(refuse(std::move(removal).error()));
    return;
  }
  if (*removal) {
    find_row(call, responder, *id, [call, responder, id = *id](const auto& row) {
      remove_ended(call, responder, id, row);
    });
    return;
  }
  submit_command(call, responder, scheduler::CancelJob{*id},
                 [call, responder, id = *id](Result<scheduler::Reply> reply) {
                   if (reply) {
                     render_reply(call, responder, std::move(*reply), render);
                   } else if (reply.error().reason == "JOB_ENDED") {
                     delete_ended(call, responder, id);
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
                     render_reply(call, responder, std::move(*reply), answer);
                   } else if (reply.error().reason == "JOB_ENDED") {
                     find_row(call, responder, id,
                              [responder, id, ended = reply.error()](const auto& row) {
                                responder.send(row ? Answer<Response>(refuse(ended)) : no_job(id));
                              });
                   } else {
                     responder.send(refuse(std::move(reply).error()));
                   }
                 });
}

}  // namespace daybook::api
