// From a request that passed the gate to its handler: the checks that all routes share.
#pragma once

#include <functional>

#include "api/call.h"

namespace daybook::api {

// Runs the call; the responder gets exactly one answer. I/O thread; does not block.
void handle(const CallPtr& call, const Responder& responder);

// Runs `work`, which may compile, on the thread for that, once it is free; answers 503 itself when
// too much waits, or too long. `work` sends the answer.
void compile_off_thread(const CallPtr& call, const Responder& responder,
                        std::function<void()> work);

}  // namespace daybook::api
