// The half of a session that writes: answers, streams, and the end.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <boost/asio/buffer.hpp>

#include "api/handle.h"
#include "api/router.h"
#include "api/session.h"
#include "base/limits/http.h"

namespace daybook::api {

namespace asio = boost::asio;

namespace {

bool is_read(RouteKind kind) {
  return kind != RouteKind::kAsync && kind != RouteKind::kCompile;
}

}  // namespace

// An answer to a read can be asked for again. What was written, or leased, has to be told.
void Session::hold_answer() {
  const std::size_t bytes = response_.body.size();
  if (bytes <= kHttpFreeBytes) {
    return;
  }
  answer_memory_ = new_share();
  const auto table = routes();
  if (call_->route < table.size() && !is_read(table[call_->route].kind)) {
    answer_memory_.hold_anyway(bytes);
  } else if (!answer_memory_.hold(bytes)) {
    response_ = problem_response(busy(), call_->request_id.text());
  }
}

void Session::release_answer() {
  release(response_.body);
  response_ = {};
  answer_memory_.release();
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
  hold_answer();
  write_head(response_, true);
  if (!has_body) {
    response_.body.clear();
  }
  write_out([this] { on_written(); });
}

void Session::write_out(std::function<void()> then) {
  written_ = 0;
  then_ = std::move(then);
  expect_progress();
  write_rest();
}

// As much at a time as the client takes, so that it shows when it takes nothing any more.
void Session::write_rest() {
  const std::string_view head = std::string_view(head_).substr(std::min(written_, head_.size()));
  const std::string_view body = std::string_view(response_.body)
                                    .substr(written_ > head_.size() ? written_ - head_.size() : 0);
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(body)};
  socket_.async_write_some(
      buffers, [self = shared_from_this()](const ErrorCode& ec, std::size_t bytes) {
        if (self->state_ == State::kClosed) {
          return;
        }
        if (ec) {
          self->close();
          return;
        }
        self->wrote_at_ = self->now();
        self->progress_.add(self->wrote_at_, bytes);
        self->written_ += bytes;
        if (self->written_ < self->head_.size() + self->response_.body.size()) {
          self->write_rest();
        } else {
          self->moving_ = false;
          std::exchange(self->then_, {})();
        }
      });
}

void Session::on_written() {
  const Micros at = now();
  context_->metrics.answered(call_->route, response_.status, at - handled_at_);
  if (!keep_alive_ || draining_) {
    linger();
    return;
  }
  call_.reset();
  release_answer();
  ++turn_;
  advance();
}

void Session::begin_stream() {
  stream_place_ = context_->stream_places.take(peer_, leaver());
  if (!stream_place_) {
    respond(refuse(Code::kUnavailable, "TOO_MANY_STREAMS", "as many streams are open as may be"));
    return;
  }
  stream_place_.idle(now());
  context_->metrics.streams.fetch_add(1, std::memory_order_relaxed);
  counts_stream_ = true;
  state_ = State::kStreaming;
  keep_alive_ = false;
  chunked_ = !call_->request.head.http10;
  write_head(response_, false);
  context_->metrics.answered(call_->route, response_.status, now() - handled_at_);
  watch_peer();
  write_out([this] { pull(); });
  place_.busy();
}

// A client that goes away while there is nothing to send would be noticed only by a heartbeat, or
// by an answer that it does not get.
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
        } else {
          self->crowded_ = true;  // the sweep looks after it
        }
      });
}

void Session::pull() {
  if (state_ != State::kStreaming) {
    return;
  }
  deadline_ = Micros{};
  // The stream is held apart from the session, which may be closed meanwhile.
  context_->feeds.run(
      [self = shared_from_this(), call = call_, stream = response_.stream](const Status& ready) {
        auto piece =
            std::make_shared<Result<Stream::Piece>>(ready ? stream->next() : fail(ready.error()));
        if (!*piece) {
          report(*call, Problem(piece->error()));
        }
        self->shard_->post([self, piece] { self->on_piece(std::move(*piece)); });
      },
      gone_of(call_));
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
    heartbeat_at() > now() ? wait_for_log() : write_chunk(response_.stream->heartbeat(), false);
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
  write_out([this, end] { end ? linger() : pull(); });
  place_.busy();  // streams have places of their own
}

// However much the log grows meanwhile of which nothing is sent.
Micros Session::heartbeat_at() const {
  return wrote_at_ + context_->options.heartbeat;
}

void Session::wait_for_log() {
  context_->watcher.when_past(response_.stream->position(), heartbeat_at(),
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
  stream_place_.release();
  release_answer();
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
  set_deadline(now(), seconds(2));
  read_leftovers();
}

void Session::read_leftovers() {
  socket_.async_read_some(asio::buffer(leftovers_), then(&Session::read_leftovers));
}

}  // namespace daybook::api
