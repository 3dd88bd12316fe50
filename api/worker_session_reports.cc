// A worker session's reports and heartbeats: what came together goes in together.
#include <algorithm>
#include <utility>

#include "api/attempts.h"
#include "api/worker_session.h"
#include "base/limits/http.h"
#include "base/limits/worker_protocol.h"

namespace daybook::api {

void WorkerSession::gather(Batch& batch, std::int64_t id, const std::vector<JsonValue>& items,
                           const std::shared_ptr<const std::string>& text) {
  batch.parts.push_back({id, batch.elements.size(), items.size(), false});
  batch.elements.insert(batch.elements.end(), items.begin(), items.end());
  for (const JsonValue& item : items) {
    batch.bytes += item.text().size();
  }
  if (batch.texts.empty() || batch.texts.back() != text) {
    batch.texts.push_back(text);
  }
}

void WorkerSession::hand_in_reports() {
  if (reports_.elements.empty()) {
    return;
  }
  const auto batch = std::make_shared<Batch>(std::exchange(reports_, {}));
  open_items_ += batch->elements.size();
  const auto call = new_call();
  const auto items = report_items(call, [self = shared_from_this(), batch](const auto& done) {
    self->shard_->post([self, batch, done] { self->on_reported(*batch, *done); });
  });
  items->add(batch->elements);
  const auto hand_in = [call, batch, items](const Status&) {
    items->hand_in(read_reports(call->engine(), batch->elements));
  };
  if (batch->bytes <= kInlineBodyBytesMax) {
    hand_in(Status());
  } else {
    context_->bodies.run(hand_in);
  }
}

void WorkerSession::hand_in_heartbeats() {
  if (heartbeats_.elements.empty()) {
    return;
  }
  const auto batch = std::make_shared<Batch>(std::exchange(heartbeats_, {}));
  open_items_ += batch->elements.size();
  const auto items =
      heartbeat_items(new_call(), [self = shared_from_this(), batch](const auto& done) {
        self->shard_->post([self, batch, done] { self->on_extended(*batch, *done); });
      });
  items->add(batch->elements);
  items->hand_in(read_heartbeats(batch->elements));
}

// In requests of as many as one of the route may have.
void WorkerSession::extend_all(const HeartbeatFrame& frame) {
  settle();  // what it said of some of them before comes first
  const auto batch = std::make_shared<Batch>();
  batch->parts.push_back({frame.id, 0, held_.size(), true});
  std::vector<scheduler::Token> tokens;
  std::vector<ItemCommand> commands;
  for (const auto& [started, held] : held_) {
    scheduler::ExtendLease command;
    command.token = held.token;
    command.lease = frame.lease;
    commands.push_back({tokens.size(), command});
    tokens.push_back(held.token);
  }
  open_items_ += tokens.size();
  const auto items =
      heartbeat_items(new_call(), [self = shared_from_this(), batch](const auto& done) {
        self->shard_->post([self, batch, done] { self->on_extended(*batch, *done); });
      });
  if (tokens.empty()) {
    on_extended(*batch, *items);
    return;
  }
  items->add(tokens);
  for (std::size_t at = 0; at < commands.size(); at += kWorkerBatchItemsMax) {
    const auto first = commands.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = std::min(commands.size() - at, kWorkerBatchItemsMax);
    items->submit(std::vector<ItemCommand>(first, first + static_cast<std::ptrdiff_t>(count)));
  }
}

// What it reported and was taken, and what is not its own any more, it does not hold.
void WorkerSession::note_over(const WorkerItems::Item& item) {
  const bool taken = item.outcome->has_value();
  if (taken || item.outcome->error().code == Code::kConflict ||
      item.outcome->error().code == Code::kNotFound) {
    if (const auto token = scheduler::Token::parse(item.token, "token")) {
      let_go(token->started);
    }
  }
}

void WorkerSession::count_fault(const WorkerItems::Item& item) {
  faults_ = item.outcome->has_value() ? 0 : faults_ + 1;
}

void WorkerSession::write_part(const WorkerItems& items, const Part& part, std::string_view type) {
  std::string text;
  JsonWriter json(text);
  std::size_t extended = 0;
  Micros earliest{};
  json.begin_object();
  json.member("type", type);
  json.member("id", part.id);
  json.key("results");
  json.begin_array();
  for (std::size_t i = part.first; i < part.first + part.count; ++i) {
    const auto& item = items.items()[i];
    const auto* lease =
        *item.outcome ? std::get_if<scheduler::LeaseOutcome>(&(*item.outcome)->outcome) : nullptr;
    if (lease != nullptr) {
      ++extended;
      earliest = earliest.value == 0 ? lease->lease_until : std::min(earliest, lease->lease_until);
    }
    if (!part.all || lease == nullptr || lease->cancel_requested) {
      items.write_result(json, item);
    }
  }
  json.end_array();
  if (part.all) {
    json.member("extended", extended);
    json.member_or_null("leaseUntil", extended > 0, earliest);
  }
  json.end_object();
  say(std::move(text));
}

void WorkerSession::on_reported(const Batch& batch, const WorkerItems& items) {
  open_items_ -= batch.elements.size();
  if (closed_) {
    return;
  }
  const auto failure = items.failure();
  for (const Part& part : batch.parts) {
    if (failure) {
      say_error(part.id, *failure);
      continue;
    }
    for (std::size_t i = part.first; i < part.first + part.count; ++i) {
      note_over(items.items()[i]);
      count_fault(items.items()[i]);
    }
    write_part(items, part, "reported");
  }
  if (faults_ > kWorkerFaultsMax) {
    end({CloseCode::kPolicy, "TOO_MANY_FAULTS"});
  }
  ask_all();
  look_for_end();
  wake_();
}

void WorkerSession::on_extended(const Batch& batch, const WorkerItems& items) {
  open_items_ -= items.items().size();
  if (closed_) {
    return;
  }
  const auto failure = items.items().empty() ? std::nullopt : items.failure();
  for (const Part& part : batch.parts) {
    if (failure) {
      say_error(part.id, *failure);
      continue;
    }
    for (std::size_t i = part.first; i < part.first + part.count; ++i) {
      const auto& item = items.items()[i];
      if (!*item.outcome) {
        note_over(item);
      }
      count_fault(item);
    }
    write_part(items, part, "extended");
  }
  if (faults_ > kWorkerFaultsMax) {
    end({CloseCode::kPolicy, "TOO_MANY_FAULTS"});
  }
  ask_all();
  look_for_end();
  wake_();
}

}  // namespace daybook::api
