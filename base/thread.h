// The one way to start a thread: a system that gives none (a limit on processes, no memory) is an
// error like any other, and never the end of the process.
#pragma once

#include <functional>
#include <string_view>
#include <thread>

#include "base/result.h"

namespace daybook {

// A thread that runs `work` under that name (at most 15 bytes, for `ps` and debuggers).
// kUnavailable "NO_THREAD" when the system gives none.
Result<std::thread> start_thread(std::string_view name, std::function<void()> work);

// Whether one can be had now: before a library starts its own, which may not take a no well.
Status check_threads(std::string_view name);

}  // namespace daybook
