#include "base/thread.h"

#include <pthread.h>

#include <string>
#include <system_error>
#include <utility>

namespace daybook {

Result<std::thread> start_thread(std::string_view name, std::function<void()> work) {
  const std::string short_name(name.substr(0, 15));
  try {
    return std::thread([short_name, work = std::move(work)] {
      pthread_setname_np(pthread_self(), short_name.c_str());
      work();
    });
  } catch (const std::system_error& error) {
    return fail(Code::kUnavailable, "NO_THREAD",
                "the system gives no thread for " + short_name + ": " + error.what());
  }
}

Status check_threads(std::string_view name) {
  DAYBOOK_ASSIGN(std::thread thread, start_thread(name, [] {}));
  thread.join();
  return {};
}

}  // namespace daybook
