#include "api/session.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "api/handle.h"
#include "api/router.h"
#include "base/limits/http.h"

namespace daybook::api {

namespace asio = boost::asio;

namespace {

// Its end, or the whole connection, is closed; bytes that came before may still lie there.
bool has_left(int socket) {
  pollfd watched{socket, POLLRDHUP, 0};
  return ::poll(&watched, 1, 0) > 0;
}

Problem full_server() {
  return {503, "SERVER_FULL", "as many connections are open as may be; try again"};
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, std::shared_ptr<Shard> shard)
    : socket_(std::move(socket)), shard_(std::move(shard)), context_(shard_->shared_context()) {
  ErrorCode unknown;
  peer_ = socket_.remote_endpoint(unknown).address().to_string();
}

Session::~Session() = default;

// What asks this connection to leave, from whichever thread.
Places::Evict Session::leaver() {
  return [weak = weak_from_this(), shard = shard_] {
    shard->post([weak] {
      if (const auto self = weak.lock()) {
        self->leave_place();
      }
    });
  };
}

bool Session::take_place() {
  place_ = context_->places.take(peer_, leaver());
  if (!place_) {
    seat_ = Seat::kReserve;
    place_ = context_->reserve.take(peer_, leaver());
  }
  // It has said nothing yet; a whole request is what makes it busy.
  place_.idle(now());
  return static_cast<bool>(place_);
}

void Session::turn_away(std::string_view answer) {
  ErrorCode ignored;
  socket_.non_blocking(true, ignored);
  socket_.write_some(asio::buffer(answer), ignored);
  socket_.close(ignored);
  state_ = State::kClosed;
}

// Another has the place. Who was just asked for something still answers it.
void Session::leave_place() {
  has_place_ = false;
  if (state_ == State::kReading && last_step_ == MessageReader::Step::kBody) {
    give_up_body();
  } else if (state_ != State::kHandling && (state_ != State::kWriting || takes_long())) {
    close();
  }
}

bool Session::takes_long() const {
  return now() - began_ >= context_->options.stall_timeout;
}

// Whether the request may be handled: on the reserve only those may that ask how the server is.
bool Session::may_ask() {
  if (seat_ == Seat::kNormal) {
    return true;
  }
  if (Places::Place place = context_->places.take_free(peer_, leaver())) {
    place_ = std::move(place);
    seat_ = Seat::kNormal;
    return true;
  }
  const std::string& path = call_->request.head.route_path;
  return path == "/health/live" || path == "/health/ready" || path == "/metrics";
}

void Session::start() {
  ErrorCode ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  advance();
}

void Session::set_deadline(Micros from, Duration allowance) {
  moving_ = false;
  deadline_ = from + allowance;
}

// Who takes long on a full server makes room, though it goes on.
void Session::expect_progress() {
  moving_ = true;
  began_ = now();
  progress_.begin(began_, context_->options.stall_timeout);
  place_.idle(began_ + context_->options.stall_timeout);
}

bool Session::is_late(Micros at) {
  return moving_ ? progress_.is_late(at) : deadline_.value != 0 && at >= deadline_;
}

void Session::check_deadline(Micros at) {
  if (crowded_ && (state_ == State::kHandling || state_ == State::kStreaming) &&
      has_left(socket_.native_handle())) {
    close();
    return;
  }
  if (!is_late(at)) {
    return;
  }
  deadline_ = Micros{};
  moving_ = false;
  context_->metrics.timeouts.fetch_add(1, std::memory_order_relaxed);
  const bool half_read = state_ == State::kReading && last_step_ != MessageReader::Step::kIdle;
  if (!half_read) {
    close();
    return;
  }
  timed_out_ = true;  // the cancelled read answers with 408
  ErrorCode ignored;
  socket_.cancel(ignored);
}

void Session::drain() {
  draining_ = true;
  const bool idle = state_ == State::kReading && last_step_ == MessageReader::Step::kIdle;
  if (idle || state_ == State::kStreaming || state_ == State::kLingering) {
    close();
  }
}

void Session::close() {
  if (state_ == State::kClosed) {
    return;
  }
  state_ = State::kClosed;
  if (counts_stream_) {
    context_->metrics.streams.fetch_sub(1, std::memory_order_relaxed);
  }
  ErrorCode ignored;
  socket_.close(ignored);
  if (call_) {
    call_->gone = true;
  }
  call_.reset();
  next_.reset();
  release_answer();
  place_.release();
  stream_place_.release();
  shard_->forget(shared_from_this());
  if (const auto gone = std::exchange(gone_, {})) {
    gone();
  }
}

// Reads requests out of what has come; comes back after every answer.
void Session::advance() {
  state_ = State::kReading;
  if (!next_) {
    next_ = std::make_shared<Call>();
    next_->context = context_;
  }
  const auto step = reader_.step(next_->request);
  switch (step) {
    case MessageReader::Step::kIdle:
    case MessageReader::Step::kHeader:
      read_more(step);
      break;
    case MessageReader::Step::kBody:
      if (hold_body()) {
        read_more(step);
      } else {
        refuse_unread(busy());
      }
      break;
    case MessageReader::Step::kContinue:
      send_continue();
      break;
    case MessageReader::Step::kDone:
      last_step_ = MessageReader::Step::kDone;
      if (hold_body()) {
        begin_call();
      } else {
        refuse_unread(busy());
      }
      break;
    case MessageReader::Step::kRefused:
      refuse_unread(reader_.refusal());
      break;
  }
}

// Where the next request begins is not known: the connection ends.
void Session::refuse_unread(Problem problem) {
  handled_at_ = now();
  call_ = std::move(next_);
  call_->route = context_->metrics.routes();
  call_->request_id = context_->engine.entropy.command_id();
  keep_alive_ = false;
  respond(refuse(std::move(problem)));
}

Problem Session::busy() const {
  return {
      503, "SERVER_BUSY",
      "bodies and answers of other connections take all the memory there is for them; try again"};
}

MemoryBudget::Share Session::new_share() {
  return {context_->memory, [weak = weak_from_this(), shard = shard_, turn = turn_] {
            shard->post([weak, turn] {
              if (const auto self = weak.lock()) {
                self->make_room(turn);
              }
            });
          }};
}

bool Session::hold_body() {
  const std::size_t bytes = next_->request.body.capacity();
  if (bytes <= kHttpFreeBytes) {
    return true;
  }
  if (!counts_body_) {
    next_->memory = new_share();
    counts_body_ = true;
  }
  return next_->memory.hold(bytes);
}

// Another needs the memory of this request, if it is still the same one.
void Session::make_room(std::uint64_t turn) {
  if (turn != turn_) {
    return;
  }
  if (state_ == State::kWriting) {
    close();
  } else if (state_ == State::kReading && last_step_ == MessageReader::Step::kBody) {
    give_up_body();
  }
}

void Session::give_up_body() {
  evicted_ = true;  // the cancelled read answers
  ErrorCode ignored;
  socket_.cancel(ignored);
}

void Session::read_more(MessageReader::Step step) {
  if (step == MessageReader::Step::kIdle && draining_) {
    close();
    return;
  }
  const bool begins = step != last_step_;
  if (begins) {
    began_ = now();
    last_step_ = step;
  }
  const Options& options = context_->options;
  if (step == MessageReader::Step::kIdle) {
    place_.idle(began_);
    set_deadline(began_, options.idle_timeout);
  } else if (step == MessageReader::Step::kHeader) {
    set_deadline(began_, options.header_timeout);
  } else if (begins) {
    expect_progress();
  }
  const auto space = reader_.space();
  socket_.async_read_some(asio::buffer(space.data(), space.size()),
                          [self = shared_from_this()](const ErrorCode& ec, std::size_t bytes) {
                            self->on_read(ec, bytes);
                          });
}

void Session::on_read(const ErrorCode& ec, std::size_t bytes) {
  if (state_ == State::kClosed) {
    return;
  }
  if (timed_out_ || evicted_) {
    refuse_unread(timed_out_ ? Problem(408, "REQUEST_TIMEOUT", "the request did not come in time")
                             : busy());
    return;
  }
  if (ec) {
    close();
    return;
  }
  progress_.add(now(), bytes);
  reader_.received(bytes);
  advance();
}

void Session::send_continue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  set_deadline(now(), context_->options.stall_timeout);
  asio::async_write(socket_, asio::buffer(kContinue), then(&Session::advance));
}

void Session::begin_call() {
  call_ = std::move(next_);
  state_ = State::kHandling;
  deadline_ = Micros{};
  moving_ = crowded_ = watches_ = false;
  handled_at_ = now();
  keep_alive_ = call_->request.head.keep_alive;
  call_->request_id = context_->engine.entropy.command_id();
  call_->peer = peer_;
  call_->memory.keep();
  counts_body_ = false;
  place_.busy();
  if (!may_ask()) {
    call_->route = context_->metrics.routes();
    keep_alive_ = false;
    context_->metrics.connections_refused.fetch_add(1, std::memory_order_relaxed);
    respond(refuse(full_server()));
    return;
  }
  handle(call_, Responder(shared_from_this()));
}

void Session::answer(std::function<Answer<Response>()> make, std::function<void()> unsent) {
  shard_->post([self = shared_from_this(), make = std::move(make), unsent = std::move(unsent)] {
    if (self->state_ == State::kHandling) {
      self->respond(make());
    } else if (unsent) {
      unsent();
    }
  });
}

void Session::watch(std::function<void()> gone) {
  shard_->post([self = shared_from_this(), gone = std::move(gone)] {
    if (self->state_ == State::kHandling) {
      self->gone_ = gone;
      if (!std::exchange(self->watches_, true)) {
        self->watch_peer();
      }
    } else if (self->state_ == State::kClosed) {
      gone();
    }
  });
}

void Session::respond(Answer<Response> answer) {
  response_ =
      answer ? std::move(*answer) : problem_response(answer.error(), call_->request_id.text());
  state_ = State::kWriting;
  gone_ = {};
  call_->release_body();  // however long the client takes to read
  keep_alive_ = keep_alive_ && !draining_ && has_place_ && seat_ == Seat::kNormal;
  const bool is_head = call_->request.head.method == Method::kHead;
  if (response_.stream && !is_head) {
    begin_stream();
    return;
  }
  write_answer(!is_head);
}

}  // namespace daybook::api
