// From a request that passed the gate to its handler: the checks that all routes share.
#pragma once

#include "api/call.h"

namespace daybook::api {

// Runs the call; the responder gets exactly one answer. I/O thread; does not block.
void handle(const CallPtr& call, const Responder& responder);

}  // namespace daybook::api
