#include "bench/peers/client/daybook_socket_session.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "bench/peers/client/failure.h"

namespace daybook::peers {
namespace {

constexpr std::string_view kFrame = R"({"type":")";
constexpr std::string_view kCompleted = R"("outcome":"completed")";
// RFC 6455, 5.2.
constexpr unsigned char kFinal = 0x80;
constexpr unsigned char kMasked = 0x80;
constexpr unsigned char kText = 1;
constexpr unsigned char kPing = 9;
constexpr unsigned char kPong = 10;
constexpr std::size_t kShortMax = 125;

// A client's frame. Its mask is zero, which leaves the bytes as they are.
void append_message(std::string& out, unsigned char kind, std::string_view payload) {
  const auto byte = [&](std::size_t value) { out.push_back(static_cast<char>(value & 0xff)); };
  byte(kFinal | kind);
  const int digits = payload.size() <= kShortMax ? 0 : payload.size() <= 0xffff ? 2 : 8;
  byte(kMasked | (digits == 0 ? payload.size() : kShortMax + (digits == 2 ? 1U : 2U)));
  for (int i = digits - 1; i >= 0; --i) {
    byte(payload.size() >> (8 * i));
  }
  out.append(4, '\0');
  out += payload;
}

struct Message {
  unsigned char kind = 0;
  std::string_view payload;
  std::size_t bytes = 0;
};

std::optional<Message> read_message(std::string_view in) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(in[at]); };
  if (in.size() < 2) {
    return std::nullopt;
  }
  if ((byte(0) & kFinal) == 0 || (byte(1) & kMasked) != 0) {
    throw Failure("a WebSocket frame of a kind that no server of ours sends");
  }
  std::size_t length = byte(1);
  const std::size_t digits = length <= kShortMax ? 0 : length == kShortMax + 1 ? 2 : 8;
  const std::size_t head = 2 + digits;
  if (in.size() < head) {
    return std::nullopt;
  }
  if (digits > 0) {
    length = 0;
    for (std::size_t i = 2; i < head; ++i) {
      length = length << 8 | byte(i);
    }
  }
  if (in.size() - head < length) {
    return std::nullopt;
  }
  return Message{static_cast<unsigned char>(byte(0) & 0x0f), in.substr(head, length),
                 head + length};
}

}  // namespace

DaybookSocketSession::DaybookSocketSession(std::string definition, std::size_t id)
    : DaybookSession(std::move(definition), id) {}

void DaybookSocketSession::lease(std::string& out, std::size_t max) {
  tokens_.clear();
  wants_jobs_ = true;
  if (link_ != Link::kHttp) {
    return;
  }
  credits_ = std::min(kCreditsMax, kCreditsForOne * max);
  link_ = Link::kAsked;
  out +=
      "GET /resources/workers/connect HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
      "Sec-WebSocket-Protocol: daybook.worker.v1\r\n\r\n";
}

void DaybookSocketSession::complete(std::string& out) {
  std::string text = R"([{"type":"report","id":)" + std::to_string(++reports_) + R"(,"reports":)";
  body_.clear();
  append_reports();
  text += body_;
  text += "}]";
  append_message(out, kText, text);
  missing_ = tokens_.size();
  wants_jobs_ = false;
}

bool DaybookSocketSession::complete_and_lease(std::string& out, std::size_t /*max*/) {
  complete(out);
  wants_jobs_ = true;
  return true;
}

bool DaybookSocketSession::greet(std::string_view& in, std::string& out) {
  const std::size_t end = in.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    return false;
  }
  if (!in.starts_with("HTTP/1.1 101 ")) {
    throw Failure("no WebSocket: " + shown(in));
  }
  in.remove_prefix(end + 4);
  append_message(out, kText,
                 R"([{"type":"hello","workerId":"peer-)" + std::to_string(id_) +
                     R"(","subscriptions":[{"definitions":[")" + definition_ + R"("],"credits":)" +
                     std::to_string(credits_) + "}]}]");
  link_ = Link::kOpen;
  return true;
}

void DaybookSocketSession::read_frames(std::string_view text) {
  for (std::size_t at = text.find(kFrame); at != std::string_view::npos;) {
    const std::size_t next = text.find(kFrame, at + kFrame.size());
    const std::string_view frame = text.substr(at + kFrame.size(), next - at - kFrame.size());
    if (frame.starts_with("jobs\"")) {
      read_leases(frame, coming_);
    } else if (frame.starts_with("reported\"")) {
      const std::size_t done = count(frame, kCompleted);
      if (done != missing_) {
        throw Failure("not every job was completed: " + shown(frame));
      }
      missing_ = 0;
      reported_ = true;
    } else if (!frame.starts_with("welcome\"")) {
      throw Failure("the server says: " + shown(frame));
    }
    at = next;
  }
}

bool DaybookSocketSession::hear(std::string_view& in, std::string& out) {
  const std::optional<Message> message = read_message(in);
  if (!message) {
    return false;
  }
  if (message->kind == kText) {
    read_frames(message->payload);
  } else if (message->kind == kPing) {
    append_message(out, kPong, message->payload);
  } else if (message->kind != kPong) {
    throw Failure("the server ended the WebSocket");
  }
  in.remove_prefix(message->bytes);
  return true;
}

Step DaybookSocketSession::take(std::string_view& in, std::string& out) {
  if (link_ == Link::kHttp) {
    return DaybookSession::take(in, out);
  }
  if (link_ == Link::kAsked && !greet(in, out)) {
    return Step::kMore;
  }
  while (hear(in, out)) {
  }
  // What is completed counts at once: producers may wait for it before there are more jobs.
  if (missing_ > 0 || (!reported_ && wants_jobs_ && coming_.empty())) {
    return Step::kMore;
  }
  reported_ = false;
  tokens_ = std::exchange(coming_, {});
  return Step::kDone;
}

}  // namespace daybook::peers
