#include "bench/peers/client/redis_session.h"

#include <optional>

#include "bench/peers/client/failure.h"
#include "bench/peers/client/resp.h"

namespace daybook::peers {
namespace {

constexpr std::string_view kQueue = "jobs";
}  // namespace

RedisSession::RedisSession(std::size_t id) : id_(id), own_("taken:" + std::to_string(id)) {}

void RedisSession::create(std::string& out, std::size_t jobs) {
  asked_ = Asked::kPush;
  replies_missing_ = 1;
  begin_command(out, jobs + 2);
  append_word(out, "LPUSH");
  append_word(out, kQueue);
  for (std::size_t i = 0; i < jobs; ++i) {
    job_.clear();
    append_job(job_, id_ * kConnectionStep + created_++);
    append_word(out, job_);
  }
}

void RedisSession::lease(std::string& out, std::size_t max) {
  asked_ = Asked::kMove;
  replies_missing_ = max;
  jobs_.clear();
  append_command(out, {"BLMOVE", kQueue, own_, "RIGHT", "LEFT", std::to_string(kLeaseWaitS)});
  for (std::size_t i = 1; i < max; ++i) {
    append_command(out, {"LMOVE", kQueue, own_, "RIGHT", "LEFT"});
  }
}

void RedisSession::complete(std::string& out) {
  asked_ = Asked::kRemove;
  replies_missing_ = jobs_.size();
  for (const std::string& job : jobs_) {
    // The oldest stands at the right end, where a negative count begins to look.
    append_command(out, {"LREM", own_, "-1", job});
  }
}

Step RedisSession::take(std::string_view& in, std::string& /*out*/) {
  while (replies_missing_ > 0) {
    const std::optional<RespReply> reply = read_resp(in);
    if (!reply) {
      return Step::kMore;
    }
    in.remove_prefix(reply->bytes);
    --replies_missing_;
    if (asked_ == Asked::kMove) {
      if (reply->kind == RespReply::Kind::kText) {
        jobs_.emplace_back(reply->text);
      }
    } else if (reply->kind != RespReply::Kind::kNumber ||
               (asked_ == Asked::kRemove && reply->text != "1")) {
      throw Failure("Redis answered a push or a removal with: " + shown(reply->text));
    }
  }
  if (asked_ == Asked::kRemove) {
    jobs_.clear();
  }
  return Step::kDone;
}

}  // namespace daybook::peers
