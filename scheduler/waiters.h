// Workers that wait for a job: for whom one is started as soon as something makes it ready, in the
// same group and so with the same sync. docs/adr/0017-a-job-and-its-start-share-a-sync.md.
//
// Private to the sequencer's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "events/types.h"
#include "scheduler/sequencer.h"
#include "scheduler/state.h"

namespace daybook::scheduler {

class Waiters {
 public:
  // Someone whose wait is over. No replies: the queue held something for it after all.
  struct Over {
    Answer answer;
    std::vector<Result<Reply>> replies;
  };
  // Decides a start, in the name of the request.
  using Start = std::function<Result<Reply>(const Request&, const Command&)>;

  void add(Waiter&& waiter);
  // False: it is not there any more.
  bool take_back(std::uint64_t number);
  // An event that was just folded into the state.
  void note(const State& state, const events::Event& event, Seq seq);
  // Has what became ready since the last call started for those who wait for it, the higher
  // priority first. Appends those whose wait is over.
  void serve(const State& state, Micros now, const Start& start, std::vector<Over>& over);

  std::size_t size() const { return waiters_.size(); }
  std::uint64_t started() const { return started_; }  // jobs, for all there ever were

 private:
  struct Ready {
    JobId job;
    std::string definition;
    Seq since;
  };
  using Lines = std::map<std::string, std::set<std::uint64_t>, std::less<>>;
  struct Served {
    Waiter waiter;  // without the definitions, which may be many:
    std::vector<Lines::iterator> lines;
    std::vector<Result<Reply>> replies;
  };

  void note_ready(JobId job, std::string_view definition, Seq since);
  void pass_over(std::string_view definition, Seq since);
  Served* first(const std::string& definition, std::vector<Over>& over);
  void end(std::uint64_t number, std::vector<Over>& over);

  std::map<std::uint64_t, Served> waiters_;  // by number: the order of coming
  Lines lines_;                              // their numbers by definition; none is empty
  std::vector<Ready> ready_;                 // and someone waits for it
  // By definition, the newest event that made something ready which nobody got at once.
  std::map<std::string, Seq, std::less<>> passed_over_;
  std::uint64_t started_ = 0;
};

}  // namespace daybook::scheduler
