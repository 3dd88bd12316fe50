// The newest certificates, for who accepts connections; replaced while the server runs. Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace daybook::api {

struct Tls;

class TlsHolder {
 public:
  std::shared_ptr<Tls> get() const {
    const std::lock_guard lock(mutex_);
    return tls_;
  }
  void set(std::shared_ptr<Tls> tls) {
    const std::lock_guard lock(mutex_);
    tls_.swap(tls);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<Tls> tls_;
};

}  // namespace daybook::api
