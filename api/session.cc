// Its place among others, its deadlines, its end.
#include "api/session.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>

#include "api/open_call.h"

namespace daybook::api {

namespace asio = boost::asio;

namespace {

// While more has come than is read and somebody wants to know when the client leaves, its end is
// looked for so often.
constexpr Duration kLookForEnd = millis(50);
// What the client still sends after the last answer is read for so long.
constexpr Duration kLinger = seconds(2);

// Its end, or the whole connection, is closed; bytes that came before may still lie there.
bool has_left(int socket) {
  pollfd watched{socket, POLLRDHUP, 0};
  return ::poll(&watched, 1, 0) > 0;
}

Micros earlier(Micros a, Micros b) {
  return a.value == 0 || (b.value != 0 && b < a) ? b : a;
}

}  // namespace

Session::Session(Channel channel, std::string peer, std::shared_ptr<Shard> shard)
    : channel_(std::move(channel)),
      shard_(std::move(shard)),
      context_(shard_->shared_context()),
      peer_(std::move(peer)),
      reader_([this](const Head& head) { return on_head(head); }) {}

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
  if (!channel_.is_secure()) {
    ErrorCode ignored;
    channel_.socket().non_blocking(true, ignored);
    channel_.socket().write_some(asio::buffer(answer), ignored);
  }
  channel_.close();
  state_ = State::kClosed;
}

// Another has the place. Who was just asked for something still answers it.
void Session::leave_place() {
  const bool takes_long = now() - write_began_ >= context_->options.stall_timeout;
  const bool answers = !open_.empty() || (writing_ && !takes_long);
  if (state_ != State::kServing || (!answers && last_step_ != MessageReader::Step::kBody)) {
    close();
  } else if (!answers) {
    refuse_late();
  } else {
    ends_ = true;
  }
}

MemoryBudget::Share Session::share(void (Session::*evict)(std::uint64_t), std::uint64_t turn) {
  return {context_->memory, [weak = weak_from_this(), shard = shard_, evict, turn] {
            shard->post([weak, evict, turn] {
              if (const auto self = weak.lock()) {
                (self.get()->*evict)(turn);
              }
            });
          }};
}

// Another needs the memory of this body, if it is still the same one that comes.
void Session::make_room_of_body(std::uint64_t turn) {
  if (turn == body_turn_ && state_ == State::kServing && !ends_ &&
      last_step_ == MessageReader::Step::kBody) {
    refuse_late();
  }
}

void Session::make_room_of_answers(std::uint64_t turn) {
  if (turn == answer_turn_ && writing_) {
    close();
  }
}

void Session::start() {
  ErrorCode ignored;  // a Unix socket knows neither
  channel_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  channel_.socket().set_option(asio::socket_base::keep_alive(true), ignored);
  if (channel_.is_secure()) {
    greet();
  } else {
    serve();
  }
}

void Session::greet() {
  state_ = State::kGreeting;
  set_read_deadline(now(), context_->options.header_timeout);
  channel_.handshake([self = shared_from_this()](const ErrorCode& ec) {
    if (self->state_ != State::kGreeting) {
      return;
    }
    if (ec) {
      self->context_->metrics.failed_handshakes.fetch_add(1, std::memory_order_relaxed);
      self->close();
      return;
    }
    self->state_ = State::kServing;
    self->read_deadline_ = {};
    self->certified_ = self->channel_.is_certified();
    self->serve();
  });
}

void Session::set_read_deadline(Micros from, Duration allowance) {
  moving_ = false;
  read_deadline_ = from + allowance;
  shard_->look_at(read_deadline_);
}

bool Session::is_watched() const {
  return state_ == State::kStreaming ||
         std::any_of(open_.begin(), open_.end(), [](const auto& open) { return open->is_watched; });
}

bool Session::is_busy() const {
  return !open_.empty() || writing_ || !out_.empty();
}

Micros Session::due() const {
  Micros out;
  if (state_ == State::kLingering) {
    return linger_until_;
  }
  if (writing_) {
    out = write_progress_.due();
  }
  if (moving_) {
    out = earlier(out, body_progress_.due());
  }
  out = earlier(out, read_deadline_);
  if (!reading_ && is_watched()) {
    out = earlier(out, now() + kLookForEnd);
  }
  return out;
}

Micros Session::check_deadline(Micros at) {
  if (state_ == State::kClosed) {
    return {};
  }
  if (!reading_ && is_watched() && has_left(channel_.socket().native_handle())) {
    close();
    return {};
  }
  const bool late_to_read =
      moving_ ? body_progress_.is_late(at) : read_deadline_.value != 0 && at >= read_deadline_;
  const bool late_to_end = state_ == State::kLingering && at >= linger_until_;
  const bool late_to_take = writing_ && write_progress_.is_late(at);
  if (!late_to_read && !late_to_end && !late_to_take) {
    return due();
  }
  context_->metrics.timeouts.fetch_add(1, std::memory_order_relaxed);
  if (late_to_end || late_to_take || state_ == State::kGreeting ||
      last_step_ == MessageReader::Step::kIdle) {
    close();
    return {};
  }
  refuse_unread({408, "REQUEST_TIMEOUT", "the request did not come in time"});
  flush();
  return due();
}

void Session::drain() {
  draining_ = true;
  if (state_ == State::kClosed) {
    return;
  }
  const bool half_read =
      last_step_ == MessageReader::Step::kHeader || last_step_ == MessageReader::Step::kBody;
  if (state_ != State::kServing || (!is_busy() && !half_read)) {
    close();
  } else if (is_busy()) {
    ends_ = true;
  }
}

void Session::close() {
  if (state_ == State::kClosed) {
    return;
  }
  if (state_ == State::kStreaming) {
    context_->metrics.streams.fetch_sub(1, std::memory_order_relaxed);
  }
  state_ = State::kClosed;
  const auto self = shared_from_this();
  channel_.close();
  next_.reset();
  if (stream_call_) {
    stream_call_->gone = true;
    stream_call_.reset();
  }
  stream_answer_ = {};
  answer_memory_.release();
  place_.release();
  stream_place_.release();
  shard_->forget(self);
  drop_open();
}

// Closing with unread bytes would make the kernel send a reset, which can overtake the answer.
void Session::linger() {
  if (state_ == State::kStreaming) {
    context_->metrics.streams.fetch_sub(1, std::memory_order_relaxed);
  }
  state_ = State::kLingering;
  stream_place_.release();
  stream_answer_ = {};
  next_.reset();
  moving_ = false;
  read_deadline_ = {};
  if (draining_ || client_ended_) {
    say_end();
    close();
    return;
  }
  linger_until_ = now() + kLinger;
  shard_->look_at(linger_until_);
  say_end();
}

// A secure one waits for the other side's end too, and reads nothing meanwhile.
void Session::say_end() {
  const bool waits = channel_.is_secure();
  if (waits && reading_) {
    ends_after_read_ = true;  // what is read now would get in the way
    ErrorCode ignored;
    channel_.socket().cancel(ignored);
    return;
  }
  channel_.end([self = shared_from_this(), waits](const ErrorCode& ec) {
    if (self->state_ != State::kLingering) {
      return;
    }
    if (ec || waits) {
      self->close();
    } else {
      self->read();
    }
  });
}

}  // namespace daybook::api
