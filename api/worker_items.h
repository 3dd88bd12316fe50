// What heartbeats and reports share: an array of items that name an attempt by its token, one
// command each, answered one by one: {"results":[{"token",…} or {"token","error":{…}}]}. An item
// that cannot be read hurts itself only: the others are jobs that are done, or leases that run out.
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

struct WorkerItem {
  std::string token;           // as it was sent; "" when there is none
  std::optional<Error> fault;  // why it has no command
};
struct WorkerItems {
  std::vector<WorkerItem> items;
  std::vector<scheduler::Command> commands;  // of the items without a fault, in their order
};

using ReadItem = std::function<scheduler::Command(const JsonValue& value, FieldErrors& errors)>;
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

// Submits the commands as one request and answers all items; a refused one does not hold up the
// others.
void submit_items(const CallPtr& call, const Responder& responder, WorkerItems items,
                  WriteItem write, std::optional<Recall> recall = std::nullopt);

}  // namespace daybook::api
