#include "api/worker_items.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "api/writes.h"
#include "base/limits/dispatch.h"
#include "base/utf8.h"

namespace daybook::api {
namespace {

// What an answer shows of a token that is none.
constexpr std::size_t kTokenShownBytesMax = 128;

void write_error(JsonWriter& json, const Error& error) {
  json.key("error");
  json.begin_object();
  json.member("status", status_of(error.code));
  json.member("code", error.reason);
  json.member("message", error.message);
  json.key("details");
  json.begin_object();
  if (!error.field.empty()) {
    json.member("field", error.field);
  }
  json.end_object();
  json.end_object();
}

Response results(const std::vector<WorkerItem>& items,
                 const std::vector<Result<scheduler::Reply>>& replies, WriteItem write) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("results");
  json.begin_array();
  auto reply = replies.begin();
  for (const WorkerItem& item : items) {
    json.begin_object();
    json.member("token", item.token);
    if (item.fault) {
      write_error(json, *item.fault);
    } else if (const auto& answer = *reply++) {
      write(json, *answer);
      write_receipt(json, *answer);
    } else {
      write_error(json, answer.error());
    }
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

std::string token_sent(const JsonValue& item) {
  if (item.kind() == JsonValue::Kind::kObject) {
    for (const auto& [name, value] : item.members()) {
      if (name == "token" && value.kind() == JsonValue::Kind::kString) {
        return printable(value.string(), kTokenShownBytesMax);
      }
    }
  }
  return {};
}

}  // namespace

scheduler::Token read_token(FieldReader& fields) {
  const auto text = fields.find("token", JsonValue::Kind::kString, "text", Need::kRequired);
  if (text) {
    auto token = scheduler::Token::parse(text->string(), fields.path_of("token"));
    if (token) {
      return *token;
    }
    fields.errors().add(std::move(token).error());
  }
  return {};
}

Answer<bool> read_items(const Call& call, WorkerItems& out, const ReadItem& read) {
  const JsonValue value(call.request.body);
  if (value.kind() != JsonValue::Kind::kArray) {
    return refuse(Code::kInvalid, "INVALID_FIELD", "must be an array", "body");
  }
  const auto elements = value.elements();
  if (elements.empty() || elements.size() > kLeaseJobsMax) {
    return refuse(Code::kInvalid, "INVALID_FIELD",
                  "has 1 to " + std::to_string(kLeaseJobsMax) + " elements", "body");
  }
  for (const JsonValue& element : elements) {
    FieldErrors errors;
    scheduler::Command command = read(element, errors);
    WorkerItem& item = out.items.emplace_back(WorkerItem{token_sent(element), std::nullopt});
    if (errors.empty()) {
      out.commands.push_back(std::move(command));
    } else {
      item.fault = std::move(errors.take().front());
    }
  }
  return true;
}

void submit_items(const CallPtr& call, const Responder& responder, WorkerItems items,
                  WriteItem write, std::optional<Recall> recall) {
  auto all = std::make_shared<std::vector<WorkerItem>>(std::move(items.items));
  if (items.commands.empty()) {
    responder.send(Answer<Response>(results(*all, {}, write)));
    return;
  }
  scheduler::Request request;
  request.id = call->request_id;
  request.actor = actor_of(*call);
  request.commands = std::move(items.commands);
  request.answer = [call, responder, all, write,
                    recall](std::vector<Result<scheduler::Reply>> replies) {
    // All of them were in one group commit, which nobody knows the end of: neither the items'
    // worker, who must send them again as they are.
    if (!replies.front() && replies.front().error().code == Code::kUnknownOutcome) {
      responder.send(refuse(std::move(replies.front()).error()));
      return;
    }
    const auto wanted = [&](const auto& reply) { return reply && recall->wanted(*reply); };
    const bool recalls = recall && std::any_of(replies.begin(), replies.end(), wanted);
    auto shared = std::make_shared<std::vector<Result<scheduler::Reply>>>(std::move(replies));
    const auto send = [responder, all, shared, write] {
      responder.send_made(
          [all, shared, write] { return Answer<Response>(results(*all, *shared, write)); });
    };
    if (!recalls) {
      send();
      return;
    }
    call->context->renders.run([call, shared, recall, send](const Status&) {
      for (auto& reply : *shared) {
        if (reply && recall->wanted(*reply)) {
          recall->recall(call->engine().log, *reply);
        }
      }
      send();
    });
  };
  if (Status taken = call->engine().sequencer.submit(std::move(request)); !taken) {
    responder.send(refuse(std::move(taken).error()));
  }
}

}  // namespace daybook::api
