// What workers say of their attempts, item by item: the one way to report an end and to extend a
// lease, whatever it came by.
#pragma once

#include <memory>
#include <vector>

#include "api/worker_items.h"

namespace daybook::api {

// workers_complete.cc: items that are the elements of POST /resources/workers/complete.
std::shared_ptr<WorkerItems> report_items(const CallPtr& call, WorkerItems::Done done);
// To be handed in; the elements are not needed any more when it returns. Reads for as long as they
// are large: more than an I/O thread should is for others.
ReadItems read_reports(const Engine& engine, const std::vector<JsonValue>& elements);

// workers.cc: the same with the elements of POST /resources/workers/heartbeat.
std::shared_ptr<WorkerItems> heartbeat_items(const CallPtr& call, WorkerItems::Done done);
ReadItems read_heartbeats(const std::vector<JsonValue>& elements);

}  // namespace daybook::api
