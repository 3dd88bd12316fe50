// One connection: reads a request, has it handled, writes the answer, goes on. Private to the
// server.
//
//   reading ──request──> handling ──answer──> writing ──keep-alive──> reading
//      │                                        └──stream──> streaming ──> lingering
//      └──refused, late──> writing ──> lingering (reads what the client still sends, then closes)
//
// One request at a time: pipelined ones wait in the reader. Every state but handling has a deadline
// that the shard's sweep enforces: of a header and of idleness from where they began, so dripping
// bytes does not move it; of a body and an answer from the last bytes, and at a least rate.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "api/call.h"
#include "api/message_reader.h"
#include "api/progress.h"
#include "api/router.h"
#include "api/shard.h"

namespace daybook::api {

class Session final : public Exchange, public std::enable_shared_from_this<Session> {
 public:
  // kReserve: beside the connections that may be, for who asks how the server is; what else it asks
  // is refused, unless there is room by then.
  enum class Seat : std::uint8_t { kNormal, kReserve };

  Session(boost::asio::ip::tcp::socket socket, std::shared_ptr<Shard> shard);
  ~Session() override;

  void answer(std::function<Answer<Response>()> make, std::function<void()> unsent) override;
  void watch(std::function<void()> gone) override;

  // From the accepting thread, before start(): false when the server is full.
  bool take_place();
  // Instead of start(): sends what there is room for, and ends.
  void turn_away(std::string_view answer);

  // --- shard thread only ---
  void start();
  void check_deadline(Micros now);
  void drain();
  void close();

 private:
  enum class State { kReading, kHandling, kWriting, kStreaming, kLingering, kClosed };
  using ErrorCode = boost::system::error_code;

  // Behind an operation on the socket: goes on with `next`, unless it failed or the connection has
  // ended meanwhile.
  auto then(void (Session::*next)()) {
    return [self = shared_from_this(), next](const ErrorCode& ec, std::size_t) {
      if (self->state_ == State::kClosed) {
        return;
      }
      if (ec) {
        self->close();
      } else {
        (self.get()->*next)();
      }
    };
  }
  void advance();
  void read_more(MessageReader::Step step);
  void on_read(const ErrorCode& ec, std::size_t bytes);
  void send_continue();
  void begin_call();
  void respond(Answer<Response> answer);
  void write_head(const Response& response, bool has_body);
  void write_answer(bool has_body);
  void on_written();
  // Writes head_ and the response's body, then goes on with `then`.
  void write_out(std::function<void()> then);
  void write_rest();
  void begin_stream();
  void watch_peer();
  void pull();
  void on_piece(Result<Stream::Piece> piece);
  void write_chunk(std::string_view bytes, bool end);
  void wait_for_log();
  Micros heartbeat_at() const;
  void linger();
  void read_leftovers();
  void set_deadline(Micros from, Duration allowance);
  void expect_progress();
  bool is_late(Micros at);
  void refuse_unread(Problem problem);
  bool hold_body();
  void hold_answer();
  void release_answer();
  Problem busy() const;
  void make_room(std::uint64_t turn);
  void give_up_body();
  bool takes_long() const;
  void leave_place();
  bool may_ask();
  MemoryBudget::Share new_share();
  Places::Evict leaver();
  Micros now() const { return context_->engine.clock.steady(); }

  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<Shard> shard_;
  std::shared_ptr<Context> context_;
  State state_ = State::kReading;
  MessageReader reader_{body_bytes_max};
  CallPtr call_;  // the one being handled or answered
  CallPtr next_;  // the one being read
  Micros began_;  // when this step of the request began
  MessageReader::Step last_step_ = MessageReader::Step::kDone;
  Micros handled_at_;           // when the request was complete
  Micros deadline_;             // zero: none
  Progress progress_;           // instead of the deadline while `moving_`
  bool moving_ = false;         // bytes of a body or an answer are expected
  Micros wrote_at_;             // the last byte
  std::function<void()> gone_;  // while handling: who wants to know that the client left
  bool timed_out_ = false;
  bool evicted_ = false;  // while a body comes: another needs its memory
  bool watches_ = false;  // the end of the client of the call that is handled
  bool crowded_ = false;  // more requests have come, so that the end of the client is not told
  Seat seat_ = Seat::kNormal;
  std::string peer_;
  Places::Place place_;
  Places::Place stream_place_;
  MemoryBudget::Share answer_memory_;
  bool counts_body_ = false;    // the call that is read has its share
  std::uint64_t turn_ = 0;      // counts the requests
  std::size_t written_ = 0;     // of head_ and the body
  std::function<void()> then_;  // when both are written
  bool keep_alive_ = true;
  bool draining_ = false;
  bool chunked_ = false;
  bool counts_stream_ = false;
  bool has_place_ = true;  // else it ends after its answer: another has its place
  std::string head_;
  Response response_;
  std::array<char, 4096> leftovers_{};
};

}  // namespace daybook::api
