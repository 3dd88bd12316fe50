#include "projections/job_list.h"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "projections/job_keys.h"

namespace daybook::projections {
namespace {

constexpr std::size_t kGoneKeysMax = 4096;
// What the changes of lists of one job take in memory: about.
constexpr std::size_t kListsBytes = 512;

bool has_moved(const JobEntry& entry) {
  return entry.stored.exists != entry.now.exists || entry.stored.status != entry.now.status;
}

}  // namespace

Status JobList::load(const Reader& store) {
  store_ = &store;
  lists_.load(store);
  return tallies_.load(store);
}

Result<JobEntry*> JobList::find(JobId job) {
  const Seq key = job.key();
  const auto it = entries_.find(key.value);
  if (it != entries_.end()) {
    if (!it->second.now.exists) {
      return fail(Code::kCorrupt, "BAD_FOLD", "an event names job " + job.text() + ", which left");
    }
    return &it->second;
  }
  DAYBOOK_ASSIGN(const bool found, store_->get(job_keys::row(key).view(), row_));
  if (!found) {
    return fail(Code::kCorrupt, "BAD_FOLD", "an event names job " + job.text() + ", which is not");
  }
  JobEntry& entry = entries_[key.value];
  if (!entry.decode(key, row_)) {
    return fail(Code::kCorrupt, "VIEWS_STORE", "the row of job " + job.text() + " cannot be read");
  }
  return &entry;
}

void JobList::touch(JobEntry& entry, Seq seq) {
  entry.seq = seq;
  if (!entry.changed) {
    entry.changed = true;
    changed_.push_back(&entry);
    changed_bytes_ += kListsBytes;
  }
  // Once as it is kept here, once as the row that is written.
  const std::size_t bytes = 2 * entry.memory_bytes();
  changed_bytes_ += bytes - entry.changed_bytes;
  entry.changed_bytes = bytes;
}

Status JobList::count(const JobEntry& entry, int by) {
  tallies_.add(entry.definition, entry.now.status, by);
  return entry.tagged ? tallies_.add_tags(entry.tags(), entry.definition, entry.now.status, by)
                      : Status();
}

Status JobList::set_status(JobEntry& entry, JobStatus status) {
  DAYBOOK_TRY(count(entry, -1));
  entry.now.status = status;
  return count(entry, 1);
}

Status JobList::on(const events::JobCreated& e, const events::Meta& meta) {
  const auto [it, fresh] = entries_.try_emplace(e.job.key().value);
  if (!fresh || e.job.key() != meta.seq) {
    return fail(Code::kCorrupt, "BAD_FOLD", "job " + e.job.text() + " does not name its creation");
  }
  it->second.create(e, meta, tallies_.number_of(e.definition));
  touch(it->second, meta.seq);
  return count(it->second, 1);
}

Status JobList::on(const events::JobStarted& e, const events::Meta& meta) {
  DAYBOOK_ASSIGN(JobEntry* const entry, find(e.job));
  entry->start(e);
  entry->started_at = meta.time;
  touch(*entry, meta.seq);
  return set_status(*entry, JobStatus::kRunning);
}

Result<JobEntry*> JobList::end(JobId job, JobStatus status, const events::Meta& meta) {
  DAYBOOK_ASSIGN(JobEntry* const entry, find(job));
  entry->now.finished_at = meta.time;
  DAYBOOK_TRY(set_status(*entry, status));
  return entry;
}

Status JobList::on(const events::JobCompleted& e, const events::Meta& meta) {
  DAYBOOK_ASSIGN(JobEntry* const entry, end(e.job, JobStatus::kCompleted, meta));
  entry->set_result(e);
  touch(*entry, meta.seq);
  return {};
}

Status JobList::on(const events::JobFailed& e, const events::Meta& meta) {
  DAYBOOK_ASSIGN(JobEntry* const entry, end(e.job, JobStatus::kFailed, meta));
  entry->set_error(e.failure, e.end.answers, e.result);
  touch(*entry, meta.seq);
  return {};
}

Status JobList::on(const events::JobCancelled& e, const events::Meta& meta) {
  DAYBOOK_ASSIGN(JobEntry* const entry, end(e.job, JobStatus::kCancelled, meta));
  touch(*entry, meta.seq);
  return {};
}

Status JobList::on(const events::JobRetryScheduled& e, const events::Meta& meta) {
  DAYBOOK_ASSIGN(JobEntry* const entry, find(e.job));
  entry->set_error(e.failure, e.end.answers);
  entry->now.run_at = e.run_at;
  touch(*entry, meta.seq);
  return set_status(*entry, JobStatus::kPending);
}

Status JobList::on(const events::JobCancelRequested& e, const events::Meta& meta) {
  DAYBOOK_ASSIGN(JobEntry* const entry, find(e.job));
  entry->cancel_requested = true;
  touch(*entry, meta.seq);
  return {};
}

Status JobList::on(const events::LeaseExtended& e, const events::Meta& meta) {
  DAYBOOK_ASSIGN(JobEntry* const entry, find(e.job));
  touch(*entry, meta.seq);
  return {};
}

Status JobList::on(const events::LeaseExpired& e, const events::Meta& meta) {
  DAYBOOK_ASSIGN(JobEntry* const entry, find(e.job));
  touch(*entry, meta.seq);
  return {};
}

Status JobList::on(const events::JobRemoved& e, const events::Meta& meta) {
  DAYBOOK_ASSIGN(JobEntry* const entry, find(e.job));
  touch(*entry, meta.seq);
  DAYBOOK_TRY(count(*entry, -1));
  entry->now.exists = false;
  return {};
}

Status JobList::apply(const events::Recorded& recorded) {
  return std::visit(
      [&](const auto& e) -> Status {
        using E = std::decay_t<decltype(e)>;
        // What a job sends changes nothing of its row.
        if constexpr (requires { e.job; } && !std::is_same_v<E, events::SendingCreated>) {
          return on(e, recorded.meta);
        } else {
          return {};
        }
      },
      recorded.event);
}

// Takes the job out of the lists that it leaves, and puts it into those that it comes to.
void JobList::move(const JobEntry& entry) {
  const Seq key = entry.job.key();
  const std::uint32_t d = entry.definition;
  const Position by_key = Position::of(key);
  const bool moved = has_moved(entry);
  if (!moved && entry.stored.run_at == entry.now.run_at) {
    return;
  }
  const auto each_list = [&](const JobPlace& place, auto&& change) {
    if (!place.exists) {
      return;
    }
    const Position by_run = Position::of(place.run_at, key);
    change(job_keys::by_run(place.status), PositionKind::kTimed, by_run);
    change(job_keys::by_definition_run(d, place.status), PositionKind::kTimed, by_run);
    if (!moved) {
      return;
    }
    change(job_keys::by_status(place.status), PositionKind::kKey, by_key);
    change(job_keys::by_definition(d, place.status), PositionKind::kKey, by_key);
    if (entry.tagged) {
      for (const std::string_view tag : entry.tags()) {
        change(job_keys::by_tag(tag, place.status), PositionKind::kKey, by_key);
        change(job_keys::by_tag_definition(tag, d, place.status), PositionKind::kKey, by_key);
      }
    }
    // An ended job has ended for good: it leaves the lists below when it is removed.
    if (is_ended(place.status)) {
      const Position by_end = Position::of(place.finished_at, key);
      change(job_keys::by_finished(place.status), PositionKind::kTimed, by_end);
      change(job_keys::by_definition_finished(d, place.status), PositionKind::kTimed, by_end);
      change(job_keys::finished(d), PositionKind::kTimed, by_end);
    }
    const std::string_view code =
        place.status == JobStatus::kFailed ? entry.error_code() : std::string_view();
    if (!code.empty()) {
      change(job_keys::by_error(code, job_keys::kAllDefinitions), PositionKind::kKey, by_key);
      change(job_keys::by_error(code, d), PositionKind::kKey, by_key);
    }
  };
  each_list(entry.stored, [&](auto&&... list) { lists_.remove(list...); });
  each_list(entry.now, [&](auto&&... list) { lists_.add(list...); });
}

Status JobList::prepare() {
  std::sort(changed_.begin(), changed_.end(),
            [](const JobEntry* a, const JobEntry* b) { return a->job.key() < b->job.key(); });
  for (const JobEntry* entry : changed_) {
    move(*entry);
  }
  return lists_.resolve();
}

void JobList::write_parent(Batch& batch, const JobEntry& entry) {
  const JobId parent = entry.parent();
  if (parent.is_null() || entry.stored.exists == entry.now.exists) {
    return;
  }
  const Key key = job_keys::by_parent(parent).seq(entry.job.key());
  entry.now.exists ? batch.put(key.view(), {}) : batch.erase(key.view());
}

void JobList::write(Batch& batch) {
  for (const JobEntry* entry : changed_) {
    if (entry->now.exists) {
      row_.clear();
      entry->encode(row_);
      batch.put(job_keys::row(entry->job.key()).view(), row_);
    } else if (entry->stored.exists) {
      batch.erase(job_keys::row(entry->job.key()).view());
    }
  }
  for (const JobEntry* entry : changed_) {
    write_parent(batch, *entry);
  }
  lists_.write(batch);
  tallies_.write(batch);
}

void JobList::forget(JobEntry& entry) {
  cache_bytes_ -= entry.line_bytes;
  entries_.erase(entry.job.key().value);
}

// Ended jobs are rarely touched again; live ones are, soon.
void JobList::written() {
  for (JobEntry* entry : changed_) {
    entry->changed = false;
    entry->changed_bytes = 0;
    entry->stored = entry->now;
    if (!entry->now.exists || is_ended(entry->now.status)) {
      forget(*entry);
    } else if (entry->line_bytes == 0) {
      entry->line_bytes = static_cast<std::uint32_t>(entry->memory_bytes());
      cache_bytes_ += entry->line_bytes;
      line_.push_back(entry->job.key().value);
    }
  }
  changed_.clear();
  changed_bytes_ = 0;
  lists_.written();
  tallies_.written();
  evict();
}

void JobList::evict() {
  while (cache_bytes_ > cache_bytes_max_ && !line_.empty()) {
    const auto it = entries_.find(line_.front());
    line_.pop_front();
    if (it != entries_.end()) {
      forget(it->second);
    }
  }
  // Keys of forgotten entries are dropped before they outnumber the others.
  if (line_.size() > 2 * entries_.size() + kGoneKeysMax) {
    std::erase_if(line_, [&](std::uint64_t key) { return !entries_.contains(key); });
  }
}

}  // namespace daybook::projections
