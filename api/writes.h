// Commands to the sequencer, and what stands in every answer to them.
//
// An answer to a write is made of nothing but the events it wrote: a request that is repeated with
// its idempotency key gets the first answer byte for byte, however its events were come by.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "api/call.h"
#include "api/facts.h"
#include "base/json_writer.h"
#include "scheduler/sequencer.h"

namespace daybook::api {

// A write that is durable, and its events; none when the command changed nothing.
struct Written {
  const Call& call;
  const scheduler::Reply& reply;
  const Facts& facts;
};

using Render = std::function<Answer<Response>(const Written&)>;
using OnReply = std::function<void(Result<scheduler::Reply>)>;

// The body has been read: notes the request's key, if it sent one, with the digest of method, path,
// query and body, and lets the body go. Any number of times; before the call waits for anything.
Status finish_reading(Call& call);
// Without letting the body go, of which something is still to be read.
Status note_key(Call& call);

// Hands one command in. `on_reply` runs on the thread that appended and must not block; when the
// command cannot be taken, the responder gets the refusal instead.
void submit_command(const CallPtr& call, const Responder& responder, scheduler::Command command,
                    OnReply on_reply);

// kFresh: the answer also shows something of the views, which should have caught up with the write;
// when they have not in time, the answer does without.
enum class Views : std::uint8_t { kUnused, kFresh };

// Sends what `render` makes of a reply's events: on the connection's thread where they are few and
// at hand, so it must not block then; else, or when it shows something of the views, on a thread
// for answers.
void render_reply(const CallPtr& call, const Responder& responder, scheduler::Reply reply,
                  Render render, Views views = Views::kUnused);

// Both: one command, answered from its events.
void write(const CallPtr& call, const Responder& responder, scheduler::Command command,
           Render render, Views views = Views::kUnused);

// The receipt of an event that was written before; without one when it has left the log.
scheduler::Reply receipt_of(const Call& call, Seq seq);

// The receipt: headers Daybook-Seq and Daybook-Hash, and Idempotency-Replayed for a repeated one.
void add_receipt(Response& response, const scheduler::Reply& reply);
// The same as members "seq" and "hash" of the object that is being written.
void write_receipt(JsonWriter& json, const scheduler::Reply& reply);

// Who asks: the id of a token; without tokens, "local".
std::string_view actor_of(const Call& call);

}  // namespace daybook::api
