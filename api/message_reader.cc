#include "api/message_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include "api/gate.h"
#include "base/hex.h"
#include "base/limits/http.h"

namespace daybook::api {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kBodyReadBytes = 64 * 1024;
// Enough for any chunk that a body may hold.
constexpr std::size_t kChunkDigitsMax = 8;

Problem malformed(std::string_view message) {
  return {400, "MALFORMED_REQUEST", message};
}

Problem too_large() {
  return make_error(Code::kTooLarge, "BODY_TOO_LARGE", "the body is over the limit");
}

}  // namespace

MessageReader::MessageReader(OnHead on_head) : buffer_(kReadBytes), on_head_(std::move(on_head)) {}

std::span<char> MessageReader::space() {
  const std::size_t wanted = part_ != Part::kNone ? kBodyReadBytes : kReadBytes;
  if (begin_ == end_) {
    begin_ = end_ = 0;
  }
  if (buffer_.size() - end_ < wanted / 4) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    buffer_.resize(std::max(buffer_.size(), end_ + wanted));
  }
  return {buffer_.data() + end_, buffer_.size() - end_};
}

void MessageReader::received(std::size_t bytes) {
  end_ += bytes;
}

MessageReader::Step MessageReader::refuse_with(Problem problem) {
  refusal_ = std::move(problem);
  return Step::kRefused;
}

MessageReader::Step MessageReader::step(Request& out) {
  if (refusal_) {
    return Step::kRefused;
  }
  return part_ == Part::kNone ? step_header(out) : step_body(out);
}

MessageReader::Step MessageReader::step_header(Request& out) {
  const std::string_view text(unread().data(), unread().size());
  const auto from = scanned_ > 3 ? scanned_ - 3 : 0;
  const auto end = text.find("\r\n\r\n", from);
  if (end == std::string_view::npos) {
    for (auto at = text.find('\n', scanned_); at != std::string_view::npos;
         at = text.find('\n', at + 1)) {
      if (at == 0 || text[at - 1] != '\r') {
        return refuse_with(malformed("the header holds a bare line end"));
      }
    }
    scanned_ = text.size();
    if (text.size() >= kHttpHeaderBytesMax) {
      return refuse_with(Problem(431, "HEADER_TOO_LARGE", "the header is over the limit"));
    }
    return text.empty() ? Step::kIdle : Step::kHeader;
  }
  const std::size_t size = end + 4;
  out.raw.assign(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
  out.body.clear();
  scanned_ = 0;
  begin_ += size;
  auto head = check_head({out.raw.data(), out.raw.size()});
  if (!head) {
    return refuse_with(std::move(head).error());
  }
  out.head = std::move(*head);
  body_max_ = on_head_(out.head);
  return out.head.framing == Framing::kNone ? Step::kDone : begin_body(out);
}

MessageReader::Step MessageReader::begin_body(Request& out) {
  left_ = 0;
  part_ = Part::kChunkSize;
  if (out.head.framing == Framing::kLength) {
    if (out.head.length > body_max_) {
      return refuse_with(too_large());
    }
    part_ = Part::kData;
    left_ = static_cast<std::size_t>(out.head.length);
  }
  if (out.head.expects_continue && unread().empty()) {
    return Step::kContinue;
  }
  return step_body(out);
}

MessageReader::Step MessageReader::step_body(Request& out) {
  std::optional<Step> step;
  while (!step) {
    switch (part_) {
      case Part::kData:
      case Part::kChunkData:
        step = take_data(out);
        break;
      case Part::kChunkSize:
        step = take_chunk_size(out);
        break;
      case Part::kChunkEnd:
        step = take_line_end(Part::kChunkSize);
        break;
      case Part::kLastEnd:
        step = take_line_end(Part::kNone);
        break;
      case Part::kNone:
        release();
        step = Step::kDone;
        break;
    }
  }
  return *step;
}

// Thousands of idle connections must not keep the buffers of their largest bodies.
void MessageReader::release() {
  const auto rest = unread();
  if (buffer_.size() > kReadBytes && rest.size() <= kReadBytes) {
    std::vector<char> small(kReadBytes);
    std::copy(rest.begin(), rest.end(), small.begin());
    end_ = rest.size();
    begin_ = 0;
    buffer_ = std::move(small);
  }
}

std::optional<MessageReader::Step> MessageReader::take_data(Request& out) {
  const auto bytes = unread().first(std::min(left_, unread().size()));
  make_room(out.body, bytes.size());
  out.body.append(bytes.data(), bytes.size());
  begin_ += bytes.size();
  left_ -= bytes.size();
  if (left_ > 0) {
    return Step::kBody;
  }
  part_ = part_ == Part::kData ? Part::kNone : Part::kChunkEnd;
  return std::nullopt;
}

// A body grows with what has come, never with what its header promises, and ends with no more room
// than it has bytes where its header told them. Growing would double what a text has already.
void MessageReader::make_room(std::string& body, std::size_t more) const {
  const std::size_t needed = body.size() + more;
  if (needed <= body.capacity()) {
    return;
  }
  const std::size_t most = part_ == Part::kData ? body.size() + left_ : body_max_;
  std::string grown;
  grown.reserve(std::min(std::max(needed, 2 * body.capacity()), most));
  grown.append(body);
  body.swap(grown);
}

std::optional<MessageReader::Step> MessageReader::take_chunk_size(Request& out) {
  const auto bytes = unread();
  std::size_t digits = 0;
  while (digits < bytes.size() && hex_digit(bytes[digits]) >= 0) {
    ++digits;
  }
  const bool missing =
      digits == bytes.size() || (bytes[digits] == '\r' && digits + 1 == bytes.size());
  const bool ended = !missing && bytes[digits] == '\r' && bytes[digits + 1] == '\n';
  if (digits > kChunkDigitsMax || (!missing && !ended) || (digits == 0 && digits < bytes.size())) {
    return refuse_with(malformed("a chunk does not begin with its size alone"));
  }
  if (missing) {
    return Step::kBody;
  }
  std::from_chars(bytes.data(), bytes.data() + digits, left_, 16);
  begin_ += digits + 2;
  if (left_ > body_max_ - out.body.size()) {
    return refuse_with(too_large());
  }
  part_ = left_ == 0 ? Part::kLastEnd : Part::kChunkData;
  return std::nullopt;
}

// After the last chunk anything but an empty line would be a trailer: a header that no check has
// seen.
std::optional<MessageReader::Step> MessageReader::take_line_end(Part following) {
  const auto bytes = unread();
  const bool wrong = (!bytes.empty() && bytes[0] != '\r') || (bytes.size() > 1 && bytes[1] != '\n');
  if (wrong) {
    return refuse_with(
        malformed("a chunk is not as long as it says, or a trailer follows the last one"));
  }
  if (bytes.size() < 2) {
    return Step::kBody;
  }
  begin_ += 2;
  part_ = following;
  return std::nullopt;
}

}  // namespace daybook::api
