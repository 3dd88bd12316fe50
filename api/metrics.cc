// GET /metrics: what the process may be watched by, as Prometheus text.
//
// Written here and not with a client library: every number exists already as a counter of the part
// it belongs to, and a registry would be a second set of them to keep equal.
#include <unistd.h>

#include <fstream>

#include "api/handlers.h"
#include "api/projection_json.h"
#include "api/prometheus_text.h"
#include "api/router.h"
#include "log/tail.h"

namespace daybook::api {
namespace {

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void write_clock(PrometheusText& out, const scheduler::SequencerMetrics& m) {
  out.one("daybook_clock_back_total", "counter", "Times the wall clock was set back.",
          m.clock_back);
  out.one("daybook_clock_forward_total", "counter", "Times the wall clock was set forward.",
          m.clock_forward);
  out.one("daybook_clock_away_total", "counter",
          "Times the process stood still or the machine slept, and leases were extended.",
          m.clock_away);
  out.one("daybook_clock_held_total", "counter",
          "Large steps forward of the wall clock that were not believed at once.", m.clock_held);
  out.one("daybook_clock_slews_total", "counter",
          "Times the log's time came nearer to a wall clock that was set back.", m.clock_slews);
  out.one("daybook_clock_ahead_seconds", "gauge",
          "By how much the log's time is ahead of the wall clock.",
          static_cast<double>(m.clock_ahead_us) / 1e6);
}

void write_log(PrometheusText& out, const Engine& engine) {
  out.one("daybook_log_head_seq", "gauge", "Last durable sequence number.",
          engine.log.last().value);
  out.one("daybook_log_first_seq", "gauge", "First readable sequence number.",
          engine.log.first().value);
  const auto m = engine.sequencer.metrics();
  out.one("daybook_commands_total", "counter", "Commands decided.", m.commands);
  out.one("daybook_commands_refused_total", "counter", "Commands refused.", m.refused);
  out.one("daybook_events_total", "counter", "Events appended since the start.", m.events);
  out.one("daybook_event_bytes_total", "counter", "Bytes appended since the start.", m.bytes);
  out.one("daybook_group_commits_total", "counter", "Synced appends.", m.groups);
  out.one("daybook_sync_seconds_total", "counter", "Time spent in synced appends.",
          static_cast<double>(m.sync_us_total) / 1e6);
  out.one("daybook_sync_last_seconds", "gauge", "Time of the last synced append.",
          static_cast<double>(m.sync_us_last) / 1e6);
  out.one("daybook_inbox_commands", "gauge", "Requests waiting for the sequencer.", m.inbox);
  out.one("daybook_idempotency_keys", "gauge", "Idempotency keys that are remembered.", m.keys);
  out.one("daybook_idempotency_keys_max", "gauge", "Idempotency keys remembered at most.",
          m.keys_max);
  out.one("daybook_idempotency_key_bytes", "gauge", "Memory that they take, about.", m.key_bytes);
  out.one("daybook_idempotency_keys_refused_total", "counter",
          "Requests refused because their caller holds as many keys as it may.", m.keys_refused);
  write_clock(out, m);
  out.one("daybook_jobs_pending", "gauge", "Pending jobs.", m.pending_jobs);
  out.one("daybook_jobs_running", "gauge", "Running jobs.", m.running_jobs);
  out.one("daybook_waiters", "gauge",
          "Long polls that the queue holds nothing for; at the last write.", m.waiters);
  out.one("daybook_jobs_started_at_once_total", "counter",
          "Jobs that a waiting worker got with the write that made them ready.", m.waiters_started);
  out.one("daybook_log_tail_bytes", "gauge", "Memory of the newest events of the log.",
          engine.log.tail().memory_bytes());
  out.one("daybook_snapshot_seq", "gauge", "Newest snapshot of the decision state.",
          m.snapshot.value);
}

void write_dispatch(PrometheusText& out, const Engine& engine) {
  const auto m = engine.dispatcher.metrics();
  out.one("daybook_attempts_started_total", "counter", "Attempts started.", m.started);
  out.one("daybook_starts_refused_total", "counter", "Proposed starts that were refused.",
          m.start_refused);
  out.one("daybook_attempts_expired_total", "counter", "Attempts given up.", m.expired);
  out.one("daybook_exec_running", "gauge", "Child processes running.", m.exec_running);
  out.one("daybook_http_running", "gauge", "Component requests running.", m.http_running);
  out.one("daybook_queue_waiting", "gauge", "Pending jobs not yet due.", m.waiting);
  out.one("daybook_queue_on_disk", "gauge", "Of them, those beyond queue-memory: on disk.",
          m.waiting_on_disk);
  out.one("daybook_queue_memory_bytes", "gauge", "Memory of the pending queue, about.",
          m.queue_bytes);
  out.one("daybook_queue_ready", "gauge", "Pending jobs that are due.", m.ready);
  out.one("daybook_leases_waiting", "gauge", "Workers waiting for jobs.", m.leases_waiting);
  out.one("daybook_retention_removed_total", "counter", "Jobs and sendings that retention removed.",
          m.removed);
  out.one("daybook_retention_behind_seconds", "gauge",
          "At the last look, one a minute and more while there is any to remove: how long ago the "
          "oldest ended job should have been removed; 0: there was none.",
          static_cast<double>(m.retention_behind_us) / 1e6);
}

void write_rules(PrometheusText& out, const Engine& engine) {
  if (!engine.rules) {
    return;
  }
  const dispatch::RuleRunnerStatus status = engine.rules();
  out.one("daybook_rules_position_seq", "gauge", "Last event that rules looked at; 0: no rules.",
          status.position.value);
  out.one("daybook_rules_applied_total", "counter", "Applications of components of rules.",
          status.applied);
  out.one("daybook_rules_failed_total", "counter", "Applications that were recorded as failures.",
          status.failed);
  out.one("daybook_rules_stopped", "gauge", "1 when rules run no more: the log cannot be read.",
          std::uint64_t{status.stopped ? 1U : 0U});
}

void write_outbox(PrometheusText& out, const Engine& engine) {
  if (!engine.outbox) {
    return;
  }
  const dispatch::OutboxMetrics m = engine.outbox();
  out.one("daybook_sendings_pending", "gauge", "Mails, posts and messages that wait to be sent.",
          m.pending);
  out.one("daybook_sendings_sent_total", "counter", "Tries that the other side took.", m.sent);
  out.one("daybook_sendings_failed_total", "counter", "Tries that failed.", m.failed);
}

void write_views(PrometheusText& out, const Engine& engine) {
  const auto all = engine.views.status();
  out.family("daybook_projection_applied_seq", "gauge", "Last event applied.");
  for (const auto& p : all) {
    out.sample(p.applied.value, "projection=\"" + p.name + "\"");
  }
  out.family("daybook_projection_failed", "gauge", "1 when the projection has stopped.");
  for (const auto& p : all) {
    out.sample(std::uint64_t{p.state == projections::ProjectionState::kFailed ? 1U : 0U},
               "projection=\"" + p.name + "\"");
  }
}

void write_requests(PrometheusText& out, const HttpMetrics& m) {
  out.family("daybook_http_requests_total", "counter", "Answers by route and class of status.");
  const auto table = routes();
  for (std::size_t route = 0; route <= m.routes(); ++route) {
    const std::string name = route == m.routes()
                                 ? std::string("method=\"\",route=\"\"")
                                 : "method=\"" + std::string(method_name(table[route].method)) +
                                       "\",route=\"" + std::string(table[route].pattern) + "\"";
    for (std::size_t c = 0; c < HttpMetrics::kClasses; ++c) {
      if (m.count(route, c) > 0) {
        out.sample(m.count(route, c), name + ",status=\"" + std::to_string(c + 1) + "xx\"");
      }
    }
  }
}

void write_latency(PrometheusText& out, const HttpMetrics& m) {
  out.family("daybook_http_request_seconds", "histogram",
             "From a complete request to its answer written.");
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < HttpMetrics::kBounds.size(); ++i) {
    count += m.bucket(i);
    std::string bound = std::to_string(static_cast<double>(HttpMetrics::kBounds[i]) / 1e6);
    out.sample(count, "le=\"" + bound + "\"", "_bucket");
  }
  count += m.bucket(HttpMetrics::kBounds.size());
  out.sample(count, "le=\"+Inf\"", "_bucket");
  out.sample(static_cast<double>(m.latency_sum_us()) / 1e6, {}, "_sum");
  out.sample(count, {}, "_count");
}

void write_worker_connections(PrometheusText& out, const HttpMetrics& m) {
  out.one("daybook_worker_connections", "gauge", "Workers on connections of their own.",
          m.worker_connections.load());
  out.one("daybook_worker_messages_received_total", "counter", "Messages of such workers.",
          m.worker_messages_in.load());
  out.one("daybook_worker_messages_sent_total", "counter", "Messages to them.",
          m.worker_messages_out.load());
  out.one("daybook_worker_frames_sent_total", "counter", "Frames in these.",
          m.worker_frames_out.load());
  out.one("daybook_worker_credits", "gauge", "Jobs that they may hold.", m.worker_credits.load());
  out.one("daybook_worker_jobs_held", "gauge", "Jobs that they hold.", m.worker_jobs_held.load());
  out.one("daybook_worker_connections_ended_total", "counter",
          "Connections of workers that broke the protocol, stood still or asked for too much.",
          m.worker_ends.load());
}

void write_connections(PrometheusText& out, const Context& context) {
  const HttpMetrics& m = context.metrics;
  out.one("daybook_http_connections", "gauge", "Open connections.", m.connections.load());
  out.one("daybook_http_connections_total", "counter", "Connections accepted.",
          m.connections_total.load());
  out.one("daybook_http_connections_refused_total", "counter", "Connections over the limit.",
          m.connections_refused.load());
  out.one("daybook_tls_failed_handshakes_total", "counter",
          "Connections that could not agree on TLS.", m.failed_handshakes.load());
  out.one("daybook_http_unauthorized_total", "counter", "Requests without a valid token.",
          m.unauthorized.load());
  out.one("daybook_http_forbidden_total", "counter",
          "Requests for what their callers are not permitted.", m.forbidden.load());
  out.one("daybook_http_timeouts_total", "counter", "Connections closed for being slow.",
          m.timeouts.load());
  out.one("daybook_http_gzips_total", "counter", "Answers that were packed.", m.gzips.load());
  out.one("daybook_http_deadline_looks_total", "counter",
          "Times that an I/O thread looked for what is late.", m.looks.load());
  out.one("daybook_http_socket_reads_total", "counter", "Reads of sockets that brought bytes.",
          m.reads.load());
  out.one("daybook_http_socket_writes_total", "counter", "Writes to sockets that took bytes.",
          m.writes.load());
  out.one("daybook_http_streams", "gauge", "Open streams.", m.streams.load());
  out.one("daybook_http_reads_waiting", "gauge", "Reads waiting for a thread or for the views.",
          std::uint64_t{context.queries.waiting()});
  out.one("daybook_http_reads_dropped_total", "counter",
          "Reads that were not made since their client had left.", context.queries.dropped());
  out.one("daybook_http_compilations_waiting", "gauge", "Requests that wait to compile.",
          std::uint64_t{context.checks.waiting() + context.compiles.waiting()});
  out.one("daybook_http_memory_bytes", "gauge", "Large bodies and answers of all connections.",
          std::uint64_t{context.memory.used()});
  out.one("daybook_http_memory_refused_total", "counter",
          "Bodies and answers for which there was no memory.", context.memory.refused());
  out.one("daybook_http_memory_evicted_total", "counter",
          "Connections that were slow and gave their memory to others.", context.memory.evicted());
}

}  // namespace

Answer<Response> metrics(const Call& call) {
  PrometheusText out;
  const Engine& engine = call.engine();
  write_log(out, engine);
  write_dispatch(out, engine);
  write_rules(out, engine);
  write_outbox(out, engine);
  write_views(out, engine);
  write_requests(out, call.context->metrics);
  write_latency(out, call.context->metrics);
  write_connections(out, *call.context);
  write_worker_connections(out, call.context->metrics);
  const DiskStatus disk = engine.disk();
  out.one("daybook_disk_free_bytes", "gauge", "Free bytes of the data directory's disk.",
          disk.free_bytes);
  out.one("process_resident_memory_bytes", "gauge", "Resident memory.", resident_bytes());
  out.family("daybook_build_info", "gauge", "1, with the version.");
  out.sample(std::uint64_t{1}, "version=\"" + engine.version + "\"");
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = out.take();
  return response;
}

}  // namespace daybook::api
