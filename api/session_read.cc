// The half of a session that reads: bytes, requests, open calls.
#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>

#include "api/handle.h"
#include "api/open_call.h"
#include "api/session.h"
#include "base/limits/http.h"
#include "base/limits/http_work.h"

namespace daybook::api {

namespace asio = boost::asio;

namespace {

using Step = MessageReader::Step;

// The longest IPv6 address with a scope.
constexpr std::size_t kAddressBytesMax = 64;

Problem full_server() {
  return {503, "SERVER_FULL", "as many connections are open as may be; try again"};
}

// Calls of a kind that may be under way at once.
std::size_t most_of(Overlap overlap) {
  return overlap == Overlap::kReads ? kHttpPipelinedReadsMax : kHttpPipelinedMax;
}

std::size_t request_bytes(const Request& request) {
  return request.raw.size() + request.body.size();
}

}  // namespace

// One turn of the connection: what is there goes out, what may begin begins.
void Session::serve() {
  gather();
  read_on();
  if (state_ == State::kServing && !writing_ && !out_.empty()) {
    write_out([this] { on_written(); });
  }
}

void Session::flush() {
  flush_asked_ = false;
  if (state_ == State::kServing) {
    serve();
  }
}

void Session::read_on() {
  while (state_ == State::kServing && !ends_ && step()) {
  }
  if (state_ == State::kServing && ends_ && !is_busy()) {
    linger();
  } else if (state_ != State::kClosed && reads_ahead()) {
    read();
  }
  if (!reading_ && is_watched()) {
    shard_->look_at(due());
  }
}

// One step of the reader; false when it needs bytes, or somebody else's turn comes first.
bool Session::step() {
  if (held_) {
    held_ = !may_begin();
    if (held_) {
      return false;
    }
    begin_call();
    return true;
  }
  if (owes_continue_) {
    if (is_busy()) {
      return false;
    }
    owes_continue_ = false;
    add_continue();
  }
  if (!next_) {
    next_ = std::make_shared<Call>();
    next_->context = context_;
  }
  const Step step = reader_.step(next_->request);
  switch (step) {
    case Step::kIdle:
    case Step::kHeader:
      return wait_for_more(step);
    case Step::kBody:
      if (!hold_body()) {
        refuse_unread(busy());
        return true;
      }
      return wait_for_more(step);
    case Step::kContinue:
      owes_continue_ = true;
      return true;
    case Step::kDone:
      last_step_ = step;
      moving_ = false;
      read_deadline_ = {};
      if (hold_body()) {
        held_ = true;
      } else {
        refuse_unread(busy());
      }
      return true;
    case Step::kRefused:
      refuse_unread(reader_.refusal());
      return true;
  }
  return false;
}

// Returns false, as step() then does.
bool Session::wait_for_more(Step step) {
  const Options& options = context_->options;
  if (client_ended_) {
    ends_ = true;
    return false;
  }
  if (step == Step::kIdle && is_busy()) {
    last_step_ = Step::kDone;
    moving_ = false;
    read_deadline_ = {};
    return false;
  }
  if (step == Step::kIdle && draining_) {
    close();
    return false;
  }
  if (step == last_step_) {
    return false;
  }
  last_step_ = step;
  step_began_ = now();
  if (step == Step::kBody) {
    moving_ = true;
    body_progress_.begin(step_began_, options.stall_timeout);
    shard_->look_at(body_progress_.due());
    if (!is_busy()) {
      place_.idle(step_began_ + options.stall_timeout);
    }
    return false;
  }
  if (step == Step::kIdle) {
    place_.idle(step_began_);
  }
  set_read_deadline(step_began_,
                    step == Step::kIdle ? options.idle_timeout : options.header_timeout);
  return false;
}

// Whether the request that is held may begin while those before it are not answered.
bool Session::may_begin() const {
  if (writing_ && out_.size() + body_.size() - written_ > kHttpFreeBytes) {
    return false;
  }
  if (open_.empty()) {
    return true;
  }
  const Request& request = next_->request;
  const Overlap overlap = next_->found == nullptr ? Overlap::kNone : next_->found->overlap;
  return overlap != Overlap::kNone && open_.back()->overlap == overlap &&
         open_.size() < most_of(overlap) && request.body.size() <= kInlineBodyBytesMax &&
         open_bytes_ + request_bytes(request) <= kHttpFreeBytes;
}

// While calls are open bytes are read for the next ones where they may overlap, and to see the end
// of a client that somebody wants to know of. Not beside one that may take the socket.
bool Session::reads_ahead() const {
  if (reading_ || client_ended_) {
    return false;
  }
  if (state_ != State::kServing) {
    return true;
  }
  if (held_ || owes_continue_) {
    return false;
  }
  const bool more_may_begin = open_.empty() || open_.back()->overlap != Overlap::kNone;
  return (more_may_begin && !ends_) || is_watched();
}

void Session::read() {
  if (reading_) {
    return;
  }
  reading_ = true;
  const auto space = state_ == State::kServing
                         ? reader_.space()
                         : std::span<char>(leftovers_.data(), leftovers_.size());
  channel_.async_read_some(asio::buffer(space.data(), space.size()),
                           [self = shared_from_this()](const ErrorCode& ec, std::size_t bytes) {
                             self->on_read(ec, bytes);
                           });
}

void Session::on_read(const ErrorCode& ec, std::size_t bytes) {
  reading_ = false;
  if (state_ == State::kClosed) {
    return;
  }
  if (std::exchange(ends_after_read_, false)) {
    say_end();
    return;
  }
  context_->metrics.reads.fetch_add(1, std::memory_order_relaxed);
  if (ec) {
    on_end();
    return;
  }
  if (state_ == State::kStreaming) {
    shard_->look_at(due());  // behind what it sends its end cannot be read
    return;
  }
  if (state_ == State::kLingering || ends_) {
    read_on();  // nothing of it is wanted
    return;
  }
  if (moving_) {
    body_progress_.add(now(), bytes);
  }
  reader_.received(bytes);
  serve();
}

// Who ends its side while somebody wants to know of it has left; else what it asked for is
// answered.
void Session::on_end() {
  client_ended_ = true;
  if (state_ != State::kServing || is_watched()) {
    close();
  } else {
    serve();
  }
}

void Session::on_watched() {
  if (client_ended_) {
    close();
  } else {
    read_on();
  }
}

std::size_t Session::on_head(const Head& head) {
  Match found = match(routes(), head.method, head.route_path);
  next_->found = found.route;
  next_->id = std::move(found.id);
  next_->allow = std::move(found.allow);
  return found.route == nullptr ? kHttpBodyBytesMax : found.route->body_max;
}

bool Session::hold_body() {
  const std::size_t bytes = next_->request.body.capacity();
  if (bytes <= kHttpFreeBytes) {
    return true;
  }
  if (!counts_body_) {
    next_->memory = share(&Session::make_room_of_body, body_turn_);
    counts_body_ = true;
  }
  return next_->memory.hold(bytes);
}

// The last hand through which it came is the only one that a trusted proxy vouches for.
std::string Session::client_of(const Head& head) const {
  const auto& proxies = context_->options.trusted_proxies;
  if (std::find(proxies.begin(), proxies.end(), peer_) == proxies.end()) {
    return peer_;
  }
  const std::string_view list = head.find("X-Forwarded-For");
  const auto comma = list.rfind(',');
  std::string_view last = comma == std::string_view::npos ? list : list.substr(comma + 1);
  last.remove_prefix(std::min(last.find_first_not_of(" \t"), last.size()));
  return last.empty() || last.size() > kAddressBytesMax ? peer_ : std::string(last);
}

// On the reserve only those may ask who ask how the server is.
bool Session::may_ask(const Call& call) {
  if (seat_ == Seat::kNormal) {
    return true;
  }
  if (Places::Place place = context_->places.take_free(peer_, leaver())) {
    place_ = std::move(place);
    seat_ = Seat::kNormal;
    return true;
  }
  const std::string& path = call.request.head.route_path;
  return path == "/health/live" || path == "/health/ready" || path == "/metrics";
}

void Session::begin_call() {
  CallPtr call = std::exchange(next_, {});
  call->peer = client_of(call->request.head);
  call->certified = certified_;
  call->memory.keep();
  counts_body_ = false;
  ++body_turn_;
  const bool may = may_ask(*call);
  call->found = may ? call->found : nullptr;
  ends_ = !call->request.head.keep_alive || seat_ == Seat::kReserve || draining_;
  const auto opened = open(std::move(call));
  place_.busy();
  if (may) {
    handle(opened->call, Responder(opened));
    return;
  }
  context_->metrics.connections_refused.fetch_add(1, std::memory_order_relaxed);
  on_answer(opened, refuse(full_server()));
}

// Where the next request begins is not known: the connection ends.
void Session::refuse_unread(Problem problem) {
  CallPtr call = std::exchange(next_, {});
  call->found = nullptr;
  counts_body_ = false;
  ++body_turn_;
  held_ = owes_continue_ = moving_ = false;
  read_deadline_ = {};
  last_step_ = Step::kDone;
  ends_ = true;
  on_answer(open(std::move(call)), refuse(std::move(problem)));
}

Problem Session::busy() {
  return {
      503, "SERVER_BUSY",
      "bodies and answers of other connections take all the memory there is for them; try again"};
}

// Of a body that another needs the memory or the place of.
void Session::refuse_late() {
  refuse_unread(busy());
  flush();
}

}  // namespace daybook::api
