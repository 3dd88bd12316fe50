// A queue by hand on Redis lists: LPUSH creates, BLMOVE takes to a list of the worker's own, LREM
// completes. This is the "reliable queue" of the Redis manual; a job of a dead worker stays in that
// worker's list.
#pragma once

#include <string>
#include <vector>

#include "bench/peers/client/session.h"

namespace daybook::peers {

class RedisSession : public Session {
 public:
  explicit RedisSession(std::size_t id);

  void prepare(std::string& /*out*/) override {}
  void open(std::string& /*out*/) override {}
  void create(std::string& out, std::size_t jobs) override;
  void lease(std::string& out, std::size_t max) override;
  void complete(std::string& out) override;
  Step take(std::string_view& in, std::string& out) override;
  std::size_t held() const override { return jobs_.size(); }

 private:
  enum class Asked { kPush, kMove, kRemove };

  const std::size_t id_;
  const std::string own_;  // the list of what this worker has in hand
  Asked asked_ = Asked::kPush;
  std::size_t replies_missing_ = 0;
  std::size_t created_ = 0;
  std::string job_;  // kept for its memory
  std::vector<std::string> jobs_;
};

}  // namespace daybook::peers
