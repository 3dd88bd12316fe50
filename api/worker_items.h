// What heartbeats and reports share: an array of items that name an attempt by its token, one
// command each, answered one by one: {"results":[{"token",…} or {"token","error":{…}}]}. A body
// that is at fault is refused whole, and every fault is named: it is the worker's program that is
// wrong.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/field_reader.h"
#include "base/json_writer.h"
#include "base/limits/dispatch.h"
#include "scheduler/sequencer.h"

namespace daybook::api {

struct WorkerItems {
  std::vector<scheduler::Command> commands;
  std::vector<std::string> tokens;  // as they were sent
};

using ReadItem = std::function<scheduler::Command(const JsonValue& value, const std::string& path,
                                                  FieldErrors& errors)>;
using WriteItem = void (*)(JsonWriter& json, const scheduler::Reply& reply);
// For replies that leave to the log what they say: `recall` adds it to those that are `wanted`.
struct Recall {
  bool (*wanted)(const scheduler::Reply& reply);
  void (*recall)(log::Log& log, scheduler::Reply& reply);
};

// The member "token", as text "<seq>.<32 hexadecimal digits>".
scheduler::Token read_token(FieldReader& fields);

// Reads the body: an array of 1 to kLeaseJobsMax items.
Answer<bool> read_items(const Call& call, WorkerItems& out, const ReadItem& read);

// Submits all items as one request; a refused one does not hold up the others.
void submit_items(const CallPtr& call, const Responder& responder, WorkerItems items,
                  WriteItem write, std::optional<Recall> recall = std::nullopt);

}  // namespace daybook::api
