// Beast is the codec here and nothing more: its timers are off, since deadlines are the shard's;
// its limit of a message is ours; and compression is not offered, for frames are small and a bomb
// is not.
#include "api/worker_socket.h"

#include <utility>

#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "api/channel.h"
#include "api/connection.h"
#include "api/upgrade.h"
#include "api/worker_session.h"
#include "base/limits/http.h"
#include "base/limits/worker_protocol.h"

namespace daybook::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

namespace {

using SocketRequest = beast::http::request<beast::http::empty_body>;
using SocketError = boost::system::error_code;

// Of the request that asked for it.
struct SocketHandshake {
  SocketRequest request;
  std::string request_id;
  std::string peer;
  Caller caller;
  Places::Place worker_place{};
};

class WorkerSocket final : public Connection, public std::enable_shared_from_this<WorkerSocket> {
 public:
  WorkerSocket(Channel channel, std::shared_ptr<Shard> shard, Places::Place place,
               SocketHandshake handshake)
      : ws_(std::move(channel)),
        shard_(std::move(shard)),
        context_(shard_->shared_context()),
        handshake_(std::move(handshake)),
        place_(std::move(place)) {}

  void start() override;
  Micros check_deadline(Micros at) override;
  void drain() override;
  void close() override;
  void flush() override;

 private:
  void on_accepted(const SocketError& ec);
  void on_control(websocket::frame_type kind);
  void wake();
  void read();
  void read_on();
  void on_read(const SocketError& ec);
  void on_message();
  bool hold_message();
  void release_message();
  void settle_soon();
  void on_round();
  void write();
  void say_goodbye();
  void ping();
  Micros due() const;
  void set(Micros& deadline, Micros at);
  Micros now() const { return context_->engine.clock.steady(); }

  websocket::stream<Channel> ws_;
  const std::shared_ptr<Shard> shard_;
  const std::shared_ptr<Context> context_;
  SocketHandshake handshake_;
  Places::Place place_;
  std::shared_ptr<WorkerSession> session_;
  // Room for more than a message may hold: who goes beyond that is told so by the limit below, and
  // a full buffer says nothing to anybody.
  beast::flat_buffer in_{kWorkerMessageBytesMax + kHttpFreeBytes};
  MemoryBudget::Share in_memory_;  // of a message that is large
  bool counts_in_ = false;
  std::string message_;  // that is written
  bool accepted_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool pinging_ = false;
  bool said_goodbye_ = false;
  bool closed_ = false;
  bool flush_asked_ = false;
  bool round_asked_ = false;
  std::uint64_t reads_ = 0;
  std::uint64_t reads_settled_ = 0;  // when the last round began
  Micros heard_at_;
  Micros greeted_by_;  // when hello must have come, or the handshake be over
  Micros write_by_;    // when the message must have been taken
  Micros gone_by_;     // when the other side must have ended too
};

void WorkerSocket::start() {
  session_ = std::make_shared<WorkerSession>(shard_, handshake_.peer, handshake_.caller,
                                             [this] { wake(); });
  context_->metrics.worker_connections.fetch_add(1, std::memory_order_relaxed);
  heard_at_ = now();
  set(greeted_by_, heard_at_ + context_->options.header_timeout);
  websocket::stream_base::timeout none{};
  none.handshake_timeout = websocket::stream_base::none();
  none.idle_timeout = websocket::stream_base::none();
  none.keep_alive_pings = false;
  ws_.set_option(none);
  ws_.set_option(websocket::stream_base::decorator([id = handshake_.request_id](auto& answer) {
    answer.set(beast::http::field::sec_websocket_protocol,
               beast::string_view(kWorkerProtocol.data(), kWorkerProtocol.size()));
    answer.set("Request-Id", id);
  }));
  ws_.read_message_max(kWorkerMessageBytesMax);
  ws_.auto_fragment(false);
  ws_.text(true);
  // Called from inside a read, which holds this.
  ws_.control_callback(
      [this](websocket::frame_type kind, beast::string_view) { on_control(kind); });
  ws_.async_accept(handshake_.request,
                   [self = shared_from_this()](const SocketError& ec) { self->on_accepted(ec); });
}

void WorkerSocket::set(Micros& deadline, Micros at) {
  deadline = at;
  shard_->look_at(at);
}

void WorkerSocket::on_accepted(const SocketError& ec) {
  if (closed_) {
    return;
  }
  if (ec) {
    close();
    return;
  }
  accepted_ = true;
  heard_at_ = now();
  shard_->look_at(due());
  if (context_->stopping.load()) {
    session_->drain();
  }
  read();
}

void WorkerSocket::on_control(websocket::frame_type kind) {
  if (kind != websocket::frame_type::close) {
    heard_at_ = now();
    session_->count_message();
  }
}

// Once, when all that is posted now has run: what it says together is one message.
void WorkerSocket::wake() {
  if (!closed_ && !std::exchange(flush_asked_, true)) {
    shard_->flush_after(shared_from_this());
  }
}

void WorkerSocket::flush() {
  flush_asked_ = false;
  if (!closed_ && accepted_) {
    write();
    read();
  }
}

void WorkerSocket::read() {
  if (closed_ || reading_ || said_goodbye_ || !session_->may_receive()) {
    return;
  }
  read_on();
}

// Piece by piece, so that a large message is counted while it comes.
void WorkerSocket::read_on() {
  reading_ = true;
  ws_.async_read_some(
      in_, kHttpFreeBytes,
      [self = shared_from_this()](const SocketError& ec, std::size_t) { self->on_read(ec); });
}

void WorkerSocket::on_read(const SocketError& ec) {
  reading_ = false;
  if (closed_) {
    return;
  }
  if (ec) {
    // A close frame of the worker has been answered, as has what was no WebSocket or too large.
    if (!said_goodbye_) {
      if (ec != websocket::error::closed) {
        context_->metrics.worker_ends.fetch_add(1, std::memory_order_relaxed);
      }
      close();
    }
    return;
  }
  if (said_goodbye_) {
    release_message();
    return;
  }
  if (!hold_message()) {
    session_->end({CloseCode::kTryAgain, "SERVER_BUSY"});
    return;
  }
  if (!ws_.is_message_done()) {
    read_on();
    return;
  }
  on_message();
  read();  // before the round is asked for: what lies in the buffer comes first
  settle_soon();
}

bool WorkerSocket::hold_message() {
  if (in_.size() <= kHttpFreeBytes) {
    return true;
  }
  if (!std::exchange(counts_in_, true)) {
    in_memory_ = session_->new_share();
  }
  return in_memory_.hold(in_.size());
}

void WorkerSocket::release_message() {
  in_.consume(in_.size());
  in_.shrink_to_fit();
  in_memory_.release();
}

void WorkerSocket::on_message() {
  heard_at_ = now();
  ++reads_;
  std::string text(static_cast<const char*>(in_.data().data()), in_.size());
  in_.consume(in_.size());
  if (in_.capacity() > kHttpFreeBytes) {
    in_.shrink_to_fit();
  }
  counts_in_ = false;
  MemoryBudget::Share memory = std::exchange(in_memory_, MemoryBudget::Share());
  if (ws_.got_text()) {
    session_->receive(std::move(text), std::move(memory));
  } else {
    session_->end({CloseCode::kNotText, "NOT_TEXT"});
  }
}

void WorkerSocket::settle_soon() {
  if (!std::exchange(round_asked_, true)) {
    reads_settled_ = reads_;
    asio::post(ws_.get_executor(), [self = shared_from_this()] { self->on_round(); });
  }
}

// While messages come out of the buffer, one a round, they are gathered.
void WorkerSocket::on_round() {
  round_asked_ = false;
  if (closed_) {
    return;
  }
  if (reads_ != reads_settled_ && session_->may_receive()) {
    settle_soon();
  } else {
    session_->settle();
  }
}

void WorkerSocket::write() {
  if (writing_ || said_goodbye_) {
    return;
  }
  message_ = session_->next_message();
  if (message_.empty()) {
    if (session_->ending()) {
      say_goodbye();
    }
    return;
  }
  writing_ = true;
  const auto stretches = static_cast<std::int64_t>(1 + message_.size() / kWorkerOutMessageBytes);
  set(write_by_, now() + Duration{context_->options.stall_timeout.value * stretches});
  ws_.async_write(asio::buffer(message_),
                  [self = shared_from_this()](const SocketError& ec, std::size_t) {
                    self->writing_ = false;
                    if (self->closed_) {
                      return;
                    }
                    if (ec) {
                      self->close();
                      return;
                    }
                    self->write_by_ = {};
                    self->write();
                    self->read();
                  });
}

// What the worker still sends is passed over until it says goodbye too.
void WorkerSocket::say_goodbye() {
  said_goodbye_ = true;
  if (!reading_) {  // else it goes with the connection
    release_message();
  }
  const WorkerEnd& end = *session_->ending();
  if (end.code != CloseCode::kGoingAway) {
    context_->metrics.worker_ends.fetch_add(1, std::memory_order_relaxed);
  }
  websocket::close_reason reason(static_cast<websocket::close_code>(end.code));
  reason.reason.assign(end.reason.data(), end.reason.size());
  set(gone_by_, now() + context_->options.stall_timeout);
  ws_.async_close(reason, [self = shared_from_this()](const SocketError&) { self->close(); });
}

void WorkerSocket::ping() {
  if (!pinging_ && !said_goodbye_) {
    pinging_ = true;
    ws_.async_ping({}, [self = shared_from_this()](const SocketError&) { self->pinging_ = false; });
  }
}

Micros WorkerSocket::due() const {
  Micros out{};
  const auto at = [&out](Micros when) {
    if (when.value != 0 && (out.value == 0 || when < out)) {
      out = when;
    }
  };
  if (accepted_ && session_->has_said_hello()) {
    at(heard_at_ + context_->options.idle_timeout);
    const Micros ping_at = heard_at_ + context_->options.heartbeat;
    at(ping_at > now() ? ping_at : now() + context_->options.heartbeat);
  } else {
    at(greeted_by_);
  }
  at(write_by_);
  at(gone_by_);
  return out;
}

Micros WorkerSocket::check_deadline(Micros at) {
  if (closed_) {
    return {};
  }
  const auto is_over = [at](Micros when) { return when.value != 0 && at >= when; };
  if (is_over(write_by_) || is_over(gone_by_) || (!accepted_ && is_over(greeted_by_))) {
    context_->metrics.timeouts.fetch_add(1, std::memory_order_relaxed);
    close();
    return {};
  }
  if (!session_->has_said_hello()) {
    if (is_over(greeted_by_)) {
      greeted_by_ = {};
      session_->end({CloseCode::kPolicy, "HELLO_EXPECTED"});
    }
  } else if (at - heard_at_ >= context_->options.idle_timeout) {
    heard_at_ = at;
    session_->end({CloseCode::kPolicy, "IDLE"});
  } else if (at - heard_at_ >= context_->options.heartbeat) {
    ping();
  }
  const Micros next = session_->tick(at);
  const Micros own = due();
  return next.value == 0 || (own.value != 0 && own < next) ? own : next;
}

void WorkerSocket::drain() {
  if (accepted_) {
    session_->drain();
  } else {
    close();
  }
}

void WorkerSocket::close() {
  if (std::exchange(closed_, true)) {
    return;
  }
  ws_.next_layer().close();
  session_->close();
  context_->metrics.worker_connections.fetch_sub(1, std::memory_order_relaxed);
  in_memory_.release();
  place_.release();
  handshake_.worker_place.release();
  shard_->forget(shared_from_this());
}

class WorkerUpgrade final : public Upgrade {
 public:
  explicit WorkerUpgrade(SocketHandshake handshake) : handshake_(std::move(handshake)) {}

  std::shared_ptr<Connection> take(Channel channel, Places::Place place,
                                   std::shared_ptr<Shard> shard) override {
    return std::make_shared<WorkerSocket>(std::move(channel), std::move(shard), std::move(place),
                                          std::move(handshake_));
  }

 private:
  SocketHandshake handshake_;
};

}  // namespace

// The fields that Beast makes its answer of.
std::shared_ptr<Upgrade> make_worker_upgrade(const Call& call, Places::Place place) {
  constexpr int kHttp11 = 11;
  const Head& head = call.request.head;
  SocketRequest request(beast::http::verb::get, "/", kHttp11);
  for (const std::string_view name : {"Host", "Upgrade", "Connection", "Sec-WebSocket-Key",
                                      "Sec-WebSocket-Version", "Sec-WebSocket-Protocol"}) {
    const std::string_view value = head.find(name);
    request.set(beast::string_view(name.data(), name.size()),
                beast::string_view(value.data(), value.size()));
  }
  request.set(beast::http::field::connection, "upgrade");
  return std::make_shared<WorkerUpgrade>(SocketHandshake{std::move(request), call.request_id.text(),
                                                         call.peer, call.caller, std::move(place)});
}

}  // namespace daybook::api
