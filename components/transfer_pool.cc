#include "components/transfer_pool.h"

#include <signal.h>

#include <utility>

#include "base/thread.h"

namespace daybook::components {

Status TransferPool::start() {
  const std::lock_guard lock(mutex_);
  return grow();
}

Status TransferPool::grow() {
  DAYBOOK_ASSIGN(std::thread thread, start_thread("outbox-net", [this] { work(); }));
  threads_.push_back(std::move(thread));
  return {};
}

void TransferPool::add(std::unique_ptr<Transfer> transfer) {
  {
    const std::lock_guard lock(mutex_);
    if (!closing_) {
      waiting_.push_back(std::move(transfer));
      if (idle_ < waiting_.size() && threads_.size() < threads_max_) {
        static_cast<void>(grow());
      }
    }
  }
  if (transfer) {
    transfer->abandon();
    return;
  }
  wake_.notify_one();
}

void TransferPool::shutdown() {
  std::vector<std::thread> threads;
  std::deque<std::unique_ptr<Transfer>> waiting;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    threads.swap(threads_);
    waiting.swap(waiting_);
  }
  wake_.notify_all();
  for (const auto& transfer : waiting) {
    transfer->abandon();
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

void TransferPool::work() {
  // A peer that closes early raises SIGPIPE, which curl leaves to its caller; other signals belong
  // to other threads.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  for (;;) {
    std::unique_ptr<Transfer> transfer;
    {
      std::unique_lock lock(mutex_);
      ++idle_;
      wake_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
      --idle_;
      if (closing_) {
        return;  // shutdown() has taken what waited
      }
      transfer = std::move(waiting_.front());
      waiting_.pop_front();
    }
    make(*transfer);
  }
}

struct TransferPool::Going {
  const TransferPool& pool;
  Transfer& transfer;
};

// Curl asks at least once a second whether to go on, even while it waits for an answer.
void TransferPool::make(Transfer& transfer) {
  Going going{*this, transfer};
  CURL* handle = transfer.handle();
  set_option(handle, CURLOPT_NOPROGRESS, 0L);
  set_option(handle, CURLOPT_XFERINFOFUNCTION, &TransferPool::go_on);
  set_option(handle, CURLOPT_XFERINFODATA, &going);
  const CURLcode code = curl_easy_perform(handle);
  if (code == CURLE_ABORTED_BY_CALLBACK) {
    transfer.abandon();
  } else {
    transfer.finish(code);
  }
}

int TransferPool::go_on(void* given, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* going = static_cast<Going*>(given);
  if (!going->pool.closing_) {
    return 0;
  }
  going->transfer.cut();
  return 1;
}

}  // namespace daybook::components
