#include "projections/history.h"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "projections/bytes.h"

namespace daybook::projections {
namespace {

constexpr char kJobHistory = 'H';
constexpr char kFirst = 'F';
// An event of a job as it is kept here, with its share of the list that is written: about.
constexpr std::size_t kEventBytes = 64;

}  // namespace

JobId History::job_of(const events::Event& event) {
  return std::visit(
      [](const auto& e) {
        if constexpr (requires { e.job; }) {
          return e.job;
        } else {
          return JobId{};
        }
      },
      event);
}

Status History::apply(const events::Recorded& recorded) {
  if (const auto* trim = std::get_if<events::LogTrimmed>(&recorded.event)) {
    trimmed_ = std::max(trimmed_, trim->through);
    std::erase_if(changed_, [&](const auto& change) { return change.second <= trimmed_; });
    return {};
  }
  const JobId job = job_of(recorded.event);
  if (job.is_null()) {
    return {};
  }
  if (recorded.meta.seq < job.key()) {
    return fail(Code::kCorrupt, "BAD_FOLD", "an event of a job stands before its creation");
  }
  changed_.emplace_back(job.key(), recorded.meta.seq);
  return {};
}

std::size_t History::unwritten_bytes() const {
  return changed_.size() * kEventBytes;
}

// Jobs that began before the cut: few of them go on behind it.
Status History::prepare() {
  if (trimmed_ == Seq{}) {
    return {};
  }
  const std::string end(Key(kJobHistory).seq(next(trimmed_)).view());
  const auto walker = store_->walk(std::string_view(&kJobHistory, 1), end);
  for (walker->seek(std::string_view(&kJobHistory, 1)); walker->valid(); walker->next()) {
    const std::uint64_t job = Scan(walker->key().substr(1)).u64();
    std::string left;
    Scan scan(walker->value());
    while (!scan.done()) {
      const std::uint64_t later = scan.varint();
      if (!scan.ok()) {
        return fail(Code::kCorrupt, "VIEWS_STORE", "the history of a job cannot be read");
      }
      if (Seq{job + later} > trimmed_) {
        Put(left).varint(later);
      }
    }
    if (!left.empty()) {
      kept_.emplace_back(Seq{job}, std::move(left));
    }
  }
  return walker->status();
}

// Rows before the cut: those that go on behind it are written anew, all others go.
class History::Cut {
 public:
  Cut(Batch& batch, Seq through, std::vector<std::pair<Seq, std::string>>& kept)
      : batch_(batch), through_(through), kept_(kept) {}

  // The next job, in order, to which events are added.
  void add(Seq job, std::string_view list) {
    for (; next_ < kept_.size() && kept_[next_].first < job; ++next_) {
      put(job_at(), kept_[next_].second);
    }
    if (next_ < kept_.size() && job_at() == job) {
      put(job, kept_[next_].second + std::string(list));
      ++next_;
    } else {
      put(job, list);
    }
  }
  void end() {
    for (; next_ < kept_.size(); ++next_) {
      put(job_at(), kept_[next_].second);
    }
    erase(next(through_));
  }

 private:
  Seq job_at() const { return kept_[next_].first; }
  void put(Seq job, std::string_view list) {
    erase(job);
    batch_.put(Key(kJobHistory).seq(job).view(), list);
    from_ = next(job);
  }
  void erase(Seq to) {
    if (from_ < to) {
      batch_.erase_range(Key(kJobHistory).seq(from_).view(), Key(kJobHistory).seq(to).view());
    }
  }

  Batch& batch_;
  const Seq through_;
  std::vector<std::pair<Seq, std::string>>& kept_;
  std::size_t next_ = 0;
  Seq from_;
};

void History::write(Batch& batch) {
  Cut cut(batch, trimmed_, kept_);
  std::sort(changed_.begin(), changed_.end());
  std::string list;
  for (std::size_t i = 0; i < changed_.size();) {
    const Seq job = changed_[i].first;
    const bool whole = changed_[i].second == job;  // from its creation on: nothing is stored yet
    i += whole ? 1U : 0U;
    list.clear();
    for (; i < changed_.size() && changed_[i].first == job; ++i) {
      Put(list).varint(changed_[i].second.value - job.value);
    }
    const Key key = Key(kJobHistory).seq(job);
    if (list.empty()) {
      continue;
    }
    if (job <= trimmed_) {
      cut.add(job, list);
    } else if (whole) {
      batch.put(key.view(), list);
    } else {
      batch.append(key.view(), list);
    }
  }
  if (trimmed_ == Seq{}) {
    return;
  }
  cut.end();
  std::string value;
  Put(value).varint(next(trimmed_).value);
  batch.put(Key(kFirst).view(), value);
}

void History::written() {
  changed_.clear();
  kept_.clear();
  trimmed_ = {};
}

Result<Seq> History::first(const Reader& reader) {
  std::string value;
  DAYBOOK_ASSIGN(const bool trimmed, reader.get(Key(kFirst).view(), value));
  return trimmed ? Seq{Scan(value).varint()} : Seq{1};
}

Result<std::vector<Seq>> History::find(const View& view, JobId job) {
  std::string list;
  DAYBOOK_ASSIGN(const bool found, view.get(Key(kJobHistory).seq(job.key()).view(), list));
  DAYBOOK_ASSIGN(const Seq begin, first(view));
  std::vector<Seq> out;
  if (job.key() >= begin && job.key() <= view.as_of()) {
    out.push_back(job.key());
  }
  for (Scan scan(list); found && !scan.done();) {
    out.push_back(Seq{job.key().value + scan.varint()});
    if (!scan.ok()) {
      return fail(Code::kCorrupt, "VIEWS_STORE", "the history of a job cannot be read");
    }
  }
  return out;
}

}  // namespace daybook::projections
