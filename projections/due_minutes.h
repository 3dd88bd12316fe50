// How many pending jobs of each definition come due in each later minute: what the statistics need
// to know the queue depth without looking at jobs. About 8 bytes for each (minute, definition) that
// has any. Private to projections/.
//
//   'W' minute -> pairs of varints: definition's distance to the one before, jobs
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "projections/batch.h"
#include "projections/store.h"

namespace daybook::projections {

class DueMinutes {
 public:
  using Jobs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // by definition

  // False when the value of a minute cannot be read.
  static bool decode(std::string_view value, Jobs& out);
  Status load(const Reader& store);
  void add(std::uint32_t minute, std::uint32_t definition);
  void remove(std::uint32_t minute, std::uint32_t definition);
  // The first minute in which jobs come due.
  std::optional<std::uint32_t> first() const;
  // Takes out a minute, telling how many jobs of which definition come due in it.
  void take(std::uint32_t minute,
            const std::function<void(std::uint32_t definition, std::uint32_t jobs)>& due);
  std::size_t changed() const { return changed_.size(); }
  void write(Batch& batch);
  void written() { changed_.clear(); }

 private:
  std::map<std::uint32_t, Jobs> minutes_;
  std::set<std::uint32_t> changed_;
};

}  // namespace daybook::projections
