// A call that is being handled, or whose answer waits for those before it. Private to the session.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "api/router.h"
#include "api/session.h"

namespace daybook::api {

class Session::OpenCall final : public Exchange, public std::enable_shared_from_this<OpenCall> {
 public:
  OpenCall(std::shared_ptr<Session> session, CallPtr call_in)
      : call(std::move(call_in)), session_(std::move(session)), shard_(session_->shard_) {}

  void answer(std::function<Answer<Response>()> make, std::function<void()> unsent) override {
    shard_->post([self = shared_from_this(), make = std::move(make), unsent = std::move(unsent)] {
      if (self->session_ && !self->is_answered) {
        self->unsent_ = unsent;
        self->session_->on_answer(self, make());
      } else if (unsent) {
        unsent();
      }
    });
  }

  void watch(std::function<void()> gone) override {
    shard_->post([self = shared_from_this(), gone = std::move(gone)] {
      if (self->is_answered) {
        return;
      }
      if (!self->session_) {
        gone();
        return;
      }
      self->gone_ = gone;
      self->is_watched = true;
      self->session_->on_watched();
    });
  }

  // --- shard thread only ---
  // Its answer goes nowhere any more.
  void drop() {
    if (const auto session = std::exchange(session_, {})) {
      call->gone = true;
      if (const auto gone = std::exchange(gone_, {})) {
        gone();
      }
      if (const auto unsent = std::exchange(unsent_, {})) {
        unsent();
      }
    }
  }
  // Its answer is on its way. What `unsent` holds may hold this.
  void release() {
    session_.reset();
    unsent_ = {};
  }
  void set(Response response_in) {
    response = std::move(response_in);
    is_answered = true;
    is_watched = false;
    gone_ = {};
  }

  const CallPtr call;
  Response response;
  Overlap overlap = Overlap::kNone;
  std::size_t bytes = 0;  // of its request
  Micros handled_at;      // when the request was complete
  bool is_answered = false;
  bool is_watched = false;

 private:
  std::shared_ptr<Session> session_;  // null: dropped
  const std::shared_ptr<Shard> shard_;
  std::function<void()> gone_;
  std::function<void()> unsent_;
};

}  // namespace daybook::api
