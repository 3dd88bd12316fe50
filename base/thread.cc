#include "base/thread.h"

#include <pthread.h>

#include <latch>
#include <new>
#include <string>
#include <system_error>
#include <utility>

namespace daybook {
namespace {

tl::unexpected<Error> no_thread(const std::string& name, const std::string& why) {
  return fail(Code::kUnavailable, "NO_THREAD",
              "the system gives no thread for " + name + ": " + why);
}

}  // namespace

Result<std::thread> start_thread(std::string_view name, std::function<void()> work) {
  const std::string short_name(name.substr(0, 15));
  try {
    return std::thread([short_name, work = std::move(work)] {
      pthread_setname_np(pthread_self(), short_name.c_str());
      work();
    });
  } catch (const std::system_error& error) {
    return no_thread(short_name, error.what());
  } catch (const std::bad_alloc&) {
    return no_thread(short_name, "there is no memory for it");
  }
}

Result<std::vector<std::thread>> start_threads(std::string_view name, std::size_t wanted,
                                               const std::function<void()>& work) {
  std::vector<std::thread> out;
  out.reserve(wanted);
  while (out.size() < wanted) {
    auto thread = start_thread(name, work);
    if (!thread && out.empty()) {
      return fail(std::move(thread).error());
    }
    if (!thread) {
      break;
    }
    out.push_back(std::move(*thread));
  }
  return out;
}

Status check_threads(std::string_view name, std::size_t wanted) {
  std::latch go(1);
  std::vector<std::thread> threads;
  threads.reserve(wanted);
  Status out;
  while (out && threads.size() < wanted) {
    auto thread = start_thread(name, [&go] { go.wait(); });
    if (thread) {
      threads.push_back(std::move(*thread));
    } else {
      out = fail(std::move(thread.error()));
    }
  }
  go.count_down();
  for (std::thread& thread : threads) {
    thread.join();
  }
  if (!out && wanted > 1) {
    out.error().message = "there can be " + std::to_string(threads.size()) + " threads more of " +
                          std::to_string(wanted) + ": " + out.error().message;
  }
  return out;
}

}  // namespace daybook
