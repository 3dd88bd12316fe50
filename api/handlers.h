// What the routes lead to; one source file per resource.
#pragma once

#include "api/call.h"

namespace daybook::api {

// components.cc
Answer<Response> get_component(const Call& call);
Answer<Response> list_components(const Call& call);
void put_component(const CallPtr& call, const Responder& responder);
void delete_component(const CallPtr& call, const Responder& responder);
Answer<Response> check_component(const Call& call);

// definitions.cc
Answer<Response> get_definition(const Call& call);
Answer<Response> list_definitions(const Call& call);
void put_definition(const CallPtr& call, const Responder& responder);
void patch_definition(const CallPtr& call, const Responder& responder);
void delete_definition(const CallPtr& call, const Responder& responder);

// rules.cc
Answer<Response> get_rule(const Call& call);
Answer<Response> list_rules(const Call& call);
void put_rule(const CallPtr& call, const Responder& responder);
void delete_rule(const CallPtr& call, const Responder& responder);

// jobs.cc
Answer<Response> get_job(const Call& call);
Answer<Response> list_jobs(const Call& call);
Answer<Response> job_events(const Call& call);
// jobs_create.cc
void create_jobs(const CallPtr& call, const Responder& responder);
void retry_job(const CallPtr& call, const Responder& responder);
// jobs_cancel.cc
void delete_job(const CallPtr& call, const Responder& responder);
void cancel_job(const CallPtr& call, const Responder& responder);

// statistics.cc
Answer<Response> statistics(const Call& call);

// worker_list.cc
Answer<Response> list_workers(const Call& call);
// workers.cc
void lease_jobs(const CallPtr& call, const Responder& responder);
void heartbeat(const CallPtr& call, const Responder& responder);
// worker_connect.cc
Answer<Response> connect_worker(const Call& call);
// workers_complete.cc
void complete_attempts(const CallPtr& call, const Responder& responder);

// sendings.cc
Answer<Response> get_sending(const Call& call);
Answer<Response> list_sendings(const Call& call);
void create_email(const CallPtr& call, const Responder& responder);
void delete_sending(const CallPtr& call, const Responder& responder);

// events.cc
Answer<Response> list_events(const Call& call);

// graph.cc
Answer<Response> ask_graph(const Call& call);
Answer<Response> graph_meta(const Call& call);

// tokens.cc
Answer<Response> list_tokens(const Call& call);
Answer<Response> get_token(const Call& call);
Answer<Response> own_token(const Call& call);
void create_token(const CallPtr& call, const Responder& responder);
void rotate_token(const CallPtr& call, const Responder& responder);
void revoke_token(const CallPtr& call, const Responder& responder);

// clock.cc
Answer<Response> get_clock(const Call& call);
Answer<Response> move_clock(const Call& call);

// log.cc
Answer<Response> log_head(const Call& call);
Answer<Response> log_verify(const Call& call);

// projections.cc
Answer<Response> list_projections(const Call& call);
Answer<Response> rebuild_projection(const Call& call);

// health.cc
Answer<Response> health_live(const Call& call);
Answer<Response> health_ready(const Call& call);
Answer<Response> version(const Call& call);
Answer<Response> openapi(const Call& call);
// metrics.cc
Answer<Response> metrics(const Call& call);

}  // namespace daybook::api
