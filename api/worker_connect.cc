// GET /resources/workers/connect: the handshake of RFC 6455 section 4.2, which is checked here so
// that its refusals look like all others. What is spoken then: docs/worker-protocol.md.
#include <algorithm>
#include <utility>

#include "api/handlers.h"
#include "api/worker_socket.h"
#include "base/ascii.h"
#include "base/base64.h"

namespace daybook::api {
namespace {

constexpr std::size_t kSocketKeyBytes = 16;

// Whether a list of all fields of that name, separated by commas, holds the word.
bool lists(const Head& head, std::string_view name, std::string_view word) {
  for (const HeaderField& field : head.fields) {
    if (!same_word(field.name, name)) {
      continue;
    }
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      auto item = rest.substr(0, comma);
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
      const auto first = item.find_first_not_of(" \t");
      item = first == std::string_view::npos
                 ? std::string_view()
                 : item.substr(first, item.find_last_not_of(" \t") - first + 1);
      if (same_word(item, word)) {
        return true;
      }
    }
  }
  return false;
}

Response upgrade_required(const Call& call, std::string_view message) {
  Response out =
      problem_response(Problem(426, "UPGRADE_REQUIRED", message), call.request_id.text());
  out.add("Upgrade", "websocket");
  out.add("Sec-WebSocket-Version", "13");
  return out;
}

bool is_socket_key(std::string_view text) {
  const auto bytes = parse_base64(text);
  return bytes && bytes->size() == kSocketKeyBytes;
}

}  // namespace

Answer<Response> connect_worker(const Call& call) {
  const Head& head = call.request.head;
  if (head.http10 || head.method != Method::kGet || !lists(head, "upgrade", "websocket") ||
      !lists(head, "connection", "upgrade")) {
    return upgrade_required(call, "workers connect by a WebSocket");
  }
  if (head.find("Sec-WebSocket-Version") != "13") {
    return upgrade_required(call, "the WebSocket must be of version 13");
  }
  if (!is_socket_key(head.find("Sec-WebSocket-Key"))) {
    return refuse(Problem(400, "MALFORMED_REQUEST", "Sec-WebSocket-Key is not 16 bytes in base64"));
  }
  if (!lists(head, "sec-websocket-protocol", kWorkerProtocol)) {
    return refuse(
        Problem(400, "PROTOCOL_UNKNOWN", "Sec-WebSocket-Protocol must name daybook.worker.v1"));
  }
  auto place = call.context->worker_places.take_free(call.peer, [] {});
  if (!place) {
    return refuse(Code::kUnavailable, "TOO_MANY_WORKERS",
                  "as many workers have connections of their own as may; try again");
  }
  Response out;
  out.upgrade = make_worker_upgrade(call, std::move(place));
  return out;
}

}  // namespace daybook::api
