// One lease of jobs: read from its JSON, asked of the dispatcher, written as JSON. Shared by the
// route that only leases and by those that lease beside something else.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/field_reader.h"
#include "base/json_writer.h"
#include "dispatch/dispatcher.h"

namespace daybook::api {

// The member "definitions", which must be there.
void read_definitions(FieldReader& fields, std::vector<std::string>& out);

// Whether the caller may lease jobs of all of them; 403 names the first that it may not.
Answer<bool> check_leases(const Caller& caller, const std::vector<std::string>& definitions);

// {definitions, max, waitMs, workerId}; `path` stands before the names of its faults.
dispatch::LeaseRequest read_lease(const JsonValue& value, const std::string& path,
                                  FieldErrors& errors);

// The members "jobs", "warnings" where there are any, and the receipt, of the object that is being
// written.
void write_leased(JsonWriter& json, const dispatch::LeasedJobs& leased);

// Jobs of an answer that reached nobody go to whoever asks next; not those of a key, whose owner
// comes back with it.
void give_back(const Call& call, dispatch::LeasedJobs& leased, bool keyed);

// A lease under way. Any thread.
class Lease : public std::enable_shared_from_this<Lease> {
 public:
  // `done` gets what came of it, once, on any thread, and must not block. A key that had an outcome
  // before gets its job again, with a receipt that is `replayed`.
  Lease(CallPtr call, dispatch::LeaseAnswer done)
      : call_(std::move(call)), done_(std::move(done)) {}

  // Once. When the responder's connection ends no job is started for it any more.
  void ask(dispatch::LeaseRequest request, const Responder& responder);
  // The wait of one that is held begins; before, during or after ask().
  void begin_wait();

 private:
  void ask_dispatcher(dispatch::LeaseRequest request, const Responder& responder);
  void ask_for_key(dispatch::LeaseRequest request, const Responder& responder);
  void recall_later(scheduler::Reply reply);

  const CallPtr call_;
  const dispatch::LeaseAnswer done_;
  // Whoever comes second of ask() and begin_wait() finds what the other left.
  std::atomic<dispatch::PollId> poll_{0};
  std::atomic<bool> waits_{false};
};

}  // namespace daybook::api
