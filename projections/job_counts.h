// Exact numbers of jobs by status: for all, for each definition, for each tag, for each tag in a
// definition. Definitions get their numbers here. Keys: job_keys.h. Private to projections/; one
// thread.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text_hash.h"
#include "projections/batch.h"
#include "projections/rows.h"
#include "projections/store.h"

namespace daybook::projections {

using StatusCounts = std::array<std::uint64_t, 5>;

class JobTallies {
 public:
  Status load(const Reader& store);
  // The number of a definition; a new one gets the next.
  std::uint32_t number_of(std::string_view definition);
  // A job of `definition` came to (+1) or left (-1) a status.
  void add(std::uint32_t definition, JobStatus status, int by);
  Status add_tags(const std::vector<std::string_view>& tags, std::uint32_t definition,
                  JobStatus status, int by);
  // As Projection::unwritten_bytes().
  std::size_t unwritten_bytes() const;
  void write(Batch& batch);
  void written();

 private:
  struct Definition {
    std::string name;
    StatusCounts counts{};
    bool changed = false;
  };

  void mark(std::uint32_t definition);

  const Reader* store_ = nullptr;
  std::vector<Definition> definitions_;  // by number; 0 stands for all
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> numbers_;
  std::vector<std::uint32_t> changed_;
  std::map<std::string, StatusCounts> tags_;  // by stored key; read since the last write
};

JobCounts to_job_counts(const StatusCounts& counts);
// What is stored for a definition (0: all); zeros when there is nothing.
Result<StatusCounts> stored_counts(const Reader& reader, std::uint32_t definition);
Result<StatusCounts> stored_tag_counts(const Reader& reader, std::string_view tag,
                                       std::uint32_t definition);
// Visits the counts of those of the definitions that have some: of jobs with the tag, when there is
// one. The definitions are in order, each once.
Status each_stored_counts(const Reader& reader, const std::optional<std::string>& tag,
                          std::span<const std::uint32_t> definitions,
                          const std::function<void(std::uint32_t, const StatusCounts&)>& visit);
// The number of a definition; nothing when it never had a job.
Result<std::optional<std::uint32_t>> stored_number(const Reader& reader,
                                                   std::string_view definition);

}  // namespace daybook::projections
