// How many pending jobs of each definition come due in each later minute: what the statistics need
// to know the queue depth without looking at jobs. About 8 bytes for each (minute, definition) that
// has any. Private to projections/.
//
//   'W' minute -> pairs of varints: definition's distance to the one before, jobs
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "projections/batch.h"
#include "projections/store.h"

namespace daybook::projections {

class DueMinutes {
 public:
  Status load(const Reader& store);
  void add(std::uint32_t minute, std::uint32_t definition);
  void remove(std::uint32_t minute, std::uint32_t definition);
  // Takes out all minutes up to `minute`, telling how many jobs of which definition came due.
  void advance(std::uint32_t minute,
               const std::function<void(std::uint32_t definition, std::uint32_t jobs)>& due);
  std::size_t changed() const { return changed_.size(); }
  void write(Batch& batch);
  void written() { changed_.clear(); }

 private:
  using Jobs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // by definition
  std::map<std::uint32_t, Jobs> minutes_;
  std::set<std::uint32_t> changed_;
};

}  // namespace daybook::projections
