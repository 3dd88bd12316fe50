// The sending list: one row for each sending that was not removed. Keys: sending_keys.h. Private to
// projections/.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string_view>

#include "projections/position_sets.h"
#include "projections/projection.h"
#include "projections/sending_rows.h"

namespace daybook::projections {

using SendingTally = std::array<std::uint64_t, 4>;  // by status

class SendingList final : public Projection {
 public:
  std::string_view name() const override { return "sendings"; }
  std::uint32_t version() const override { return 3; }
  Status load(const Reader& store) override;
  Status apply(const events::Recorded& recorded) override;
  std::size_t unwritten_bytes() const override { return changed_bytes_; }
  Status prepare() override;
  void write(Batch& batch) override;
  void written() override;

 private:
  struct Entry {
    std::optional<SendingRow> stored;  // what the store holds
    std::optional<SendingRow> now;
  };

  Status on(const events::SendingCreated& e, const events::Meta& meta);
  Status on(const events::SendingRetryScheduled& e, const events::Meta& meta);
  Status on(const events::SendingSent& e, const events::Meta& meta);
  Status on(const events::SendingBounced& e, const events::Meta& meta);
  Status on(const events::SendingCancelled& e, const events::Meta& meta);
  Status on(const events::SendingRemoved& e, const events::Meta& meta);

  // The row of a sending that is in the list.
  Result<SendingRow*> find(SendingId id, const events::Meta& meta);
  Result<Seq> key_of(SendingId id) const;
  void move(SendingRow& row, SendingStatus to, Micros now);
  Status count_job(JobId job, int by);
  void change_lists(Seq key, const Entry& entry);
  static void write_entry(Batch& batch, Seq key, const Entry& entry);

  const Reader* store_ = nullptr;
  SendingTally tally_{};
  PositionSets lists_;  // by status, and of ended ones by the time of their end
  std::map<Seq, Entry> changed_;
  std::size_t changed_bytes_ = 0;              // about, of what is not written
  std::map<SendingId, Seq> created_;           // since the last write
  std::map<JobId, std::uint64_t> job_counts_;  // read or changed since the last write
};

// What is stored; zeros when there is nothing.
Result<SendingTally> stored_tally(const Reader& reader);
Result<std::uint64_t> stored_job_count(const Reader& reader, JobId job);
// The creation of a sending; nothing when it is not in the list.
Result<std::optional<Seq>> stored_sending(const Reader& reader, SendingId id);

}  // namespace daybook::projections
