// Long polls that wait for work, in the order in which they came. Polls for the same definitions
// wait in one line, so a look at thousands of them costs a look at each different wish. Private to
// dispatch. One owner.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "dispatch/dispatcher.h"

namespace daybook::dispatch {

struct Poll {
  std::uint64_t number = 0;  // rising: the order of coming
  LeaseRequest request;
  Micros until;  // steady clock
  LeaseAnswer done;
  std::uint64_t waiter = 0;  // it waits at the sequencer too, under that number
};

class LeasePolls {
 public:
  void add(Poll poll);
  // In the order of coming, calls serve(poll) for the front of each line; true: it was served and
  // leaves, false: nothing there for this line now.
  void serve(const std::function<bool(Poll&)>& serve);
  // Moves those whose wait is over to `out`.
  void take_over(Micros steady, std::vector<Poll>& out);
  void take_all(std::vector<Poll>& out);
  // Null when it does not wait here.
  Poll* find(std::uint64_t number);
  // Removes one; nothing when it does not wait here.
  std::optional<Poll> take(std::uint64_t number);
  std::optional<Micros> next_end() const;
  std::size_t size() const { return ends_.size(); }

 private:
  using Line = std::map<std::uint64_t, Poll>;

  // Sorted definitions → polls by number.
  std::map<std::vector<std::string>, Line> lines_;
  struct End {
    Micros until;
    std::uint64_t number = 0;
    std::map<std::vector<std::string>, Line>::iterator line;
    bool operator<(const End& other) const {
      return until != other.until ? until < other.until : number < other.number;
    }
  };
  std::set<End> ends_;
  // By number.
  std::map<std::uint64_t, std::map<std::vector<std::string>, Line>::iterator> line_of_;

  Poll remove(std::map<std::vector<std::string>, Line>::iterator line, std::uint64_t number);
};

}  // namespace daybook::dispatch
