// The half of a session that writes: answers to bytes, as many at a time as are there.
#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/buffer.hpp>

#include "api/content_coding.h"
#include "api/handle.h"
#include "api/open_call.h"
#include "api/session.h"
#include "api/upgrade.h"
#include "base/limits/http.h"
#include "base/limits/http_work.h"

namespace daybook::api {

namespace asio = boost::asio;

namespace {

bool can_be_asked_again(const Call& call) {
  return call.found == nullptr ||
         (call.found->kind != RouteKind::kAsync && call.found->kind != RouteKind::kCompile);
}

}  // namespace

Session::OpenCallPtr Session::open(CallPtr call) {
  call->request_id = context_->engine.entropy.command_id();
  call->route = call->found == nullptr ? context_->metrics.routes()
                                       : static_cast<std::size_t>(call->found - routes().data());
  auto out = std::make_shared<OpenCall>(shared_from_this(), std::move(call));
  const Call& its = *out->call;
  out->overlap = its.found == nullptr ? Overlap::kNone : its.found->overlap;
  out->bytes = its.request.raw.size() + its.request.body.size();
  out->handled_at = now();
  open_bytes_ += out->bytes;
  open_.push_back(out);
  return out;
}

void Session::on_answer(const OpenCallPtr& open, Answer<Response> answer) {
  const Call& call = *open->call;
  open->call->release_body();  // however long the client takes to read
  Response response =
      answer ? std::move(*answer) : problem_response(answer.error(), call.request_id.text());
  const std::size_t bytes = response.body.size();
  if (bytes < kHttpGzipBytesMin) {
    set_answer(open, std::move(response));
    return;
  }
  response.add("Vary", "Accept-Encoding");
  if (!accepts_gzip(call.request.head)) {
    set_answer(open, std::move(response));
  } else if (bytes <= kHttpInlineGzipBytesMax) {
    pack(response);
    set_answer(open, std::move(response));
  } else {
    pack_elsewhere(open, std::move(response));
  }
}

void Session::pack(Response& response) const {
  if (auto packed = gzip(response.body)) {
    response.body = std::move(*packed);
    response.add("Content-Encoding", "gzip");
    context_->metrics.gzips.fetch_add(1, std::memory_order_relaxed);
  }
}

// It stays as it is when as many wait as may.
void Session::pack_elsewhere(const OpenCallPtr& open, Response response) {
  const auto shared = std::make_shared<Response>(std::move(response));
  const auto set = [self = shared_from_this(), open, shared] {
    if (self->state_ == State::kServing) {
      self->set_answer(open, std::move(*shared));
    }
  };
  const auto work = [self = shared_from_this(), shared, set](const Status& ready) {
    if (ready) {
      self->pack(*shared);
    }
    self->shard_->post(set);
  };
  if (!context_->gzips.submit(Seq{}, work, asker_of(open->call))) {
    set();
  }
}

void Session::set_answer(const OpenCallPtr& open, Response response) {
  open->set(std::move(response));
  hold_answer(*open);
  if (!std::exchange(flush_asked_, true)) {
    shard_->flush_after(shared_from_this());
  }
}

// An answer to a read can be asked for again. What was written, or leased, has to be told.
void Session::hold_answer(OpenCall& open) {
  const std::size_t bytes = answer_bytes_ + open.response.body.size();
  if (bytes > kHttpFreeBytes) {
    if (answer_bytes_ <= kHttpFreeBytes) {
      answer_memory_ = share(&Session::make_room_of_answers, ++answer_turn_);
    }
    if (!can_be_asked_again(*open.call)) {
      answer_memory_.hold_anyway(bytes);
    } else if (!answer_memory_.hold(bytes)) {
      open.response = problem_response(busy(), open.call->request_id.text());
    }
  }
  answer_bytes_ += open.response.body.size();
}

// Takes the answers that are there into what is written next: many small ones, one large one.
void Session::gather() {
  while (state_ == State::kServing && !writing_ && body_.empty() &&
         out_.size() < kHttpGatherBytes && !open_.empty() && open_.front()->is_answered) {
    if (open_.front()->response.upgrade && !out_.empty()) {
      return;  // what is before it goes out first
    }
    const OpenCallPtr open = std::move(open_.front());
    open_.pop_front();
    open_bytes_ -= open->bytes;
    if (!add_answer(*open)) {
      return;
    }
  }
}

// False when nothing follows it.
bool Session::add_answer(OpenCall& open) {
  const bool is_head = open.call->request.head.method == Method::kHead;
  if (open.response.stream && !is_head) {
    begin_stream(open);
    return false;
  }
  Response& response = open.response;
  if (response.upgrade) {
    hand_over(open);
    return false;
  }
  append_head(*open.call, response, ends_ && open_.empty());
  told_.push_back({open.call->route, response.status, open.handled_at});
  if (is_head) {
    answer_bytes_ -= response.body.size();
  } else if (response.body.size() <= kHttpGatherBytes) {
    out_ += response.body;
    answer_bytes_ -= response.body.size();  // counted by `out_` from here on
  } else {
    body_ = std::move(response.body);
  }
  open.release();
  return true;
}

// The socket is another's from here on. Who has sent more than it was asked for did not wait to be
// told that the other protocol is spoken.
void Session::hand_over(OpenCall& open) {
  if (reading_ || reader_.has_unread() || ends_) {
    ends_ = true;
    const Problem problem =
        draining_ ? Problem(make_error(Code::kShutdown, "SHUTTING_DOWN", "the server is stopping"))
                  : Problem(400, "MALFORMED_REQUEST",
                            "nothing may follow before the protocol is changed");
    open.response = problem_response(problem, open.call->request_id.text());
    answer_bytes_ += open.response.body.size();
    (void)add_answer(open);
    return;
  }
  context_->metrics.answered(open.call->route, 101, now() - open.handled_at);
  const auto taken = open.response.upgrade->take(std::move(channel_), std::move(place_), shard_);
  state_ = State::kClosed;
  open.release();
  shard_->replace(shared_from_this(), taken);
}

void Session::append_head(const Call& call, const Response& response, bool closes) {
  out_ += "HTTP/1.1 ";
  out_ += std::to_string(response.status);
  out_ += ' ';
  out_ += status_text(response.status);
  const auto add = [this](std::string_view name, std::string_view value) {
    out_ += "\r\n";
    out_ += name;
    out_ += ": ";
    out_ += value;
  };
  add("Date", shard_->date());
  add("Content-Type", response.content_type);
  if (!response.stream) {
    add("Content-Length", std::to_string(response.body.size()));
  } else if (chunked_) {
    add("Transfer-Encoding", "chunked");
  }
  add("Request-Id", call.request_id.text());
  add("Cache-Control", "no-store");
  add("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.fields) {
    add(name, value);
  }
  if (closes) {
    add("Connection", "close");
  } else if (call.request.head.http10) {
    add("Connection", "keep-alive");
  }
  out_ += "\r\n\r\n";
}

void Session::add_continue() {
  out_ += "HTTP/1.1 100 Continue\r\n\r\n";
}

// Who takes long on a full server makes room, though it goes on.
void Session::write_out(std::function<void()> then) {
  writing_ = true;
  written_ = 0;
  then_ = std::move(then);
  write_began_ = now();
  write_progress_.begin(write_began_, context_->options.stall_timeout);
  shard_->look_at(write_progress_.due());
  place_.idle(write_began_ + context_->options.stall_timeout);
  write_rest();
}

// As much at a time as the client takes, so that it shows when it takes nothing any more.
void Session::write_rest() {
  const auto then = [self = shared_from_this()](const ErrorCode& ec, std::size_t bytes) {
    self->on_some_written(ec, bytes);
  };
  const std::string_view head = std::string_view(out_).substr(std::min(written_, out_.size()));
  if (body_.empty()) {  // most answers; a call for one buffer costs less than one for two
    channel_.async_write_some(asio::buffer(head), then);
    return;
  }
  const std::string_view body =
      std::string_view(body_).substr(written_ > out_.size() ? written_ - out_.size() : 0);
  channel_.async_write_some(std::array{asio::buffer(head), asio::buffer(body)}, then);
}

void Session::on_some_written(const ErrorCode& ec, std::size_t bytes) {
  if (state_ == State::kClosed) {
    return;
  }
  if (ec) {
    close();
    return;
  }
  context_->metrics.writes.fetch_add(1, std::memory_order_relaxed);
  wrote_at_ = now();
  write_progress_.add(wrote_at_, bytes);
  written_ += bytes;
  if (written_ < out_.size() + body_.size()) {
    write_rest();
    return;
  }
  writing_ = false;
  out_.clear();
  if (out_.capacity() > 2 * kHttpGatherBytes) {
    out_.shrink_to_fit();
  }
  std::exchange(then_, {})();
}

void Session::tell_written() {
  const Micros at = now();
  for (const Told& told : told_) {
    context_->metrics.answered(told.route, told.status, at - told.handled_at);
  }
  told_.clear();
}

void Session::on_written() {
  tell_written();
  answer_bytes_ -= body_.size();
  release(body_);
  if (answer_bytes_ <= kHttpFreeBytes) {
    answer_memory_.release();
  }
  if (!open_.empty()) {
    place_.busy();
  }
  serve();
}

void Session::drop_open() {
  for (const OpenCallPtr& open : std::exchange(open_, {})) {
    open->drop();
  }
  open_bytes_ = 0;
}

}  // namespace daybook::api
