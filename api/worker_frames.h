// What a worker says on its connection: a message is a JSON array of frames, each an object with a
// "type" (docs/worker-protocol.md). From text to values; no state, no sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/json_value.h"
#include "base/result.h"

namespace daybook::api {

// Wants jobs of these definitions, and holds at most so many of them.
struct Subscription {
  std::vector<std::string> definitions;
  std::size_t credits = 0;
};

struct HelloFrame {
  std::string worker;
  std::vector<Subscription> subscriptions;
};

struct CreditsFrame {
  std::size_t subscription = 0;
  std::size_t credits = 0;
};

// `id` comes back in the answer; items are those of POST /resources/workers/complete.
struct ReportFrame {
  std::int64_t id = 0;
  std::vector<JsonValue> items;
};

// Items are those of POST /resources/workers/heartbeat; without them it means all that the
// connection holds, for `lease`, or for as long as their definitions say.
struct HeartbeatFrame {
  std::int64_t id = 0;
  std::optional<std::vector<JsonValue>> items;
  std::optional<Duration> lease;
};

using WorkerFrame = std::variant<HelloFrame, CreditsFrame, ReportFrame, HeartbeatFrame>;

// Why a message is not taken; the connection ends then.
struct FrameFault {
  std::optional<std::int64_t> id;  // of the frame, where it could be read
  bool is_json = true;
  Error error;
};

// What the message says up to the first fault. Frames borrow `text`.
struct WorkerMessage {
  std::vector<WorkerFrame> frames;
  std::optional<FrameFault> fault;
};
WorkerMessage read_message(std::string_view text);

}  // namespace daybook::api
