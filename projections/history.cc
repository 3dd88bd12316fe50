#include "projections/history.h"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "projections/bytes.h"

namespace daybook::projections {
namespace {

constexpr char kHistory = 'H';
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

void History::write(Batch& batch) {
  std::sort(changed_.begin(), changed_.end());
  std::string list;
  for (std::size_t i = 0; i < changed_.size();) {
    const Seq job = changed_[i].first;
    const bool whole =
        changed_[i].second == job;  // it starts with the creation: nothing is stored yet
    list.clear();
    for (; i < changed_.size() && changed_[i].first == job; ++i) {
      Put(list).varint(changed_[i].second.value - job.value);
    }
    const Key key = Key(kHistory).seq(job);
    if (whole) {
      batch.put(key.view(), list);
    } else {
      batch.append(key.view(), list);
    }
  }
}

Result<std::vector<Seq>> History::find(const Reader& reader, JobId job) {
  std::string list;
  DAYBOOK_ASSIGN(const bool found, reader.get(Key(kHistory).seq(job.key()).view(), list));
  std::vector<Seq> out;
  for (Scan scan(list); found && !scan.done();) {
    out.push_back(Seq{job.key().value + scan.varint()});
    if (!scan.ok()) {
      return fail(Code::kCorrupt, "VIEWS_STORE", "the history of a job cannot be read");
    }
  }
  return out;
}

}  // namespace daybook::projections
