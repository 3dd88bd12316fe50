// Those who lease jobs and run them: they poll, renew their leases or forget to, report once, twice
// or too late, and lose answers on the way.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/deeds.h"
#include "tests/simulation/network.h"

namespace daybook::simulation {

class Workers {
 public:
  Workers(Shared& shared, Oracle& oracle, Network& network)
      : shared_(shared), oracle_(oracle), network_(network) {}

  void begin();
  // The process that they talked to is gone: whoever waits for it asks the next one.
  void disconnected();

 private:
  struct Worker {
    std::string name;
    std::uint64_t polls = 0;  // the one that is open, or the last
  };
  // An attempt that a worker holds.
  struct Held {
    std::string worker;
    scheduler::StartedJob job;
    scheduler::ReportAttempt report;
    Micros reports_at;
    int tries_left = 0;
    std::vector<CommandId> tries;
  };

  void poll_later(Worker& worker, Duration delay);
  void poll(Worker& worker);
  void leased(Worker& worker, std::uint64_t poll, Result<dispatch::LeasedJobs> jobs);
  void find_replayed(Worker& worker, Seq started);
  void take(Worker& worker, scheduler::StartedJob job);
  void beat(const std::shared_ptr<Held>& held, Duration every);
  void report(const std::shared_ptr<Held>& held);
  void reported(const Held& held, const CommandId& id, const Network::Reply& reply);

  Shared& shared_;
  Oracle& oracle_;
  Network& network_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::uint64_t last_key_ = 0;
};

}  // namespace daybook::simulation
