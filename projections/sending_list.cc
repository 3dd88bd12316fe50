#include "projections/sending_list.h"

#include <algorithm>
#include <variant>

#include "base/check.h"
#include "projections/bytes.h"
#include "projections/sending_entry.h"
#include "projections/sending_keys.h"

namespace daybook::projections {
namespace {

// Of one changed sending beside its content: the row, its texts, its place in the maps, its keys.
constexpr std::size_t kEntryBytes = 1024;

std::size_t place(SendingStatus status) {
  return static_cast<std::size_t>(status);
}

Result<std::uint64_t> stored_varint(const Reader& reader, std::string_view key) {
  std::string value;
  DAYBOOK_ASSIGN(const bool found, reader.get(key, value));
  return found ? Scan(value).varint() : 0;
}

JobError error_of(const events::Failure& failure) {
  return {std::string(failure.code), std::string(failure.message),
          std::string(failure.details.text)};
}

}  // namespace

Result<SendingTally> stored_tally(const Reader& reader) {
  std::string value;
  DAYBOOK_ASSIGN(const bool found, reader.get(sending_keys::counts().view(), value));
  SendingTally out{};
  if (!found) {
    return out;
  }
  Scan scan(value);
  for (std::uint64_t& count : out) {
    count = scan.varint();
  }
  if (!scan.ok() || !scan.done()) {
    return fail(Code::kCorrupt, "VIEWS_STORE", "stored counts of sendings cannot be read");
  }
  return out;
}

Result<std::uint64_t> stored_job_count(const Reader& reader, JobId job) {
  return stored_varint(reader, sending_keys::job_count(job).view());
}

Result<std::optional<Seq>> stored_sending(const Reader& reader, SendingId id) {
  DAYBOOK_ASSIGN(const std::uint64_t key, stored_varint(reader, sending_keys::by_id(id).view()));
  return key == 0 ? std::optional<Seq>() : std::optional(Seq{key});
}

Status SendingList::load(const Reader& store) {
  store_ = &store;
  lists_.load(store);
  DAYBOOK_ASSIGN(tally_, stored_tally(store));
  return {};
}

Result<Seq> SendingList::key_of(SendingId id) const {
  if (const auto created = created_.find(id); created != created_.end()) {
    return created->second;
  }
  DAYBOOK_ASSIGN(const auto key, stored_sending(*store_, id));
  if (!key) {
    return fail(Code::kCorrupt, "BAD_FOLD", "an event is of a sending that was not created");
  }
  return *key;
}

Result<SendingRow*> SendingList::find(SendingId id, const events::Meta& meta) {
  DAYBOOK_ASSIGN(const Seq key, key_of(id));
  auto found = changed_.find(key);
  if (found == changed_.end()) {
    std::string value;
    DAYBOOK_ASSIGN(const bool there, store_->get(sending_keys::row(key).view(), value));
    SendingRow row;
    if (!there || !decode_sending(key, value, row)) {
      return fail(Code::kCorrupt, "VIEWS_STORE", "the row of " + id.text() + " cannot be read");
    }
    changed_bytes_ += 2 * (kEntryBytes + row.content.size());
    found = changed_.emplace(key, Entry{row, row}).first;
  }
  if (!found->second.now) {
    return fail(Code::kCorrupt, "BAD_FOLD", "an event is of a sending that was removed");
  }
  found->second.now->seq = meta.seq;
  return &*found->second.now;
}

void SendingList::move(SendingRow& row, SendingStatus to, Micros now) {
  DAYBOOK_CHECK(tally_[place(row.status)] > 0, "a count of sendings is never negative (I8)");
  --tally_[place(row.status)];
  ++tally_[place(to)];
  row.status = to;
  row.ended_at = now;
  row.due_at = Micros{};
}

Status SendingList::count_job(JobId job, int by) {
  if (job.is_null()) {
    return {};
  }
  auto found = job_counts_.find(job);
  if (found == job_counts_.end()) {
    DAYBOOK_ASSIGN(const std::uint64_t count, stored_job_count(*store_, job));
    found = job_counts_.emplace(job, count).first;
  }
  DAYBOOK_CHECK(by > 0 || found->second > 0, "a count of sendings is never negative (I8)");
  found->second = by > 0 ? found->second + 1 : found->second - 1;
  return {};
}

Status SendingList::on(const events::SendingCreated& e, const events::Meta& meta) {
  SendingRow row;
  row.sending = e.sending;
  row.transport = e.transport;
  row.recipient = e.recipient;
  row.category = e.category;
  row.content = e.content.text;
  row.created_at = row.due_at = meta.time;
  row.created_by = meta.actor;
  row.job = e.job;
  row.created = row.seq = meta.seq;
  ++tally_[place(row.status)];
  created_.insert_or_assign(e.sending, meta.seq);
  changed_bytes_ += 2 * (kEntryBytes + row.content.size());
  changed_.emplace(meta.seq, Entry{std::nullopt, std::move(row)});
  return count_job(e.job, 1);
}

Status SendingList::on(const events::SendingRetryScheduled& e, const events::Meta& meta) {
  DAYBOOK_ASSIGN(SendingRow* const row, find(e.sending, meta));
  row->attempt = e.attempt;
  row->error = error_of(e.failure);
  row->processed_at = meta.time;
  row->due_at = e.retry_at;
  return {};
}

Status SendingList::on(const events::SendingSent& e, const events::Meta& meta) {
  DAYBOOK_ASSIGN(SendingRow* const row, find(e.sending, meta));
  move(*row, SendingStatus::kSent, meta.time);
  row->attempt = e.attempt;
  row->error.reset();
  row->response = e.response;
  row->processed_at = row->sent_at = meta.time;
  return {};
}

Status SendingList::on(const events::SendingBounced& e, const events::Meta& meta) {
  DAYBOOK_ASSIGN(SendingRow* const row, find(e.sending, meta));
  move(*row, SendingStatus::kBounced, meta.time);
  row->attempt = std::max(row->attempt, e.attempt);
  row->error = error_of(e.failure);
  row->processed_at = meta.time;
  return {};
}

Status SendingList::on(const events::SendingCancelled& e, const events::Meta& meta) {
  DAYBOOK_ASSIGN(SendingRow* const row, find(e.sending, meta));
  move(*row, SendingStatus::kCancelled, meta.time);
  return {};
}

Status SendingList::on(const events::SendingRemoved& e, const events::Meta& meta) {
  DAYBOOK_ASSIGN(SendingRow* const row, find(e.sending, meta));
  DAYBOOK_CHECK(tally_[place(row->status)] > 0, "a count of sendings is never negative (I8)");
  --tally_[place(row->status)];
  DAYBOOK_TRY(count_job(row->job, -1));
  const Seq key = row->created;
  changed_.at(key).now.reset();
  return {};
}

Status SendingList::apply(const events::Recorded& recorded) {
  return std::visit(
      [&](const auto& e) -> Status {
        if constexpr (requires { on(e, recorded.meta); }) {
          return on(e, recorded.meta);
        } else {
          return {};
        }
      },
      recorded.event);
}

// Takes the sending out of the lists that it leaves, and puts it into those that it comes to.
void SendingList::change_lists(Seq key, const Entry& entry) {
  if (entry.stored && entry.now && entry.stored->status == entry.now->status) {
    return;
  }
  const auto each_list = [&](const std::optional<SendingRow>& row, auto&& change) {
    if (row) {
      change(sending_keys::by_status(row->status), PositionKind::kKey, Position::of(key));
    }
    if (row && row->ended_at.value != 0) {
      change(sending_keys::ended(), PositionKind::kTimed, Position::of(row->ended_at, key));
    }
  };
  each_list(entry.stored, [&](auto&&... list) { lists_.remove(list...); });
  each_list(entry.now, [&](auto&&... list) { lists_.add(list...); });
}

Status SendingList::prepare() {
  for (const auto& [key, entry] : changed_) {
    change_lists(key, entry);
  }
  return lists_.resolve();
}

void SendingList::write_entry(Batch& batch, Seq key, const Entry& entry) {
  if (!entry.now) {
    if (entry.stored) {
      batch.erase(sending_keys::row(key).view());
      batch.erase(sending_keys::by_id(entry.stored->sending).view());
      if (!entry.stored->job.is_null()) {
        batch.erase(sending_keys::by_job(entry.stored->job).seq(key).view());
      }
    }
    return;
  }
  const SendingRow& row = *entry.now;
  batch.put(sending_keys::row(key).view(), encode_sending(row));
  if (!entry.stored) {
    std::string number;
    Put(number).varint(key.value);
    batch.put(sending_keys::by_id(row.sending).view(), number);
    if (!row.job.is_null()) {
      batch.put(sending_keys::by_job(row.job).seq(key).view(), {});
    }
  }
}

void SendingList::write(Batch& batch) {
  if (changed_.empty()) {
    return;
  }
  for (const auto& [key, entry] : changed_) {
    write_entry(batch, key, entry);
  }
  lists_.write(batch);
  std::string value;
  for (const auto& [job, count] : job_counts_) {
    if (count == 0) {
      batch.erase(sending_keys::job_count(job).view());
      continue;
    }
    value.clear();
    Put(value).varint(count);
    batch.put(sending_keys::job_count(job).view(), value);
  }
  if (tally_ == SendingTally{}) {
    batch.erase(sending_keys::counts().view());
    return;
  }
  value.clear();
  for (const std::uint64_t count : tally_) {
    Put(value).varint(count);
  }
  batch.put(sending_keys::counts().view(), value);
}

void SendingList::written() {
  lists_.written();
  changed_.clear();
  changed_bytes_ = 0;
  created_.clear();
  job_counts_.clear();
}

}  // namespace daybook::projections
