// The WebSocket of a worker: bytes to messages and back, by Boost.Beast; what they say is
// worker_session.h's. Private to the server.
#pragma once

#include <memory>
#include <string_view>

#include "api/call.h"
#include "api/places.h"

namespace daybook::api {

class Upgrade;

// The subprotocol; a later version has another name.
inline constexpr std::string_view kWorkerProtocol = "daybook.worker.v1";

// For a request whose handshake is sound; `place` is one of worker_places.
std::shared_ptr<Upgrade> make_worker_upgrade(const Call& call, Places::Place place);

}  // namespace daybook::api
