// Between those outside and the server: requests that reach it or do not, answers that come late or
// never, and what may be concluded from either.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/oracle.h"
#include "tests/simulation/server.h"

namespace daybook::simulation {

class Network {
 public:
  Network(Shared& shared, Oracle& oracle) : shared_(shared), oracle_(oracle) {}

  // Null: nobody listens. What was on its way to the one before is lost.
  void connect(Server* server);
  Server* server() const { return server_; }
  // Counts them: an address may come again.
  std::uint64_t connections() const { return connections_; }

  using Reply = Result<scheduler::Reply>;
  struct Sent {
    std::string actor;
    scheduler::Command command;
    std::optional<scheduler::IdempotencyKey> key{};
    // Called when the server answers, whether the answer arrives or not.
    std::function<void(const CommandId&, const Reply&)> on_answer{};
    // Called once: with the answer, or with nothing when none came for a while.
    std::function<void(const Reply*)> done{};
  };
  // One try: the id of the request.
  CommandId send(Sent sent);

 private:
  struct Open {
    Sent sent;
    bool over = false;
  };
  void answered(const std::shared_ptr<Open>& open, const CommandId& id, std::vector<Reply> replies);
  static void finish(const std::shared_ptr<Open>& open, const Reply* reply);

  Shared& shared_;
  Oracle& oracle_;
  Server* server_ = nullptr;
  std::uint64_t connections_ = 0;
  std::map<CommandId, std::size_t> unanswered_;
};

}  // namespace daybook::simulation
