#include "api/worker_items.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "api/writes.h"
#include "base/limits/dispatch.h"

namespace daybook::api {
namespace {

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

Response results(const std::vector<std::string>& tokens,
                 const std::vector<Result<scheduler::Reply>>& replies, WriteItem write) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("results");
  json.begin_array();
  for (std::size_t i = 0; i < replies.size(); ++i) {
    json.begin_object();
    json.member("token", tokens[i]);
    if (replies[i]) {
      write(json, *replies[i]);
      write_receipt(json, *replies[i]);
    } else {
      write_error(json, replies[i].error());
    }
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
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
  FieldErrors errors;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    out.commands.push_back(read(elements[i], "[" + std::to_string(i) + "].", errors));
  }
  if (!errors.empty()) {
    return refuse(Problem(errors.take()));
  }
  const auto token_of = [](const scheduler::Command& command) {
    if (const auto* report = std::get_if<scheduler::ReportAttempt>(&command)) {
      return report->token.text();
    }
    return std::get<scheduler::ExtendLease>(command).token.text();
  };
  for (const auto& command : out.commands) {
    out.tokens.push_back(token_of(command));
  }
  return true;
}

void submit_items(const CallPtr& call, const Responder& responder, WorkerItems items,
                  WriteItem write, std::optional<Recall> recall) {
  scheduler::Request request;
  request.id = call->request_id;
  request.actor = actor_of(*call);
  request.commands = std::move(items.commands);
  auto tokens = std::make_shared<std::vector<std::string>>(std::move(items.tokens));
  request.answer = [call, responder, tokens, write,
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
    const auto send = [responder, tokens, shared, write] {
      responder.send_made(
          [tokens, shared, write] { return Answer<Response>(results(*tokens, *shared, write)); });
    };
    if (!recalls) {
      send();
      return;
    }
    call->context->queries.run([call, shared, recall, send](const Status&) {
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
