#include "api/writes.h"

#include <utility>

#include "api/handle.h"
#include "base/hex.h"
#include "base/limits/resources.h"
#include "base/sha256.h"

namespace daybook::api {
namespace {

constexpr std::string_view kKeyHeader = "Idempotency-Key";

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Result<std::optional<scheduler::IdempotencyKey>> idempotency_key(const Call& call) {
  const Head& head = call.request.head;
  std::optional<scheduler::IdempotencyKey> out;
  if (!head.has(kKeyHeader)) {
    return out;
  }
  const auto key = head.find(kKeyHeader);
  if (key.empty() || key.size() > kIdempotencyKeyBytesMax) {
    return fail(Code::kInvalid, "INVALID_FIELD", "must have 1 to 128 characters", kKeyHeader);
  }
  Sha256 digest;
  digest.update(bytes_of(method_name(head.method)));
  digest.update(bytes_of(" "));
  digest.update(bytes_of(head.path));
  if (!head.query.empty()) {
    digest.update(bytes_of("?"));
    digest.update(bytes_of(head.query));
  }
  digest.update(bytes_of("\n"));
  digest.update(bytes_of(call.request.body));
  out = scheduler::IdempotencyKey{std::string(key), digest.finish()};
  return out;
}

}  // namespace

std::string_view actor_of(const Call& call) {
  return call.caller.actor;
}

Status note_key(Call& call) {
  if (!std::exchange(call.body_read, true)) {
    DAYBOOK_ASSIGN(call.key, idempotency_key(call));
  }
  return {};
}

Status finish_reading(Call& call) {
  DAYBOOK_TRY(note_key(call));
  call.release_body();
  return {};
}

void submit_command(const CallPtr& call, const Responder& responder, scheduler::Command command,
                    OnReply on_reply) {
  if (Status read = finish_reading(*call); !read) {
    responder.send(refuse(std::move(read).error()));
    return;
  }
  scheduler::Request request;
  request.id = call->request_id;
  request.actor = actor_of(*call);
  request.commands.push_back(std::move(command));
  request.key = std::move(call->key);
  request.answer = [on_reply = std::move(on_reply)](std::vector<Result<scheduler::Reply>> replies) {
    on_reply(std::move(replies.front()));
  };
  if (Status taken = call->engine().sequencer.submit(std::move(request)); !taken) {
    responder.send(refuse(std::move(taken).error()));
  }
}

namespace {

// Answers of so few events are made on the connection's own thread.
constexpr std::uint64_t kInlineEventsMax = 16;

Result<Facts> facts_of(const Call& call, const scheduler::Reply& reply) {
  if (reply.events) {
    return Facts::of(reply);
  }
  return reply.first.value == 0 ? Result<Facts>(Facts())
                                : Facts::read(call.engine().log, reply.first, reply.last);
}

Answer<Response> rendered(const Call& call, scheduler::Reply& reply, const Result<Facts>& facts,
                          const Render& render) {
  if (!facts) {
    // What is written is written: nobody may be told that it failed, only that its outcome has to
    // be asked for again.
    report(call, Problem(facts.error()));
    return refuse(Code::kUnknownOutcome, "OUTCOME_UNKNOWN",
                  "it was done, but its answer cannot be made: " + facts.error().message);
  }
  if (reply.replayed) {
    reply.chain = facts->chain();  // the log is what remembers it
  }
  auto response = render({call, reply, *facts});
  if (response) {
    add_receipt(*response, reply);
  }
  return response;
}

}  // namespace

void render_reply(const CallPtr& call, const Responder& responder, scheduler::Reply reply,
                  Render render, Views views) {
  const Seq last = reply.last;
  const bool few = reply.last.value - reply.first.value < kInlineEventsMax;
  const bool at_hand = views == Views::kUnused && reply.events && few;
  auto make = [call, reply = std::move(reply),
               render = std::move(render)](const Status& ready) mutable {
    const bool shut = !ready && ready.error().code == Code::kShutdown;
    const Result<Facts> facts = shut ? Result<Facts>(fail(ready.error())) : facts_of(*call, reply);
    return rendered(*call, reply, facts, render);
  };
  if (at_hand) {
    responder.send_made([make = std::move(make)]() mutable { return make(Status()); });
    return;
  }
  const auto work = [responder, make = std::move(make)](const Status& ready) mutable {
    responder.send(make(ready));
  };
  QueryPool& pool = call->context->renders;
  if (views == Views::kUnused || !pool.submit(last, work, gone_of(call))) {
    pool.run(work, gone_of(call));
  }
}

void write(const CallPtr& call, const Responder& responder, scheduler::Command command,
           Render render, Views views) {
  submit_command(call, responder, std::move(command),
                 [call, responder, render = std::move(render), views](auto reply) mutable {
                   if (reply) {
                     render_reply(call, responder, std::move(*reply), std::move(render), views);
                   } else {
                     responder.send(refuse(std::move(reply).error()));
                   }
                 });
}

scheduler::Reply receipt_of(const Call& call, Seq seq) {
  scheduler::Reply out;
  if (const auto facts = Facts::read(call.engine().log, seq, seq)) {
    out.first = out.last = seq;
    out.chain = facts->chain();
  } else {
    report(call, Problem(facts.error()));
  }
  return out;
}

void add_receipt(Response& response, const scheduler::Reply& reply) {
  if (reply.last.value == 0 || reply.chain == Hash{}) {
    return;
  }
  response.add("Daybook-Seq", std::to_string(reply.last.value));
  response.add("Daybook-Hash", to_hex(reply.chain));
  if (reply.replayed) {
    response.add("Idempotency-Replayed", "true");
  }
}

void write_receipt(JsonWriter& json, const scheduler::Reply& reply) {
  if (reply.last.value == 0 || reply.chain == Hash{}) {
    return;
  }
  json.member("seq", reply.last);
  json.member("hash", to_hex(reply.chain));
}

}  // namespace daybook::api
