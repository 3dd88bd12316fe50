// Threads that make transfers, each one at a time. Not one curl multi handle: libcurl waits for a
// mail server's last word without giving the thread back, and one slow server must not hold up the
// rest. Private to components.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "components/transfer.h"

namespace daybook::components {

class TransferPool {
 public:
  // At most so many threads; the first begins with start(), the others when they are needed.
  explicit TransferPool(std::size_t threads) : threads_max_(threads) {}
  ~TransferPool() { shutdown(); }
  TransferPool(const TransferPool&) = delete;
  TransferPool& operator=(const TransferPool&) = delete;

  // kUnavailable "NO_THREAD". Before add().
  Status start();
  // Any thread; when the system gives no further one, those that are there do it later. After
  // shutdown() the transfer is abandoned here.
  void add(std::unique_ptr<Transfer> transfer);
  // Abandons what waits and what goes on (within a second), ends the threads; any number of times.
  void shutdown();

 private:
  struct Going;  // what a transfer's callback is told

  Status grow();
  void work();
  void make(Transfer& transfer);
  static int go_on(void* given, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

  const std::size_t threads_max_;
  std::atomic<bool> closing_{false};
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Transfer>> waiting_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
};

}  // namespace daybook::components
