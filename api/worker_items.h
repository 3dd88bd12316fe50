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

// What items turned out to be: commands, and why the others are none.
struct ReadItems {
  struct Refusal {
    std::size_t place;
    Error error;
  };
  std::vector<ItemCommand> commands;
  std::vector<Refusal> refusals;
};

using WriteItem = void (*)(JsonWriter& json, const scheduler::Reply& reply);
// For replies that leave to the log what they say: `recall` adds it to those that are `wanted`.
struct Recall {
  bool (*wanted)(const scheduler::Reply& reply);
  void (*recall)(const Call& call, scheduler::Reply& reply);
};

// The items of one request and what becomes of each, in whatever parts they are handed in. Any
// thread.
class WorkerItems : public std::enable_shared_from_this<WorkerItems> {
 public:
  // Told once, on any thread, when every item has been refused or has its outcome.
  using Done = std::function<void(const std::shared_ptr<WorkerItems>&)>;

  WorkerItems(CallPtr call, WriteItem write, std::optional<Recall> recall, Done done)
      : call_(std::move(call)), write_(write), recall_(recall), done_(std::move(done)) {}

  // Each has a place, from zero; before any is handed in.
  void add(const std::vector<JsonValue>& elements);
  void add(const std::vector<scheduler::Token>& tokens);
  // Refuses those that are none, and submits the others. From here on they may be done, and the
  // call another thread's.
  void hand_in(ReadItems read);
  // Hands these in as one request. When it is not taken each of them is refused; when none of all
  // items was taken, so is the call.
  void submit(std::vector<ItemCommand> commands);

  // Done waits for one thing more, which writes a member of its own behind the results.
  // `settled` runs when all items have their outcomes. Before any is handed in.
  void expect_more(std::function<void()> settled);
  // `unsent` runs instead when the answer reaches nobody.
  void give_more(std::function<void(JsonWriter&)> write, std::function<void()> unsent);
  // Why nothing was taken, so that the call is refused unless another part is; nothing otherwise.
  std::optional<Error> refusal() const;

  struct Item {
    std::string token;  // as it was sent; "" when there is none
    std::optional<Result<scheduler::Reply>> outcome;
  };
  // Once they are done: {"results": […]} with what was given more, or why the call is refused.
  Answer<Response> answer() const;
  // Each has its outcome then.
  const std::vector<Item>& items() const { return items_; }
  // Why nobody knows what became of them, or why none was taken; nothing else.
  std::optional<Error> failure() const;
  // One element of "results".
  void write_result(JsonWriter& json, const Item& item) const;
  // The answer reached nobody.
  void unsent() const;

 private:
  using Places = std::vector<std::size_t>;
  using Replies = std::vector<Result<scheduler::Reply>>;

  void take(const Places& places, Replies replies);
  void settle(const Places& places, Replies replies);
  bool is_done() const;  // of the items and what is expected beside them

  const CallPtr call_;
  const WriteItem write_;
  const std::optional<Recall> recall_;
  const Done done_;

  mutable std::mutex mutex_;  // guards what follows
  std::vector<Item> items_;
  std::size_t open_ = 0;          // items without an outcome
  std::size_t taken_ = 0;         // parts that were handed in
  std::optional<Error> refusal_;  // why one was not
  bool expects_more_ = false;
  std::function<void()> settled_;
  std::function<void(JsonWriter&)> write_more_;
  std::function<void()> unsent_;
};

// Sends the answer of items that are done.
WorkerItems::Done send_answer(const Responder& responder);

// The member "token", as text "<seq>.<32 hexadecimal digits>".
scheduler::Token read_token(FieldReader& fields);

// The elements of an array of 1 to kLeaseJobsMax items; `field` names it in a refusal.
Answer<std::vector<JsonValue>> item_elements(const JsonValue& array, std::string_view field);

// The member "error" of an item that was refused.
void write_error(JsonWriter& json, const Error& error);

}  // namespace daybook::api
