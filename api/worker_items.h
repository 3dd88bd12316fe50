// What heartbeats and reports share: an array of items that name an attempt by its token, one
// command each, answered one by one: {"results":[{"token",…} or {"token","error":{…}}]}. An item
// that cannot be read, or taken, hurts itself only: the others are jobs that are done, or leases
// that run out.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "api/field_reader.h"
#include "base/json_writer.h"
#include "base/limits/dispatch.h"
#include "scheduler/sequencer.h"

namespace daybook::api {

// The command of an item, by its place.
struct ItemCommand {
  std::size_t place;
  scheduler::Command command;
};

using WriteItem = void (*)(JsonWriter& json, const scheduler::Reply& reply);
// For replies that leave to the log what they say: `recall` adds it to those that are `wanted`.
struct Recall {
  bool (*wanted)(const scheduler::Reply& reply);
  void (*recall)(const Call& call, scheduler::Reply& reply);
};

// The items of one request and what becomes of each, in whatever parts they are handed in: the
// answer is sent once every item has been refused or has its outcome. Any thread.
class WorkerItems : public std::enable_shared_from_this<WorkerItems> {
 public:
  WorkerItems(CallPtr call, Responder responder, WriteItem write, std::optional<Recall> recall)
      : call_(std::move(call)), responder_(std::move(responder)), write_(write), recall_(recall) {}

  // Each has a place, from zero; before any is refused or handed in.
  void add(const std::vector<JsonValue>& elements);
  // That item gets this error instead of an outcome.
  void refuse(std::size_t place, Error error);
  // Hands these in as one request. When it is not taken each of them is refused; when none of all
  // items was taken, so is the call.
  void submit(std::vector<ItemCommand> commands);

 private:
  struct Item {
    std::string token;  // as it was sent; "" when there is none
    std::optional<Result<scheduler::Reply>> outcome;
  };
  using Places = std::vector<std::size_t>;
  using Replies = std::vector<Result<scheduler::Reply>>;

  void take(const Places& places, Replies replies);
  void settle(const Places& places, Replies replies);
  Answer<Response> answer() const;

  const CallPtr call_;
  const Responder responder_;
  const WriteItem write_;
  const std::optional<Recall> recall_;

  mutable std::mutex mutex_;  // guards what follows
  std::vector<Item> items_;
  std::size_t open_ = 0;          // items without an outcome
  std::size_t taken_ = 0;         // parts that were handed in
  std::optional<Error> refusal_;  // why one was not
};

// The member "token", as text "<seq>.<32 hexadecimal digits>".
scheduler::Token read_token(FieldReader& fields);

// The elements of a body that is an array of 1 to kLeaseJobsMax items.
Answer<std::vector<JsonValue>> item_elements(const Call& call);

}  // namespace daybook::api
