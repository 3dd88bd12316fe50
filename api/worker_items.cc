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

void write_error(JsonWriter& json, const Error& error) {
  json.key("error");
  json.begin_object();
  json.member("status", status_of(error.code));
  json.member("code", error.reason);
  json.member("message", error.message);
  write_details(json, error);
  json.end_object();
}

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

Answer<std::vector<JsonValue>> item_elements(const JsonValue& array, std::string_view field) {
  if (array.kind() != JsonValue::Kind::kArray) {
    return refuse(Code::kInvalid, "INVALID_FIELD", "must be an array", field);
  }
  auto elements = array.elements();
  if (elements.empty() || elements.size() > kLeaseJobsMax) {
    return refuse(Code::kInvalid, "INVALID_FIELD",
                  "has 1 to " + std::to_string(kLeaseJobsMax) + " elements", field);
  }
  return elements;
}

void WorkerItems::add(const std::vector<JsonValue>& elements) {
  const std::lock_guard lock(mutex_);
  for (const JsonValue& element : elements) {
    items_.push_back({token_sent(element), std::nullopt});
  }
  open_ = items_.size();
}

void WorkerItems::add(const std::vector<scheduler::Token>& tokens) {
  const std::lock_guard lock(mutex_);
  for (const scheduler::Token& token : tokens) {
    items_.push_back({token.text(), std::nullopt});
  }
  open_ = items_.size();
}

void WorkerItems::hand_in(ReadItems read) {
  Places places;
  Replies replies;
  for (ReadItems::Refusal& refusal : read.refusals) {
    places.push_back(refusal.place);
    replies.emplace_back(fail(std::move(refusal.error)));
  }
  if (!places.empty()) {
    settle(places, std::move(replies));
  }
  submit(std::move(read.commands));
}

void WorkerItems::submit(std::vector<ItemCommand> commands) {
  if (commands.empty()) {
    return;
  }
  scheduler::Request request;
  request.id = call_->request_id;
  request.actor = actor_of(*call_);
  Places places;
  for (ItemCommand& one : commands) {
    places.push_back(one.place);
    request.commands.push_back(std::move(one.command));
  }
  {
    const std::lock_guard lock(mutex_);
    ++taken_;
  }
  request.answer = [self = shared_from_this(), places](Replies replies) {
    self->take(places, std::move(replies));
  };
  if (Status taken = call_->engine().sequencer.submit(std::move(request)); !taken) {
    {
      const std::lock_guard lock(mutex_);
      --taken_;
      refusal_ = taken.error();
    }
    settle(places, Replies(places.size(), fail(taken.error())));
  }
}

void WorkerItems::take(const Places& places, Replies replies) {
  const auto wanted = [this](const auto& reply) { return reply && recall_->wanted(*reply); };
  if (!recall_ || std::none_of(replies.begin(), replies.end(), wanted)) {
    settle(places, std::move(replies));
    return;
  }
  auto shared = std::make_shared<Replies>(std::move(replies));
  call_->context->renders.run([self = shared_from_this(), places, shared, wanted](const Status&) {
    for (auto& reply : *shared) {
      if (wanted(reply)) {
        self->recall_->recall(*self->call_, *reply);
      }
    }
    self->settle(places, std::move(*shared));
  });
}

void WorkerItems::settle(const Places& places, Replies replies) {
  bool done = false;
  std::function<void()> settled;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < places.size(); ++i) {
      items_[places[i]].outcome.emplace(std::move(replies[i]));
    }
    open_ -= places.size();
    done = is_done();
    if (open_ == 0) {
      settled = std::exchange(settled_, {});
    }
  }
  if (settled) {
    settled();
  }
  if (done) {
    done_(shared_from_this());
  }
}

void WorkerItems::expect_more(std::function<void()> settled) {
  const std::lock_guard lock(mutex_);
  expects_more_ = true;
  settled_ = std::move(settled);
}

void WorkerItems::give_more(std::function<void(JsonWriter&)> write, std::function<void()> unsent) {
  bool done = false;
  {
    const std::lock_guard lock(mutex_);
    write_more_ = std::move(write);
    unsent_ = std::move(unsent);
    done = is_done();
  }
  if (done) {
    done_(shared_from_this());
  }
}

std::optional<Error> WorkerItems::refusal() const {
  const std::lock_guard lock(mutex_);
  return taken_ == 0 ? refusal_ : std::nullopt;
}

bool WorkerItems::is_done() const {
  return open_ == 0 && (!expects_more_ || write_more_);
}

std::optional<Error> WorkerItems::failure() const {
  if (refusal_ && taken_ == 0) {
    return refusal_;
  }
  // All of them were in one group commit, which nobody knows the end of: neither the items' worker,
  // who must send them again as they are.
  for (const Item& item : items_) {
    if (!*item.outcome && item.outcome->error().code == Code::kUnknownOutcome) {
      return item.outcome->error();
    }
  }
  return std::nullopt;
}

void WorkerItems::write_result(JsonWriter& json, const Item& item) const {
  const auto& outcome = *item.outcome;
  json.begin_object();
  json.member("token", item.token);
  if (outcome) {
    write_(json, *outcome);
    write_receipt(json, *outcome);
  } else {
    write_error(json, outcome.error());
  }
  json.end_object();
}

void WorkerItems::unsent() const {
  if (unsent_) {
    unsent_();
  }
}

Answer<Response> WorkerItems::answer() const {
  if (auto failed = failure()) {
    unsent();
    return daybook::api::refuse(std::move(*failed));
  }
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("results");
  json.begin_array();
  for (const Item& item : items_) {
    write_result(json, item);
  }
  json.end_array();
  if (write_more_) {
    write_more_(json);
  }
  json.end_object();
  return out;
}

WorkerItems::Done send_answer(const Responder& responder) {
  return [responder](const std::shared_ptr<WorkerItems>& items) {
    responder.send_made([items] { return items->answer(); }, [items] { items->unsent(); });
  };
}

}  // namespace daybook::api
