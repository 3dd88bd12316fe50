#include "api/session.h"

#include <charconv>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "api/handle.h"
#include "api/router.h"
#include "base/limits/http.h"

namespace daybook::api {

namespace asio = boost::asio;

Session::Session(asio::ip::tcp::socket socket, std::shared_ptr<Shard> shard)
    : socket_(std::move(socket)), shard_(std::move(shard)), context_(shard_->shared_context()) {}

Session::~Session() = default;

void Session::start() {
  ErrorCode ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  advance();
}

void Session::set_deadline(Micros from, Duration allowance, std::size_t bytes) {
  const auto rate = seconds(static_cast<std::int64_t>(bytes) / kHttpBytesPerSecondMin);
  deadline_ = from + Duration{allowance.value + rate.value};
}

void Session::check_deadline(Micros at) {
  if (deadline_.value == 0 || at < deadline_) {
    return;
  }
  deadline_ = Micros{};
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
  call_.reset();
  response_ = {};
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
    case MessageReader::Step::kBody:
      read_more(step);
      break;
    case MessageReader::Step::kContinue:
      send_continue();
      break;
    case MessageReader::Step::kDone:
      last_step_ = MessageReader::Step::kDone;
      begin_call();
      break;
    case MessageReader::Step::kRefused:
      handled_at_ = now();
      call_ = std::move(next_);
      call_->route = context_->metrics.routes();
      call_->request_id = context_->engine.entropy.command_id();
      keep_alive_ = false;
      respond(refuse(reader_.refusal()));
      break;
  }
}

void Session::read_more(MessageReader::Step step) {
  if (step == MessageReader::Step::kIdle && draining_) {
    close();
    return;
  }
  if (step != last_step_) {
    began_ = now();
    last_step_ = step;
  }
  const Options& options = context_->options;
  if (step == MessageReader::Step::kIdle) {
    set_deadline(began_, options.idle_timeout, 0);
  } else if (step == MessageReader::Step::kHeader) {
    set_deadline(began_, options.header_timeout, 0);
  } else {
    set_deadline(began_, options.stall_timeout, reader_.body_bytes());
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
  if (timed_out_) {
    keep_alive_ = false;
    handled_at_ = now();
    call_ = std::move(next_);
    call_->route = context_->metrics.routes();
    call_->request_id = context_->engine.entropy.command_id();
    respond(refuse(Problem(408, "REQUEST_TIMEOUT", "the request did not come in time")));
    return;
  }
  if (ec) {
    close();
    return;
  }
  reader_.received(bytes);
  advance();
}

void Session::send_continue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  set_deadline(now(), context_->options.stall_timeout, 0);
  asio::async_write(socket_, asio::buffer(kContinue),
                    [self = shared_from_this()](const ErrorCode& ec, std::size_t) {
                      if (self->state_ == State::kClosed) {
                        return;
                      }
                      if (ec) {
                        self->close();
                      } else {
                        self->advance();
                      }
                    });
}

void Session::begin_call() {
  call_ = std::move(next_);
  state_ = State::kHandling;
  deadline_ = Micros{};
  handled_at_ = now();
  keep_alive_ = call_->request.head.keep_alive;
  call_->request_id = context_->engine.entropy.command_id();
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
      self->watch_peer();
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
  keep_alive_ = keep_alive_ && !draining_;
  const bool is_head = call_->request.head.method == Method::kHead;
  if (response_.stream && !is_head) {
    begin_stream();
    return;
  }
  write_answer(!is_head);
}

void Session::write_head(const Response& response, bool has_length) {
  head_.clear();
  head_ += "HTTP/1.1 ";
  head_ += std::to_string(response.status);
  head_ += ' ';
  head_ += status_text(response.status);
  const auto add = [this](std::string_view name, std::string_view value) {
    head_ += "\r\n";
    head_ += name;
    head_ += ": ";
    head_ += value;
  };
  add("Date", shard_->date());
  add("Content-Type", response.content_type);
  if (has_length) {
    add("Content-Length", std::to_string(response.body.size()));
  } else if (chunked_) {
    add("Transfer-Encoding", "chunked");
  }
  add("Request-Id", call_->request_id.text());
  add("Cache-Control", "no-store");
  add("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.fields) {
    add(name, value);
  }
  if (!keep_alive_) {
    add("Connection", "close");
  } else if (call_->request.head.http10) {
    add("Connection", "keep-alive");
  }
  head_ += "\r\n\r\n";
}

void Session::write_answer(bool has_body) {
  chunked_ = false;
  write_head(response_, true);
  if (!has_body) {
    response_.body.clear();
  }
  set_deadline(now(), context_->options.stall_timeout, response_.body.size());
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(head_),
                                                  asio::buffer(response_.body)};
  asio::async_write(
      socket_, buffers,
      [self = shared_from_this()](const ErrorCode& ec, std::size_t) { self->on_written(ec); });
}

void Session::on_written(const ErrorCode& ec) {
  if (state_ == State::kClosed) {
    return;
  }
  if (ec) {
    close();
    return;
  }
  const Micros at = now();
  context_->metrics.answered(call_->route, response_.status, at - handled_at_);
  if (!keep_alive_ || draining_) {
    linger();
    return;
  }
  call_.reset();
  response_ = {};
  advance();
}

void Session::begin_stream() {
  auto& streams = context_->metrics.streams;
  if (streams.fetch_add(1, std::memory_order_relaxed) >= context_->options.streams_max) {
    streams.fetch_sub(1, std::memory_order_relaxed);
    respond(refuse(Code::kUnavailable, "TOO_MANY_STREAMS", "as many streams are open as may be"));
    return;
  }
  counts_stream_ = true;
  state_ = State::kStreaming;
  keep_alive_ = false;
  chunked_ = !call_->request.head.http10;
  write_head(response_, false);
  context_->metrics.answered(call_->route, response_.status, now() - handled_at_);
  set_deadline(now(), context_->options.stall_timeout, head_.size());
  watch_peer();
  asio::async_write(socket_, asio::buffer(head_),
                    [self = shared_from_this()](const ErrorCode& ec, std::size_t) {
                      if (ec) {
                        self->close();
                      } else {
                        self->pull();
                      }
                    });
}

// A client that goes away while there is nothing to send would be noticed only by a heartbeat, or
// by an answer that it does not get. One that sent its next request already is not watched.
void Session::watch_peer() {
  socket_.async_wait(
      asio::socket_base::wait_read, [self = shared_from_this(), call = call_](const ErrorCode& ec) {
        const bool waits = self->state_ == State::kStreaming || self->state_ == State::kHandling;
        if (!waits || self->call_ != call) {
          return;
        }
        ErrorCode gone;
        if (ec || self->socket_.available(gone) == 0 || gone) {
          self->close();
        }
      });
}

void Session::pull() {
  if (state_ != State::kStreaming) {
    return;
  }
  deadline_ = Micros{};
  // The stream is held apart from the session, which may be closed meanwhile.
  context_->feeds.run([self = shared_from_this(), stream = response_.stream](const Status& ready) {
    auto piece =
        std::make_shared<Result<Stream::Piece>>(ready ? stream->next() : fail(ready.error()));
    self->shard_->post([self, piece] { self->on_piece(std::move(*piece)); });
  });
}

void Session::on_piece(Result<Stream::Piece> piece) {
  if (state_ != State::kStreaming) {
    return;
  }
  if (!piece) {
    close();  // cut off without the last chunk: the client sees that the stream is not complete
    return;
  }
  if (piece->bytes.empty() && !piece->end) {
    wait_for_log();
    return;
  }
  write_chunk(piece->bytes, piece->end);
}

void Session::write_chunk(std::string_view bytes, bool end) {
  head_.clear();
  if (chunked_ && !bytes.empty()) {
    std::array<char, 16> size{};
    const auto stop = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
    head_.append(size.data(), static_cast<std::size_t>(stop - size.data()));
    head_ += "\r\n";
  }
  head_ += bytes;
  if (chunked_) {
    head_ += bytes.empty() ? "" : "\r\n";
    head_ += end ? "0\r\n\r\n" : "";
  }
  set_deadline(now(), context_->options.stall_timeout, head_.size());
  asio::async_write(socket_, asio::buffer(head_),
                    [self = shared_from_this(), end](const ErrorCode& ec, std::size_t) {
                      if (self->state_ != State::kStreaming) {
                        return;
                      }
                      if (ec) {
                        self->close();
                      } else if (end) {
                        self->linger();
                      } else {
                        self->pull();
                      }
                    });
}

void Session::wait_for_log() {
  const auto until = now() + context_->options.heartbeat;
  context_->watcher.when_past(response_.stream->position(), until,
                              [weak = weak_from_this(), shard = shard_](bool grown) {
                                shard->post([weak, grown] {
                                  const auto self = weak.lock();
                                  if (!self || self->state_ != State::kStreaming) {
                                    return;
                                  }
                                  if (grown) {
                                    self->pull();
                                  } else {
                                    self->write_chunk(self->response_.stream->heartbeat(), false);
                                  }
                                });
                              });
}

// Closing with unread bytes would make the kernel send a reset, which can overtake the answer.
void Session::linger() {
  if (counts_stream_) {
    context_->metrics.streams.fetch_sub(1, std::memory_order_relaxed);
    counts_stream_ = false;
  }
  state_ = State::kLingering;
  ErrorCode ec;
  socket_.shutdown(asio::socket_base::shutdown_send, ec);
  if (ec || draining_) {
    close();
    return;
  }
  set_deadline(now(), seconds(2), 0);
  read_leftovers();
}

void Session::read_leftovers() {
  socket_.async_read_some(asio::buffer(leftovers_),
                          [self = shared_from_this()](const ErrorCode& ec, std::size_t) {
                            if (self->state_ == State::kClosed) {
                              return;
                            }
                            if (ec) {
                              self->close();
                            } else {
                              self->read_leftovers();
                            }
                          });
}

}  // namespace daybook::api
