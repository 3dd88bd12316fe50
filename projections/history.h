// The history of each job: the sequence numbers of its events. It outlives the job's row. Private
// to projections/.
//
//   'H' key of the job -> varints: sequence number of each event less the key of the job, in order
//   (so it starts with 0)
//
// Lists only grow, so they are appended to without being read.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "projections/projection.h"
#include "projections/rows.h"

namespace daybook::projections {

class History final : public Projection {
 public:
  std::string_view name() const override { return "history"; }
  std::uint32_t version() const override { return 1; }
  Status load(const Reader&) override { return {}; }
  Status apply(const events::Recorded& recorded) override;
  std::size_t unwritten_bytes() const override;
  void write(Batch& batch) override;
  void written() override { changed_.clear(); }

  // The job that an event is about, or a null id.
  static JobId job_of(const events::Event& event);
  // All of them, oldest first; empty when the job was never heard of. Known by the number in the
  // id: whether the rest of it is the job's, its events say.
  static Result<std::vector<Seq>> find(const Reader& reader, JobId job);

 private:
  std::vector<std::pair<Seq, Seq>> changed_;  // key of the job, event
};

}  // namespace daybook::projections
