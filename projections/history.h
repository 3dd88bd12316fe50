// The history of each job: the sequence numbers of its events. It outlives the job's row, and goes
// with the events: what was trimmed from the log leaves it. Private to projections/.
//
//   'H' key of the job -> varints: sequence number of each event less the key of the job, in order;
//   without the creation, whose number is the key: a job that waits has no row
//   'F'                -> the first event that is here; absent while that is event 1
//
// Lists only grow, so they are appended to without being read; a trim reads those that it cuts.
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
  std::uint32_t version() const override { return 3; }
  Status load(const Reader& store) override {
    store_ = &store;
    return {};
  }
  Status apply(const events::Recorded& recorded) override;
  std::size_t unwritten_bytes() const override;
  Status prepare() override;
  void write(Batch& batch) override;
  void written() override;

  // The job that an event is about, or a null id.
  static JobId job_of(const events::Event& event);
  // All of them, oldest first, if there is such a job: the first is its creation, unless that was
  // trimmed. Known by the number in the id: whether it is that of a job, and the rest of the id the
  // job's, the first event says.
  static Result<std::vector<Seq>> find(const View& view, JobId job);
  // Older events than this one left the histories with the log.
  static Result<Seq> first(const Reader& reader);

 private:
  class Cut;

  const Reader* store_ = nullptr;
  std::vector<std::pair<Seq, Seq>> changed_;  // key of the job, event
  Seq trimmed_;  // through here, since the last write; zero: not at all
  std::vector<std::pair<Seq, std::string>> kept_;  // of jobs on both sides of the cut: what stays
};

}  // namespace daybook::projections
