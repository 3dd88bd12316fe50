// One HTTP answer as the handlers make it, and the stream behind an answer without an end.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/problem.h"
#include "base/ids.h"

namespace daybook::api {

// A body that is made piece by piece: the next piece is asked for when the one before has been
// written, so a slow reader holds up only itself and never more than one piece is in memory.
class Stream {
 public:
  struct Piece {
    std::string bytes;
    bool end = false;
  };

  virtual ~Stream() = default;
  // The next bytes; none and no end: nothing now, ask again when the log has passed position().
  // Runs on a query thread, one call at a time.
  virtual Result<Piece> next() = 0;
  virtual Seq position() const = 0;
  // Sent while there is nothing to say, so that both ends notice a dead connection.
  virtual std::string_view heartbeat() const = 0;
};

class Upgrade;

struct Response {
  int status = 200;
  std::string_view content_type = "application/json";  // a literal
  std::vector<std::pair<std::string_view, std::string>> fields;
  std::string body;
  std::shared_ptr<Stream> stream;    // then `body` is empty
  std::shared_ptr<Upgrade> upgrade;  // takes the connection over, and answers by itself

  void add(std::string_view name, std::string value) {
    constexpr std::size_t kFew = 4;  // of most answers: all of them in one piece of memory
    if (fields.empty()) {
      fields.reserve(kFew);
    }
    fields.emplace_back(name, std::move(value));
  }
};

// Gives back the memory of a text that is not needed any more: assigning to it would not.
inline void release(std::string& text) {
  std::string().swap(text);
}

inline Response json_response(int status, std::string body) {
  Response out;
  out.status = status;
  out.body = std::move(body);
  return out;
}

// The form of every refusal: RFC 9457 with the member "errors".
Response problem_response(const Problem& problem, std::string_view request_id);

}  // namespace daybook::api
