#include "bench/peers/client/nats_session.h"

#include <optional>

#include "bench/peers/client/failure.h"

namespace daybook::peers {
namespace {

// A pull that ends without (all) its jobs says so in a status line: no messages, timed out, or the
// server's limit.
constexpr std::string_view kStatus = "NATS/1.0 ";
constexpr std::string_view kNone = "NATS/1.0 404";
constexpr std::string_view kTimedOut = "NATS/1.0 408";

}  // namespace

NatsSession::NatsSession(std::size_t id) : inbox_("_INBOX.peers." + std::to_string(id)) {}

void NatsSession::publish(std::string& out, std::string_view subject, std::string_view body) {
  out += "PUB ";
  out += subject;
  out += ' ';
  out += inbox_;
  out += ' ';
  out += std::to_string(body.size());
  out += "\r\n";
  out += body;
  out += "\r\n";
}

void NatsSession::open(std::string& out) {
  asked_ = Asked::kOpen;
  missing_ = 1;
  out +=
      "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"no_responders\":true}\r\n";
  out += "SUB " + inbox_ + " 1\r\nPING\r\n";
}

void NatsSession::prepare(std::string& out) {
  asked_ = Asked::kReplies;
  missing_ = 2;
  publish(out, "$JS.API.STREAM.CREATE.JOBS",
          R"({"name":"JOBS","subjects":["jobs"],"retention":"workqueue","storage":"file",)"
          R"("discard":"new","num_replicas":1,"max_consumers":-1,"max_msgs":-1,"max_bytes":-1})");
  publish(out, "$JS.API.CONSUMER.DURABLE.CREATE.JOBS.workers",
          R"({"stream_name":"JOBS","config":{"durable_name":"workers","deliver_policy":"all",)"
          R"("ack_policy":"explicit","ack_wait":600000000000,"max_deliver":-1,)"
          R"("max_ack_pending":-1,"max_waiting":512,"replay_policy":"instant"}})");
}

void NatsSession::create(std::string& out, std::size_t jobs) {
  asked_ = Asked::kReplies;
  missing_ = jobs;
  for (std::size_t i = 0; i < jobs; ++i) {
    job_.clear();
    append_job(job_, created_++);
    publish(out, "jobs", job_);
  }
}

void NatsSession::pull(std::string& out, std::size_t max, bool wait) {
  asked_ = Asked::kPull;
  missing_ = max;
  waits_ = wait;
  const std::string end = wait ? ",\"expires\":" + std::to_string(kLeaseWaitS) + "000000000}"
                               : std::string(",\"no_wait\":true}");
  publish(out, "$JS.API.CONSUMER.MSG.NEXT.JOBS.workers", "{\"batch\":" + std::to_string(max) + end);
}

void NatsSession::lease(std::string& out, std::size_t max) {
  acks_.clear();
  pull(out, max, max == 1);
}

void NatsSession::complete(std::string& out) {
  asked_ = Asked::kAck;
  missing_ = acks_.size();
  for (const std::string& ack : acks_) {
    publish(out, ack, "+ACK");
  }
}

void NatsSession::take_message(const NatsMessage& message, std::string& out) {
  if (message.headers.starts_with(kStatus)) {
    const bool none = message.headers.starts_with(kNone) || message.headers.starts_with(kTimedOut);
    if (asked_ != Asked::kPull || !none) {
      throw Failure("NATS said: " + shown(message.headers));
    }
    // Nothing was there at once: now wait for one. What waited in vain is over.
    missing_ = 0;
    if (acks_.empty() && !waits_) {
      pull(out, 1, true);
    }
    return;
  }
  if (asked_ == Asked::kPull) {
    if (message.reply_to.empty()) {
      throw Failure("JetStream gave a job that cannot be acknowledged");
    }
    acks_.emplace_back(message.reply_to);
  } else if (message.body.find("\"error\"") != std::string_view::npos) {
    throw Failure("JetStream said: " + shown(message.body));
  }
  --missing_;
}

Step NatsSession::take(std::string_view& in, std::string& out) {
  while (missing_ > 0) {
    const std::optional<NatsMessage> message = read_nats(in);
    if (!message) {
      return Step::kMore;
    }
    in.remove_prefix(message->bytes);
    switch (message->kind) {
      case NatsMessage::Kind::kPing:
        out += "PONG\r\n";
        break;
      case NatsMessage::Kind::kPong:
        if (asked_ == Asked::kOpen) {
          missing_ = 0;
        }
        break;
      case NatsMessage::Kind::kMessage:
        take_message(*message, out);
        break;
      case NatsMessage::Kind::kInfo:
      case NatsMessage::Kind::kOk:
        break;
    }
  }
  if (asked_ == Asked::kAck) {
    acks_.clear();
  }
  return Step::kDone;
}

}  // namespace daybook::peers
