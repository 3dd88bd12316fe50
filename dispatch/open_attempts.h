// The attempts that are open, and when each is to be given up. All times are running time. Private
// to dispatch. One owner.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "events/types.h"

namespace daybook::dispatch {

struct OpenAttempt {
  JobId job;
  Seq started;
  Micros lease_until;  // zero: the server runs it
  Duration lease;      // a fresh one of its definition
  Micros timeout_at;   // zero: none
  std::string definition;
  std::uint32_t worker = 0;  // in Workers; zero: not known
  bool cancel_requested = false;

  bool leased() const { return lease_until.value != 0; }
};

class OpenAttempts {
 public:
  // `overdue`: how long after its timeout an attempt that the server runs is given up, should its
  // runtime not have ended it.
  explicit OpenAttempts(Duration overdue) : overdue_(overdue) {}

  void add(const OpenAttempt& attempt);
  // Null when the job has no open attempt.
  OpenAttempt* find(JobId job);
  void extend(JobId job, Micros lease_until);
  // What a fresh lease of that definition is from now on.
  void set_lease(std::string_view definition, Duration lease);
  // The server was away until `now`: leases, and the timeouts of those who hold them, get it back.
  void give_back(Duration away, Micros now);
  std::optional<OpenAttempt> remove(JobId job);
  std::size_t size() const { return open_.size(); }

  struct Over {
    JobId job;
    Seq started;
    events::ExpiryCause cause = events::ExpiryCause::kLease;
  };
  // Appends what is over at `now`, at most `max`; each is named once, until look_again().
  void take_over(Micros now, std::size_t max, std::vector<Over>& out);
  // The attempt was not given up after all: it comes up again at its end, but not before `at`.
  void look_again(JobId job, Seq started, Micros at);
  // Start of the next attempt to be given up; may be early, never late.
  std::optional<Micros> next() const;

 private:
  struct Entry {
    Micros at;
    JobId job;
    Seq started;
  };
  static bool later(const Entry& a, const Entry& b) { return a.at > b.at; }

  std::optional<Micros> end_of(const OpenAttempt& attempt) const;
  void push(Micros at, const OpenAttempt& attempt);
  void compact();

  const Duration overdue_;
  std::unordered_map<JobId, OpenAttempt> open_;
  std::vector<Entry> heap_;  // the earliest in front; holds what is over already, until compact()
};

}  // namespace daybook::dispatch
