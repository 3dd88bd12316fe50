// The one way to start a thread: a system that gives none (a limit on processes, no memory) is an
// error like any other, and never the end of the process.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"

namespace daybook {

// A thread that runs `work` under that name (at most 15 bytes, for `ps` and debuggers).
// kUnavailable "NO_THREAD" when the system gives none.
Result<std::thread> start_thread(std::string_view name, std::function<void()> work);

// Up to `wanted` threads that run the same: fewer when the system gives no more, kUnavailable
// "NO_THREAD" when it gives none.
Result<std::vector<std::thread>> start_threads(std::string_view name, std::size_t wanted,
                                               const std::function<void()>& work);

// Whether so many can be had at once now: makes and ends them. Before a library starts its own,
// which may not take a no well. kUnavailable "NO_THREAD" says how many there were.
Status check_threads(std::string_view name, std::size_t wanted = 1);

}  // namespace daybook
