// While it lives, the system gives this process no thread: every new one asks for a stack that no
// address space holds.
#pragma once

#include <pthread.h>

#include <cstddef>

#include "base/check.h"

namespace daybook::test {

class NoThreads {
 public:
  NoThreads() {
    DAYBOOK_CHECK(pthread_getattr_default_np(&before_) == 0, "the default attributes of threads");
    pthread_attr_t wanted;
    DAYBOOK_CHECK(pthread_getattr_default_np(&wanted) == 0, "the default attributes of threads");
    DAYBOOK_CHECK(pthread_attr_setstacksize(&wanted, kTooLarge) == 0, "a size of stack");
    DAYBOOK_CHECK(pthread_setattr_default_np(&wanted) == 0, "the default attributes are set");
    pthread_attr_destroy(&wanted);
  }
  ~NoThreads() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;

 private:
  static constexpr std::size_t kTooLarge = std::size_t{1} << 60;

  pthread_attr_t before_{};
};

}  // namespace daybook::test
