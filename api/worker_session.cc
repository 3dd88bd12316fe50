#include "api/worker_session.h"

#include <algorithm>
#include <utility>

#include "api/writes.h"
#include "base/limits/http.h"
#include "base/limits/worker_protocol.h"

namespace daybook::api {
namespace {

constexpr Duration kOneSecond = seconds(1);

}  // namespace

WorkerSession::WorkerSession(std::shared_ptr<Shard> shard, std::string peer, Caller caller,
                             Wake wake)
    : shard_(std::move(shard)),
      context_(shard_->shared_context()),
      peer_(std::move(peer)),
      caller_(std::move(caller)),
      wake_(std::move(wake)) {}

WorkerSession::~WorkerSession() = default;

template <typename Work>
void WorkerSession::post(Work work) {
  shard_->post([self = shared_from_this(), work = std::move(work)]() mutable { work(*self); });
}

// Frames are handled as calls are: with an id of their own, which stands in what they write.
CallPtr WorkerSession::new_call() const {
  auto out = std::make_shared<Call>();
  out->context = context_;
  out->request_id = context_->engine.entropy.command_id();
  out->peer = peer_;
  out->caller = caller_;
  return out;
}

void WorkerSession::count_message() {
  const Micros now = context_->engine.clock.steady();
  if (now - second_ >= kOneSecond) {
    second_ = now;
    messages_ = 0;
  }
  if (++messages_ > kWorkerMessagesPerSecondMax) {
    end({CloseCode::kPolicy, "TOO_MANY_MESSAGES"});
  }
}

MemoryBudget::Share WorkerSession::new_share() {
  return {context_->memory, [weak = weak_from_this(), shard = shard_] {
            shard->post([weak] {
              if (const auto self = weak.lock()) {
                self->end({CloseCode::kTryAgain, "SERVER_BUSY"});
              }
            });
          }};
}

// Looked at with each message, and at least as often as the server pings.
bool WorkerSession::is_let_in() {
  if (is_live(context_->engine, caller_)) {
    return true;
  }
  end({CloseCode::kPolicy, "UNAUTHORIZED"});
  return false;
}

void WorkerSession::receive(std::string text, MemoryBudget::Share memory) {
  count_message();
  if (end_ || !is_let_in()) {
    return;
  }
  context_->metrics.worker_messages_in.fetch_add(1, std::memory_order_relaxed);
  struct Message {
    std::string text;
    MemoryBudget::Share memory;
  };
  memory.keep();
  const auto message = std::make_shared<const Message>(Message{std::move(text), std::move(memory)});
  const std::shared_ptr<const std::string> shared(message, &message->text);
  if (shared->size() <= kInlineBodyBytesMax) {
    take(shared, read_message(*shared));
    return;
  }
  parsing_ = true;
  const auto work = [self = shared_from_this(), shared](const Status& ready) {
    if (ready) {
      self->post([shared, message = read_message(*shared)](WorkerSession& session) mutable {
        session.parsing_ = false;
        session.take(shared, std::move(message));
        session.settle();
        session.wake_();
      });
    }
  };
  if (!context_->bodies.submit(Seq{}, work, {gone_, peer_})) {
    end({CloseCode::kTryAgain, "TOO_MANY_BODIES"});
  }
}

bool WorkerSession::may_receive() const {
  return !end_ && !parsing_ && !closed_ && !draining_ && open_items_ < kWorkerOpenItemsMax &&
         out_bytes_ < kWorkerOutBytesMax;
}

void WorkerSession::take(const std::shared_ptr<const std::string>& text, WorkerMessage message) {
  for (const WorkerFrame& frame : message.frames) {
    if (end_ || closed_) {
      return;
    }
    const bool is_hello = std::holds_alternative<HelloFrame>(frame);
    if (is_hello == ready_) {
      refuse({{},
              true,
              make_error(Code::kInvalid, is_hello ? "HELLO_REPEATED" : "HELLO_EXPECTED",
                         "hello is the first frame, and is said once", "type")});
      return;
    }
    if (const auto* hello = std::get_if<HelloFrame>(&frame)) {
      on(*hello);
    } else if (const auto* credits = std::get_if<CreditsFrame>(&frame)) {
      on(*credits);
    } else if (const auto* report = std::get_if<ReportFrame>(&frame)) {
      gather(reports_, report->id, report->items, text);
    } else if (const auto* heartbeat = std::get_if<HeartbeatFrame>(&frame)) {
      if (heartbeat->items) {
        gather(heartbeats_, heartbeat->id, *heartbeat->items, text);
      } else {
        extend_all(*heartbeat);
      }
    }
    if (reports_.elements.size() + heartbeats_.elements.size() >= kWorkerBatchItemsMax) {
      settle();
    }
  }
  if (message.fault) {
    settle();  // what stood before it counts
    refuse(*message.fault);
  }
}

void WorkerSession::settle() {
  hand_in_reports();
  hand_in_heartbeats();
}

void WorkerSession::on(const HelloFrame& frame) {
  for (const Subscription& wish : frame.subscriptions) {
    if (auto may = check_leases(caller_, wish.definitions); !may) {
      refuse({{}, true, std::move(may.error().errors.front())});
      return;
    }
  }
  ready_ = true;
  worker_ = frame.worker;
  for (const Subscription& wish : frame.subscriptions) {
    lanes_.push_back({wish, 0, 0, {}, {}, {}});
    context_->metrics.worker_credits.fetch_add(wish.credits, std::memory_order_relaxed);
  }
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.member("type", "welcome");
  json.member("messageBytesMax", kWorkerMessageBytesMax);
  json.member("creditsMax", kWorkerCreditsMax);
  json.member("pingMs", context_->options.heartbeat.value / 1000);
  json.end_object();
  say(std::move(text));
  ask_all();
}

void WorkerSession::on(const CreditsFrame& frame) {
  std::size_t others = 0;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    others += i == frame.subscription ? 0 : lanes_[i].wish.credits;
  }
  if (frame.subscription >= lanes_.size() || others + frame.credits > kWorkerCreditsMax) {
    const bool unknown = frame.subscription >= lanes_.size();
    refuse({{},
            true,
            make_error(Code::kInvalid, "INVALID_FIELD",
                       unknown ? "there is no such subscription" : "are too many in all",
                       unknown ? "subscription" : "credits")});
    return;
  }
  Lane& lane = lanes_[frame.subscription];
  context_->metrics.worker_credits.fetch_add(frame.credits - lane.wish.credits,
                                             std::memory_order_relaxed);
  lane.wish.credits = frame.credits;
  // A lease that may bring more than is wanted now is asked again.
  if (lane.held + lane.asked > lane.wish.credits && lane.cancel) {
    std::exchange(lane.cancel, {})();
  }
  ask(frame.subscription);
}

// It is told what was wrong before the end.
void WorkerSession::refuse(const FrameFault& fault) {
  say_error(fault.id, fault.error);
  end({fault.is_json ? CloseCode::kPolicy : CloseCode::kBadPayload, fault.error.reason});
}

void WorkerSession::say_error(std::optional<std::int64_t> id, const Error& error) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.member("type", "error");
  if (id) {
    json.member("id", *id);
  }
  write_error(json, error);
  json.end_object();
  say(std::move(text));
}

void WorkerSession::say(std::string frame) {
  const std::size_t bytes = frame.size();
  push({std::move(frame), 0, std::nullopt, bytes});
}

// What has been written or leased has to be told: there is room for it even when others must leave.
void WorkerSession::push(Out out) {
  out_bytes_ += out.bytes;
  out_.push_back(std::move(out));
  if (out_bytes_ > kHttpFreeBytes) {
    if (!std::exchange(counts_out_, true)) {
      out_memory_ = new_share();
    }
    out_memory_.hold_anyway(out_bytes_);
  }
  wake_();
}

void WorkerSession::release_out() {
  if (out_bytes_ <= kHttpFreeBytes && std::exchange(counts_out_, false)) {
    out_memory_.release();
  }
}

std::string WorkerSession::text_of(Out out) {
  if (!out.leased) {
    return std::move(out.text);
  }
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.member("type", "jobs");
  json.member("subscription", out.lane);
  write_leased(json, *out.leased);
  json.end_object();
  return text;
}

std::string WorkerSession::next_message() {
  std::string out;
  while (!out_.empty() && out.size() < kWorkerOutMessageBytes) {
    out_bytes_ -= out_.front().bytes;
    out += out.empty() ? '[' : ',';
    out += text_of(std::move(out_.front()));
    out_.pop_front();
    context_->metrics.worker_frames_out.fetch_add(1, std::memory_order_relaxed);
  }
  release_out();
  if (!out.empty()) {
    out += ']';
    context_->metrics.worker_messages_out.fetch_add(1, std::memory_order_relaxed);
    ask_all();  // for which there may have been no room
  }
  return out;
}

void WorkerSession::end(WorkerEnd end) {
  if (!end_) {
    end_ = std::move(end);
    cancel_polls();
    give_back_unsent();
    wake_();
  }
}

// What was not even begun to be written is for others; of what was, nobody knows.
void WorkerSession::give_back_unsent() {
  for (Out& out : out_) {
    if (out.leased) {
      out_bytes_ -= out.bytes;
      context_->engine.dispatcher.give_back(std::move(out.leased->jobs));
    }
  }
  std::erase_if(out_, [](const Out& out) { return out.leased.has_value(); });
  release_out();
}

void WorkerSession::drain() {
  draining_ = true;
  cancel_polls();
  look_for_end();
}

void WorkerSession::look_for_end() {
  const bool asks =
      std::any_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.asked > 0; });
  if (draining_ && open_items_ == 0 && !asks && !parsing_) {
    end({CloseCode::kGoingAway, "SHUTTING_DOWN"});
  }
}

Micros WorkerSession::tick(Micros now) {
  if (!end_ && !is_let_in()) {
    return {};
  }
  Micros next{};
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].rests_until.value == 0) {
      continue;
    }
    if (lanes_[i].rests_until <= now) {
      lanes_[i].rests_until = {};
      ask(i);
    } else if (next.value == 0 || lanes_[i].rests_until < next) {
      next = lanes_[i].rests_until;
    }
  }
  return next;
}

void WorkerSession::close() {
  if (std::exchange(closed_, true)) {
    return;
  }
  *gone_ = true;
  wake_ = [] {};
  cancel_polls();
  give_back_unsent();
  HttpMetrics& metrics = context_->metrics;
  for (const Lane& lane : lanes_) {
    metrics.worker_credits.fetch_sub(lane.wish.credits, std::memory_order_relaxed);
  }
  out_memory_.release();
  metrics.worker_jobs_held.fetch_sub(held_.size(), std::memory_order_relaxed);
  held_.clear();
}

}  // namespace daybook::api
