// JetStream over the protocol of NATS: a work-queue stream with one durable pull consumer. Creating
// is a publish whose PubAck is waited for, taking a pull, completing an ack that is answered.
#pragma once

#include <string>
#include <vector>

#include "bench/peers/client/nats_message.h"
#include "bench/peers/client/session.h"

namespace daybook::peers {

class NatsSession : public Session {
 public:
  explicit NatsSession(std::size_t id);

  void prepare(std::string& out) override;
  void open(std::string& out) override;
  void create(std::string& out, std::size_t jobs) override;
  void lease(std::string& out, std::size_t max) override;
  void complete(std::string& out) override;
  Step take(std::string_view& in, std::string& out) override;
  std::size_t held() const override { return acks_.size(); }

 private:
  enum class Asked { kOpen, kReplies, kPull, kAck };
  void publish(std::string& out, std::string_view subject, std::string_view body);
  void pull(std::string& out, std::size_t max, bool wait);
  void take_message(const NatsMessage& message, std::string& out);

  const std::string inbox_;  // where every answer to this connection goes
  Asked asked_ = Asked::kOpen;
  std::size_t missing_ = 0;  // answers; of a pull, jobs
  bool waits_ = false;       // a pull that waits for its first job
  std::size_t created_ = 0;
  std::string job_;  // kept for its memory
  std::vector<std::string> acks_;
};

}  // namespace daybook::peers
