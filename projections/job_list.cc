#include "projections/job_list.h"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "projections/job_keys.h"

namespace daybook::projections {
namespace {

constexpr std::size_t kGoneKeysMax = 4096;
// What the index keys of a job take in a batch, its erased ones included: about.
constexpr std::size_t kIndexBytes = 512;

// Whether a place has keys of its own in the indexes.
bool is_in_history(const JobPlace& place) {
  return place.exists && is_ended(place.status);
}

bool has_moved(const JobEntry& entry) {
  return entry.stored.exists != entry.now.exists || entry.stored.status != entry.now.status;
}

}  // namespace

Status JobList::load(const Reader& store) {
  store_ = &store;
  live_.load(store);
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
    changed_bytes_ += kIndexBytes;
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

// The lists of pending and running jobs that the job leaves and comes to.
void JobList::move_live(const JobEntry& entry) {
  const Seq key = entry.job.key();
  const std::uint32_t d = entry.definition;
  const JobPlace& old = entry.stored;
  const JobPlace& now = entry.now;
  const bool moved = has_moved(entry);
  const auto change = [&](const JobPlace& place, auto what) {
    if (!place.exists || is_ended(place.status)) {
      return;
    }
    if (moved) {
      (live_.*what)(job_keys::by_status(place.status), PositionKind::kKey, Position::of(key));
      (live_.*what)(job_keys::by_definition(d, place.status), PositionKind::kKey,
                    Position::of(key));
    }
    if (moved || old.run_at != now.run_at) {
      const Position at = Position::of(place.run_at, key);
      (live_.*what)(job_keys::by_run(place.status), PositionKind::kTimed, at);
      (live_.*what)(job_keys::by_definition_run(d, place.status), PositionKind::kTimed, at);
    }
  };
  change(old, &PositionSets::remove);
  change(now, &PositionSets::add);
}

void JobList::move_live_tags(const JobEntry& entry) {
  const Position at = Position::of(entry.job.key());
  const auto change = [&](std::string_view tag, const JobPlace& place, auto what) {
    if (place.exists && !is_ended(place.status)) {
      (live_.*what)(job_keys::by_tag(tag, place.status), PositionKind::kKey, at);
      (live_.*what)(job_keys::by_tag_definition(tag, entry.definition, place.status),
                    PositionKind::kKey, at);
    }
  };
  for (const std::string_view tag : entry.tags()) {
    change(tag, entry.stored, &PositionSets::remove);
    change(tag, entry.now, &PositionSets::add);
  }
}

Status JobList::prepare() {
  std::sort(changed_.begin(), changed_.end(),
            [](const JobEntry* a, const JobEntry* b) { return a->job.key() < b->job.key(); });
  for (const JobEntry* entry : changed_) {
    move_live(*entry);
    if (entry->tagged && has_moved(*entry)) {
      move_live_tags(*entry);
    }
  }
  return live_.resolve();
}

void JobList::write_tags(Batch& batch, const JobEntry& entry) {
  const Seq key = entry.job.key();
  const std::uint32_t d = entry.definition;
  for (const std::string_view tag : entry.tags()) {
    if (is_in_history(entry.stored)) {
      batch.erase(job_keys::by_tag(tag, entry.stored.status).seq(key).view());
      batch.erase(job_keys::by_tag_definition(tag, d, entry.stored.status).seq(key).view());
    }
    if (is_in_history(entry.now)) {
      batch.put(job_keys::by_tag(tag, entry.now.status).seq(key).view(), {});
      batch.put(job_keys::by_tag_definition(tag, d, entry.now.status).seq(key).view(), {});
    }
  }
}

// An ended job has ended for good: it leaves these lists when it is removed.
void JobList::write_finished(Batch& batch, const JobEntry& entry) {
  const auto change = [&](const JobPlace& place, auto&& what) {
    if (!place.exists || !is_ended(place.status)) {
      return;
    }
    const Seq key = entry.job.key();
    what(job_keys::by_finished(place.status).time(place.finished_at).seq(key));
    what(job_keys::by_definition_finished(entry.definition, place.status)
             .time(place.finished_at)
             .seq(key));
    const std::string_view code = entry.error_code();
    if (place.status == JobStatus::kFailed && !code.empty()) {
      what(job_keys::by_error(code, job_keys::kAllDefinitions).seq(key));
      what(job_keys::by_error(code, entry.definition).seq(key));
    }
  };
  change(entry.stored, [&](const Key& key) { batch.erase(key.view()); });
  change(entry.now, [&](const Key& key) { batch.put(key.view(), {}); });
}

void JobList::write_parent(Batch& batch, const JobEntry& entry) {
  const JobId parent = entry.parent();
  if (parent.is_null()) {
    return;
  }
  const Key key = job_keys::by_parent(parent).seq(entry.job.key());
  entry.now.exists ? batch.put(key.view(), {}) : batch.erase(key.view());
}

// An ended job stays as it is until it is removed.
void JobList::write_indexes(Batch& batch, const JobEntry& entry) {
  const Seq key = entry.job.key();
  const std::uint32_t d = entry.definition;
  const JobPlace& old = entry.stored;
  const JobPlace& now = entry.now;
  if (is_in_history(old)) {
    batch.erase(job_keys::by_status(old.status).seq(key).view());
    batch.erase(job_keys::by_definition(d, old.status).seq(key).view());
    batch.erase(job_keys::by_run(old.status).time(old.run_at).seq(key).view());
    batch.erase(job_keys::by_definition_run(d, old.status).time(old.run_at).seq(key).view());
    batch.erase(job_keys::finished(d).time(old.finished_at).seq(key).view());
  }
  if (is_in_history(now)) {
    batch.put(job_keys::by_status(now.status).seq(key).view(), {});
    batch.put(job_keys::by_definition(d, now.status).seq(key).view(), {});
    batch.put(job_keys::by_run(now.status).time(now.run_at).seq(key).view(), {});
    batch.put(job_keys::by_definition_run(d, now.status).time(now.run_at).seq(key).view(), {});
    row_.clear();
    Put(row_).u64(entry.job.high);
    batch.put(job_keys::finished(d).time(now.finished_at).seq(key).view(), row_);
  }
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
    if (has_moved(*entry)) {
      write_indexes(batch, *entry);
      write_finished(batch, *entry);
      if (entry->stored.exists != entry->now.exists) {
        write_parent(batch, *entry);
      }
      if (entry->tagged) {
        write_tags(batch, *entry);
      }
    }
  }
  live_.write(batch);
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
  live_.written();
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
