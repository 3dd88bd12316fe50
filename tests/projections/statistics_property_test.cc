// Random lives of jobs on a virtual clock, with hours in which nothing happens: every row of the
// statistics against what a look at all events says.
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "base/limits/views.h"
#include "tests/projections/views_rig.h"
#include "tests/projections/visible_model.h"

namespace daybook::projections {
namespace {

using Query = Views::StatisticsQuery;
using RowKey = std::pair<std::string, std::int64_t>;  // definition, begin of the bucket

// A time in which a job was pending.
struct Wait {
  std::string definition;
  Micros from;
  std::optional<Micros> to;
  Micros run_at;
};

struct Happening {
  std::string definition;
  Micros at;
  enum class Kind : std::uint8_t { kScheduled, kSuccessful, kFailed, kCancelled, kOther } kind;
  std::optional<Duration> execution;
  std::optional<Duration> latency;
};

// Writes lives into a story and remembers what happened.
class Lives {
 public:
  using Kind = Happening::Kind;
  Lives(Story& story, std::uint64_t seed) : story_(story), random_(seed) {}

  std::vector<Happening> happenings;
  std::vector<Wait> waits;

  void step() {
    static constexpr std::int64_t kPausesMs[] = {0, 900, 31'000, 200'000, 5'000'000, 50'000'000};
    story_.now = story_.now + millis(pick(kPausesMs[pick(6)] + 1));
    if (jobs_.empty() || pick(3) == 0) {
      create();
    } else {
      move(static_cast<std::size_t>(pick(static_cast<std::int64_t>(jobs_.size()))));
    }
  }

 private:
  struct Job {
    JobId id;
    std::string definition;
    Micros run_at;
    std::size_t wait = 0;
    std::uint32_t attempt = 0;
    std::optional<Micros> started;
  };

  std::int64_t pick(std::int64_t below) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(below));
  }
  Duration ahead() {
    static constexpr std::int64_t kAheadMs[] = {0, 0, 50'000, 400'000, 9'000'000, 200'000'000};
    return millis(pick(kAheadMs[pick(6)] + 1));
  }
  void happen(const Job& job, Kind kind, std::optional<Duration> execution = {},
              std::optional<Duration> latency = {}) {
    happenings.push_back({job.definition, story_.now, kind, execution, latency});
  }
  void wait(Job& job) {
    job.wait = waits.size();
    job.started.reset();
    waits.push_back({job.definition, story_.now, {}, job.run_at});
  }

  void create() {
    static constexpr std::string_view kNames[] = {"a", "a/b", "ab", "b", "nightly"};
    Job job;
    job.definition = kNames[pick(5)];
    const Duration put_off = ahead();
    job.run_at = story_.now + put_off;
    job.id = story_.create(job.definition, {}, put_off);
    wait(job);
    happen(job, Kind::kScheduled);
    jobs_.push_back(job);
  }

  void move(std::size_t at) {
    Job& job = jobs_[at];
    if (job.started) {
      end_attempt(job, at);
    } else if (job.run_at <= story_.now && pick(5) != 0) {
      ++job.attempt;
      job.started = story_.now;
      waits[job.wait].to = story_.now;
      story_.start(job.id, job.definition, job.attempt, job.run_at);
      happen(job, Kind::kOther, {}, story_.now - job.run_at);
    } else if (pick(3) == 0) {
      waits[job.wait].to = story_.now;
      const bool fails = pick(2) == 0;
      fails ? story_.fail(job.id, job.definition, 0) : story_.cancel(job.id, job.definition, 0);
      happen(job, fails ? Kind::kFailed : Kind::kCancelled);
      jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }

  void end_attempt(Job& job, std::size_t at) {
    const Duration took = story_.now - *job.started;
    if (pick(3) == 0) {
      const Duration put_off = ahead();
      story_.retry(job.id, job.definition, put_off, *job.started);
      happen(job, Kind::kOther, took);
      job.run_at = story_.now + put_off;
      wait(job);
      return;
    }
    const bool fails = pick(2) == 0;
    fails ? story_.fail(job.id, job.definition, job.attempt, *job.started)
          : story_.complete(job.id, job.definition, *job.started);
    happen(job, fails ? Kind::kFailed : Kind::kSuccessful, took);
    jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  Story& story_;
  std::mt19937_64 random_;
  std::vector<Job> jobs_;
};

struct Must {
  StatisticsRow row;
  bool busy = false;
  std::vector<std::int64_t> executions;
  std::vector<std::int64_t> latencies;
};

// All rows from the first event to the last bucket that has begun, by looking at everything.
std::map<RowKey, Must> brute_force(const Lives& lives, const Query& query) {
  std::map<RowKey, Must> out;
  const std::int64_t length = query.resolution.value;
  const bool all = query.of == Query::Of::kAll;
  const auto name = [&](const std::string& definition) { return all ? "" : definition; };
  for (const Happening& h : lives.happenings) {
    if (!is_covered(query.visible, h.definition)) {
      continue;
    }
    Must& must = out[{name(h.definition), h.at.value - h.at.value % length}];
    must.busy = true;
    must.row.scheduled += h.kind == Happening::Kind::kScheduled ? 1U : 0U;
    must.row.successful += h.kind == Happening::Kind::kSuccessful ? 1U : 0U;
    must.row.failed += h.kind == Happening::Kind::kFailed ? 1U : 0U;
    must.row.cancelled += h.kind == Happening::Kind::kCancelled ? 1U : 0U;
    if (h.execution) {
      must.executions.push_back(h.execution->value);
    }
    if (h.latency) {
      must.latencies.push_back(h.latency->value);
    }
  }
  for (const Wait& w : lives.waits) {
    std::int64_t at = w.from.value - w.from.value % length;
    for (; is_covered(query.visible, w.definition) && at <= query.now.value; at += length) {
      const Micros end{at + length};
      if (w.to && *w.to < end) {
        break;
      }
      StatisticsRow& row = out[{name(w.definition), at}].row;
      ++row.pending_depth;
      row.due_depth += w.run_at < end ? 1U : 0U;
    }
  }
  const std::int64_t from = query.from->value - query.from->value % length;
  std::erase_if(out, [&](const auto& item) {
    const bool other = query.of == Query::Of::kOne && item.first.first != query.definition;
    return other || item.first.second < from || item.first.second >= query.to->value;
  });
  return out;
}

void check_quantile(std::vector<std::int64_t> us, double q, const std::optional<double>& ms) {
  RC_ASSERT(ms.has_value() == !us.empty());
  if (us.empty()) {
    return;
  }
  std::sort(us.begin(), us.end());
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(us.size())));
  const double exact = static_cast<double>(us[std::max<std::size_t>(rank, 1) - 1]) / 1000;
  RC_ASSERT(std::abs(*ms - exact) <= exact * 0.02 + 0.001);
}

void check_row(const StatisticsRow& is, const Must& must) {
  RC_ASSERT(is.scheduled == must.row.scheduled);
  RC_ASSERT(is.successful == must.row.successful);
  RC_ASSERT(is.failed == must.row.failed);
  RC_ASSERT(is.cancelled == must.row.cancelled);
  RC_ASSERT(is.pending_depth == must.row.pending_depth);
  RC_ASSERT(is.due_depth == must.row.due_depth);
  check_quantile(must.executions, 0.0, is.min_execution);
  check_quantile(must.executions, 0.5, is.p50_execution);
  check_quantile(must.executions, 0.95, is.p95_execution);
  check_quantile(must.executions, 1.0, is.max_execution);
  check_quantile(must.latencies, 0.5, is.p50_latency);
  check_quantile(must.latencies, 0.99, is.p99_latency);
}

Ids random_visible() {
  const std::vector<Ids> all = {std::nullopt,       Ids(std::in_place), {{"a"}},
                                {{"a*"}},           {{"b", "ab"}},      {{"*"}},
                                {{"x", "nightly"}}, {{"a", "n*"}},      {{"n*", "a*", "b"}}};
  return *rc::gen::elementOf(all);
}

void check(ViewsRig& r, const Lives& lives, Query query) {
  const auto must = brute_force(lives, query);
  auto next = must.begin();
  query.rows_max = static_cast<std::size_t>(*rc::gen::inRange(50, 2000));
  for (bool more = true; more;) {
    const auto page = r.now().statistics(query);
    RC_ASSERT(page.has_value());
    RC_ASSERT(page->rows.size() <= query.rows_max);
    for (const StatisticsRow& row : page->rows) {
      RC_ASSERT(next != must.end());
      RC_ASSERT((next->first == RowKey{row.definition, row.bucket.value}));
      check_row(row, next->second);
      ++next;
    }
    more = page->more;
    RC_ASSERT(!more || page->rows.size() == query.rows_max);
    query.after = page->last_cursor;
  }
  RC_ASSERT(next == must.end());
}

TEST(StatisticsProperty, EveryRowEqualsALookAtAllEvents) {
  rc::check("statistics equal brute force", [] {
    ViewsRig r;
    r.open();
    const Micros begin = r.story.now;
    Lives lives(r.story, *rc::gen::arbitrary<std::uint64_t>());
    const int steps = *rc::gen::inRange(1, 120);
    for (int i = 0; i < steps; ++i) {
      lives.step();
      if (i % 29 == 0) {
        r.now();
      }
      if (i % 41 == 40) {
        r.stop();
        r.open();
      }
    }
    Query query;
    query.now = r.story.now + millis(*rc::gen::inRange<std::int64_t>(0, 100'000'000));
    for (const Duration resolution : {seconds(60), hours(1), hours(24)}) {
      query.resolution = resolution;
      for (const auto of : {Query::Of::kEach, Query::Of::kOne, Query::Of::kAll}) {
        query.of = of;
        query.definition = of == Query::Of::kOne ? "ab" : "";
        query.from = begin;
        query.to = query.now + hours(48);
        if (resolution == seconds(60)) {  // a stretch of a few hours: there are many minutes
          const std::int64_t span = query.now.value - begin.value;
          query.from = begin + Duration{*rc::gen::inRange<std::int64_t>(0, span + 1)};
          query.to = *query.from + hours(5);
        }
        query.visible.reset();
        check(r, lives, query);
        query.visible = random_visible();
        check(r, lives, query);
      }
    }
    // What was folded piece by piece is what the whole log gives at once.
    const auto digests = r.digests();
    r.kill();
    std::filesystem::remove_all(r.folder);
    r.open();
    RC_ASSERT(digests == r.digests());
  });
}

}  // namespace
}  // namespace daybook::projections
