// One HTTP connection: reads requests, has them handled, writes the answers in their order.
// Private to the server.
//
//             ┌── whole requests, as many as may ──┐           ┌── answers that are there, in order
//             ──┐
//   reader ───┤ held back ◄─ may not begin yet     ├─► open ───┤ ├─► one write
//             └── refused, late: an answer, the end┘  calls    └── a stream, an upgrade: the last ┘
//
//   … ──last answer written──> lingering (reads what the client still sends, then closes)
//
// Requests that stand in the buffer begin without waiting for the socket (pipelining), those whose
// routes allow it while others are open (Overlap); the next ones when these are answered. So a
// connection has at most kHttpPipelinedMax calls under way and begins so many in one go: then it is
// others' turn on its thread. Answers that are there together go out together.
//
// What a connection holds without being counted is bounded: requests that are open to
// kHttpFreeBytes, and no more begin while as much is written and not taken.
//
// Deadlines are looked at by the shard, not armed per byte: of a header and of idleness from where
// they began, so dripping bytes does not move it; of a body and an answer from the last bytes, and
// at a least rate.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/channel.h"
#include "api/connection.h"
#include "api/message_reader.h"
#include "api/progress.h"
#include "api/router.h"
#include "api/shard.h"

namespace daybook::api {

class Session final : public Connection, public std::enable_shared_from_this<Session> {
 public:
  // kReserve: beside the connections that may be, for who asks how the server is; what else it asks
  // is refused, unless there is room by then.
  enum class Seat : std::uint8_t { kNormal, kReserve };

  // peer: the address of the other side, as others are told it.
  Session(Channel channel, std::string peer, std::shared_ptr<Shard> shard);
  ~Session() override;

  // From the accepting thread, before start(): false when the server is full.
  bool take_place();
  // Instead of start(): sends what there is room for, and ends.
  void turn_away(std::string_view answer);

  // --- shard thread only ---
  void start() override;
  Micros check_deadline(Micros now) override;
  void drain() override;
  void close() override;
  void flush() override;

 private:
  using ErrorCode = boost::system::error_code;
  class OpenCall;
  using OpenCallPtr = std::shared_ptr<OpenCall>;
  // kGreeting: a secure one before its handshake is done. kStreaming and kLingering: no more
  // requests are read.
  enum class State : std::uint8_t { kGreeting, kServing, kStreaming, kLingering, kClosed };

  // session.cc: its place among others, its deadlines, its end.
  Places::Evict leaver();
  void leave_place();
  void make_room_of_body(std::uint64_t turn);
  void make_room_of_answers(std::uint64_t turn);
  MemoryBudget::Share share(void (Session::*evict)(std::uint64_t), std::uint64_t turn);
  void greet();
  void say_end();
  bool is_watched() const;
  bool is_busy() const;
  void linger();
  void set_read_deadline(Micros from, Duration allowance);
  Micros due() const;
  Micros now() const { return context_->engine.clock.steady(); }

  // session_read.cc: from bytes to open calls.
  void serve();
  void read_on();
  bool step();
  bool wait_for_more(MessageReader::Step step);
  bool may_begin() const;
  bool reads_ahead() const;
  void read();
  void on_read(const ErrorCode& ec, std::size_t bytes);
  void on_end();
  void on_watched();
  std::size_t on_head(const Head& head);
  void begin_call();
  std::string client_of(const Head& head) const;
  bool may_ask(const Call& call);
  bool hold_body();
  void refuse_unread(Problem problem);
  void refuse_late();
  static Problem busy();

  // session_write.cc: from answers to bytes.
  OpenCallPtr open(CallPtr call);
  void on_answer(const OpenCallPtr& open, Answer<Response> answer);
  void pack(Response& response) const;
  void pack_elsewhere(const OpenCallPtr& open, Response response);
  void set_answer(const OpenCallPtr& open, Response response);
  void hold_answer(OpenCall& open);
  void gather();
  bool add_answer(OpenCall& open);
  void hand_over(OpenCall& open);
  void append_head(const Call& call, const Response& response, bool closes);
  void add_continue();
  void write_out(std::function<void()> then);
  void write_rest();
  void on_some_written(const ErrorCode& ec, std::size_t bytes);
  void on_written();
  void tell_written();
  void drop_open();

  // session_stream.cc: the answer without an end.
  void begin_stream(OpenCall& open);
  void pull();
  void on_piece(Result<Stream::Piece> piece);
  void write_chunk(std::string_view bytes, bool end);
  void wait_for_log();
  Micros heartbeat_at() const;

  Channel channel_;
  std::shared_ptr<Shard> shard_;
  std::shared_ptr<Context> context_;
  State state_ = State::kServing;
  Seat seat_ = Seat::kNormal;
  std::string peer_;
  Places::Place place_;
  bool certified_ = false;  // the client showed a certificate that is believed
  bool draining_ = false;
  bool ends_ = false;  // no more requests begin; it ends when all are answered

  // Reading.
  MessageReader reader_;
  CallPtr next_;       // the one being read
  bool held_ = false;  // it is whole, and may not begin yet
  bool owes_continue_ = false;
  bool reading_ = false;  // an operation is out
  bool client_ended_ = false;
  bool ends_after_read_ = false;  // the end is said when the read that is out is over
  MessageReader::Step last_step_ = MessageReader::Step::kDone;
  Micros step_began_;            // when this step of the request began
  Micros read_deadline_;         // zero: none
  Progress body_progress_;       // instead of the deadline while `moving_`
  bool moving_ = false;          // bytes of a body are expected
  bool counts_body_ = false;     // the call that is read has its share
  std::uint64_t body_turn_ = 0;  // counts the requests

  // Open calls, in the order of their requests.
  std::deque<OpenCallPtr> open_;
  std::size_t open_bytes_ = 0;  // of their requests
  bool flush_asked_ = false;

  // Writing.
  std::string out_;
  std::string body_;         // of the last answer in `out_`, when it is large
  std::size_t written_ = 0;  // of both
  bool writing_ = false;
  std::function<void()> then_;  // when both are written
  Progress write_progress_;
  Micros write_began_;
  Micros wrote_at_;  // the last byte
  struct Told {      // of an answer in `out_`
    std::size_t route;
    int status;
    Micros handled_at;
  };
  std::vector<Told> told_;
  std::size_t answer_bytes_ = 0;  // bodies that wait to be written
  MemoryBudget::Share answer_memory_;
  std::uint64_t answer_turn_ = 0;

  // Streaming.
  Response stream_answer_;
  CallPtr stream_call_;
  Places::Place stream_place_;
  bool chunked_ = false;

  Micros linger_until_;
  std::array<char, 4096> leftovers_{};
};

}  // namespace daybook::api
