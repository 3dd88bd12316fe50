// Bytes of one connection to requests: finds the header's end, sends the header through the gate,
// then takes the body as its framing says (RFC 9112 sections 6 and 7.1, without chunk extensions
// and trailers). No socket, no clock: the same bytes give the same requests however they are cut.
//
// After a refusal the connection must be closed: where the next request begins is not known.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "api/problem.h"
#include "api/request.h"
#include "base/limits/http.h"

namespace daybook::api {

class MessageReader {
 public:
  enum class Step {
    kIdle,      // nothing of a request has come; give it more bytes
    kHeader,    // part of a header has come; give it more bytes
    kBody,      // part of a body has come; give it more bytes
    kContinue,  // the client waits for "100 Continue"; send it and go on
    kDone,      // `out` is a request
    kRefused,   // see refusal()
  };

  // Told each head that passed the gate, once; says how large the body of its request may be.
  using OnHead = std::function<std::size_t(const Head& head)>;

  explicit MessageReader(OnHead on_head = [](const Head&) { return kHttpBodyBytesMax; });
  MessageReader(const MessageReader&) = delete;
  MessageReader& operator=(const MessageReader&) = delete;

  // Where to put the next bytes, and how many were put there.
  std::span<char> space();
  void received(std::size_t bytes);

  // Goes as far as the bytes reach. Bytes beyond a request are kept for the next one.
  Step step(Request& out);
  const Problem& refusal() const { return *refusal_; }
  bool has_unread() const { return begin_ != end_; }

 private:
  // Where in a body the next byte stands.
  enum class Part { kNone, kData, kChunkSize, kChunkData, kChunkEnd, kLastEnd };

  Step refuse_with(Problem problem);
  Step step_header(Request& out);
  Step begin_body(Request& out);
  Step step_body(Request& out);
  // Each goes on with its part: kDone when the whole body is there, kBody when bytes are missing,
  // nothing when another part follows.
  std::optional<Step> take_data(Request& out);
  std::optional<Step> take_chunk_size(Request& out);
  std::optional<Step> take_line_end(Part following);
  void make_room(std::string& body, std::size_t more) const;
  void release();
  std::span<const char> unread() const { return {buffer_.data() + begin_, end_ - begin_}; }

  std::vector<char> buffer_;
  std::size_t begin_ = 0;    // of what has not been read
  std::size_t end_ = 0;      // of what has come
  std::size_t scanned_ = 0;  // no header end before this, counted from begin_
  const OnHead on_head_;
  std::size_t body_max_ = 0;  // of this body
  Part part_ = Part::kNone;
  std::size_t left_ = 0;  // of the data or chunk that is being read
  std::optional<Problem> refusal_;
};

}  // namespace daybook::api
