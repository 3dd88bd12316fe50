// The queue's definitions and components, and the turn order between definitions.
//
//   no ready job, paused, full ..... kNowhere: only an event brings it back
//   rate limit used up ............. kRate: an event or time that passes brings it back
//   else ........................... kLine: it stands in the line of its runtime
//
// In a line the definition whose next job has the highest priority comes first; among equals the
// one with the lowest turn, and a definition that was served gets a new turn: so equals go round.
// Private to the queue.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/rate_window.h"
#include "base/text_hash.h"
#include "events/types.h"
#include "projections/queue_heap.h"

namespace daybook::projections {

enum class LinePlace : std::uint8_t { kNowhere, kLine, kRate };

// A place in a line: in the order in which definitions are served.
struct Turn {
  std::int32_t priority = 0;  // of the definition's next job
  std::uint64_t number = 0;
  std::uint32_t definition = 0;
  bool operator<(const Turn& other) const {
    return priority != other.priority ? priority > other.priority : number < other.number;
  }
};
struct QueueDefinition {
  std::string name;
  std::uint32_t component = QueueJobs::kNone;
  std::uint32_t component_place = 0;  // in the component's list of users
  bool exists = false;                // false: deleted, or never put
  bool paused = false;
  std::uint32_t concurrency = 0;
  std::uint32_t rate_count = 0;
  Duration rate_per;
  std::int32_t priority = 0;
  RateWindow starts;
  std::uint64_t waiting = 0;
  std::uint64_t running = 0;
  std::uint64_t offered = 0;
  QueueHeap<ByRank> ready;

  LinePlace place = LinePlace::kNowhere;
  std::uint8_t line = 0;
  Turn turn;    // in kLine
  Micros wake;  // in kRate: when the limit's oldest starts are too old to count

  // Whether the rate limit lets no more start, those that are offered counted in.
  bool rate_is_used_up(Micros now) const {
    return rate_count != 0 && starts.used(now, rate_per) + offered >= rate_count;
  }
};

using Line = std::set<Turn>;
// The member with the lowest turn number, whatever its priority: who has waited longest. Costs a
// look at each priority. The line is not empty.
const Turn& longest_waiting(const Line& line);

class QueueDefinitions {
 public:
  static constexpr std::uint32_t kNone = QueueJobs::kNone;
  // Line 0 is for jobs without a runtime, line i for runtime i.
  static constexpr std::size_t kLines = 5;

  explicit QueueDefinitions(const QueueJobs& jobs) : jobs_(jobs) {}

  std::uint32_t find(std::string_view name) const;
  // As find, but adds it (as one that does not exist) when it is not there.
  std::uint32_t get(std::string_view name);
  QueueDefinition& operator[](std::uint32_t index) { return definitions_[index]; }
  const QueueDefinition& operator[](std::uint32_t index) const { return definitions_[index]; }

  void put(const events::DefinitionPut& definition, Micros now);
  void remove(std::string_view name, Micros now);
  // The runtime of a component, or nothing when it was deleted.
  void set_component(std::string_view id, std::optional<events::Runtime> runtime, Micros now);
  std::optional<events::Runtime> runtime(const QueueDefinition& definition) const;

  // How many jobs of one definition may run at once in a runtime when it names no concurrency;
  // zero: any number.
  void set_share(events::Runtime runtime, std::uint32_t jobs) {
    shares_[static_cast<std::size_t>(runtime)] = jobs;
  }
  // Whether as many run, or are offered, as may at once.
  bool is_full(const QueueDefinition& definition) const;

  // Puts the definition where it belongs; to be called after any of its members changed. A
  // definition that stays in its line keeps its turn. Forgets it when it does not exist and has no
  // jobs.
  void settle(std::uint32_t index, Micros now);
  // Gives the definition a new turn, behind its equals.
  void end_turn(std::uint32_t index);
  const Line& line(std::size_t number) const { return lines_[number]; }
  // Moves definitions whose rate window ended by `now` back into line.
  void wake(Micros now);
  std::optional<Micros> next_wake() const;
  std::size_t memory_bytes() const;

 private:
  using Names = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;
  struct Component {
    std::string id;
    std::optional<events::Runtime> runtime;
    std::vector<std::uint32_t> users;
  };

  std::uint32_t get_component(std::string_view id);
  void drop_unused(std::uint32_t component);
  void attach(std::uint32_t index, std::string_view component);
  void detach(std::uint32_t index);
  void leave(std::uint32_t index);
  void stand(std::uint32_t index, std::uint8_t line, std::uint64_t number);
  void forget(std::uint32_t index);

  const QueueJobs& jobs_;
  std::vector<QueueDefinition> definitions_;
  std::vector<std::uint32_t> free_definitions_;
  Names names_;
  std::vector<Component> components_;
  std::vector<std::uint32_t> free_components_;
  Names component_names_;
  std::array<Line, kLines> lines_;
  std::array<std::uint32_t, kLines> shares_{};
  std::set<std::pair<Micros, std::uint32_t>> asleep_;
  std::uint64_t turn_ = 0;
};

}  // namespace daybook::projections
