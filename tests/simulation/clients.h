// Those who ask for work: jobs, definitions, rules, sendings. They repeat what got no answer, with
// the same idempotency key, and hold the server to its first word.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/network.h"

namespace daybook::simulation {

class Clients {
 public:
  Clients(Shared& shared, Oracle& oracle, Network& network)
      : shared_(shared), oracle_(oracle), network_(network) {}

  // Makes what there is to work with, and begins.
  void begin();
  // All that was to be done was asked for, and answered or given up.
  bool done() const { return acts_ >= shared_.choices.acts && open_ == 0; }
  // From now on nothing is paused.
  void resume_all();
  bool waiting() const { return open_ > 0; }
  // What was found at the end about requests that were repeated.
  void check_keys() const;

 private:
  // One thing that somebody wants done, however often he has to ask.
  struct Wish {
    std::string actor;
    scheduler::Command command;
    std::optional<scheduler::IdempotencyKey> key;
    int tries_left = 1;
    std::vector<CommandId> tries;
    Micros began;  // running time, as the log counts it
    std::optional<Seq> first;
    bool of_guest = false;  // whose token may go
  };

  void act();
  void ask(scheduler::Command command, bool surely = false);
  // In the name of a guest at times.
  void ask_as_anybody(scheduler::Command command);
  void ask(std::shared_ptr<Wish> wish, bool surely);
  void attempt(const std::shared_ptr<Wish>& wish);
  void answered(const std::shared_ptr<Wish>& wish, const Network::Reply& reply);
  bool in_window(const Wish& wish) const;

  void create_jobs();
  void start_chain();
  void end_some();
  void sendings();
  void change_definition();
  void change_component();
  void change_rule();
  void change_token();
  scheduler::NewJob draw_job();
  scheduler::PutDefinition draw_definition(std::uint64_t number);
  void put_component(const std::string& id, events::Runtime runtime, const std::string& spec,
                     bool surely = false);
  void put_rule_component(std::uint64_t number, bool surely = false);

  Shared& shared_;
  Oracle& oracle_;
  Network& network_;
  std::size_t acts_ = 0;
  std::size_t open_ = 0;
  std::uint64_t last_key_ = 0;
  std::vector<std::shared_ptr<Wish>> keyed_;
};

}  // namespace daybook::simulation
