// One connection: reads a request, has it handled, writes the answer, goes on. Private to the
// server.
//
//   reading ──request──> handling ──answer──> writing ──keep-alive──> reading
//      │                                        └──stream──> streaming ──> lingering
//      └──refused, late──> writing ──> lingering (reads what the client still sends, then closes)
//
// One request at a time: pipelined ones wait in the reader. Every state but handling has a deadline
// that the shard's sweep enforces, computed from where the state began, so dripping bytes does not
// move it.
#pragma once

#include <array>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "api/call.h"
#include "api/message_reader.h"
#include "api/shard.h"

namespace daybook::api {

class Session final : public Exchange, public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, std::shared_ptr<Shard> shard);
  ~Session() override;

  void answer(std::function<Answer<Response>()> make, std::function<void()> unsent) override;
  void watch(std::function<void()> gone) override;

  // --- shard thread only ---
  void start();
  void check_deadline(Micros now);
  void drain();
  void close();

 private:
  enum class State { kReading, kHandling, kWriting, kStreaming, kLingering, kClosed };
  using ErrorCode = boost::system::error_code;

  void advance();
  void read_more(MessageReader::Step step);
  void on_read(const ErrorCode& ec, std::size_t bytes);
  void send_continue();
  void begin_call();
  void respond(Answer<Response> answer);
  void write_head(const Response& response, bool has_body);
  void write_answer(bool has_body);
  void on_written(const ErrorCode& ec);
  void begin_stream();
  void watch_peer();
  void pull();
  void on_piece(Result<Stream::Piece> piece);
  void write_chunk(std::string_view bytes, bool end);
  void wait_for_log();
  void linger();
  void read_leftovers();
  void set_deadline(Micros from, Duration allowance, std::size_t bytes);
  Micros now() const { return context_->engine.clock.steady(); }

  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<Shard> shard_;
  std::shared_ptr<Context> context_;
  State state_ = State::kReading;
  MessageReader reader_;
  CallPtr call_;  // the one being handled or answered
  CallPtr next_;  // the one being read
  Micros began_;  // when this step of the request began
  MessageReader::Step last_step_ = MessageReader::Step::kDone;
  Micros handled_at_;           // when the request was complete
  Micros deadline_;             // zero: none
  std::function<void()> gone_;  // while handling: who wants to know that the client left
  bool timed_out_ = false;
  bool keep_alive_ = true;
  bool draining_ = false;
  bool chunked_ = false;
  bool counts_stream_ = false;
  std::string head_;
  Response response_;
  std::array<char, 4096> leftovers_{};
};

}  // namespace daybook::api
