// A session whose answer has no end: the next piece is asked for when the one before was written.
#include <array>
#include <charconv>
#include <utility>

#include "api/handle.h"
#include "api/open_call.h"
#include "api/session.h"

namespace daybook::api {

// Nothing follows it: what was asked for behind it is dropped.
void Session::begin_stream(OpenCall& open) {
  stream_place_ = context_->stream_places.take(peer_, leaver());
  if (!stream_place_) {
    open.response = problem_response(
        make_error(Code::kUnavailable, "TOO_MANY_STREAMS", "as many streams are open as may be"),
        open.call->request_id.text());
    answer_bytes_ += open.response.body.size();
    (void)add_answer(open);
    return;
  }
  stream_place_.idle(now());
  context_->metrics.streams.fetch_add(1, std::memory_order_relaxed);
  state_ = State::kStreaming;
  ends_ = true;
  stream_call_ = open.call;
  stream_answer_ = std::move(open.response);
  chunked_ = !stream_call_->request.head.http10;
  append_head(*stream_call_, stream_answer_, true);
  told_.push_back({stream_call_->route, stream_answer_.status, open.handled_at});
  drop_open();
  open.release();
  read();  // to see the client's end
  write_out([this] {
    tell_written();
    pull();
  });
  place_.busy();
}

void Session::pull() {
  if (state_ != State::kStreaming) {
    return;
  }
  // The stream is held apart from the session, which may be closed meanwhile.
  context_->feeds.run(
      [self = shared_from_this(), call = stream_call_,
       stream = stream_answer_.stream](const Status& ready) {
        auto piece =
            std::make_shared<Result<Stream::Piece>>(ready ? stream->next() : fail(ready.error()));
        if (!*piece) {
          report(*call, Problem(piece->error()));
        }
        self->shard_->post([self, piece] { self->on_piece(std::move(*piece)); });
      },
      gone_of(stream_call_));
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
    heartbeat_at() > now() ? wait_for_log()
                           : write_chunk(stream_answer_.stream->heartbeat(), false);
    return;
  }
  write_chunk(piece->bytes, piece->end);
}

void Session::write_chunk(std::string_view bytes, bool end) {
  if (chunked_ && !bytes.empty()) {
    std::array<char, 16> size{};
    const auto stop = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
    out_.append(size.data(), static_cast<std::size_t>(stop - size.data()));
    out_ += "\r\n";
  }
  out_ += bytes;
  if (chunked_) {
    out_ += bytes.empty() ? "" : "\r\n";
    out_ += end ? "0\r\n\r\n" : "";
  }
  write_out([this, end] { end ? linger() : pull(); });
  place_.busy();  // streams have places of their own
}

// However much the log grows meanwhile of which nothing is sent.
Micros Session::heartbeat_at() const {
  return wrote_at_ + context_->options.heartbeat;
}

void Session::wait_for_log() {
  context_->watcher.when_past(stream_answer_.stream->position(), heartbeat_at(),
                              [weak = weak_from_this(), shard = shard_](bool grown) {
                                shard->post([weak, grown] {
                                  const auto self = weak.lock();
                                  if (!self || self->state_ != State::kStreaming) {
                                    return;
                                  }
                                  if (grown) {
                                    self->pull();
                                  } else {
                                    self->write_chunk(self->stream_answer_.stream->heartbeat(),
                                                      false);
                                  }
                                });
                              });
}

}  // namespace daybook::api
