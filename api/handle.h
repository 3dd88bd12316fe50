// From a request that passed the gate to its handler: the checks that all routes share.
#pragma once

#include <functional>

#include "api/call.h"
#include "api/problem.h"

namespace daybook::api {

// Runs the call; the responder gets exactly one answer. I/O thread; does not block.
void handle(const CallPtr& call, const Responder& responder);

// Runs `work` on a thread of the pool, in its client's turn; or here, with why not, when as much
// waits as may. It sends the answer.
void run_in_turn(QueryPool& pool, const CallPtr& call, const Responder& responder,
                 QueryPool::Work work);

// Runs `work`, which sends the answer, away from the I/O threads; answers itself when as much waits
// as may.
void run_off_io(const CallPtr& call, const Responder& responder, std::function<void()> work);

// Runs `work`, which sends the answer, on a thread that reads, once the views show all of the log;
// answers itself when they do not in time or as much waits as may, and drops what nobody waits for.
void run_read(const CallPtr& call, const Responder& responder, std::function<void()> work);

// A fault of the server is told to whoever looks after it, not only to whoever asked: stored bytes
// that are not what was written end the process; a view of which they are has said so itself. Does
// nothing for what is not the server's fault.
void report(const Call& call, const Problem& problem);

}  // namespace daybook::api
