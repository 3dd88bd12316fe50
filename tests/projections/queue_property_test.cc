// Random lives of jobs: the queue against a model that is a plain list and looks at everything each
// time.
#include <rapidcheck.h>

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "base/limits/dispatch.h"
#include "projections/queue.h"
#include "tests/projections/queue_feed.h"

namespace daybook::projections {
namespace {

enum class Where { kPending, kOffered, kRunning };

struct ModelJob {
  JobId job;
  std::string definition;
  Micros run_at;
  std::int32_t priority = 0;
  Where where = Where::kPending;
};

struct ModelDefinition {
  bool exists = false;
  bool paused = false;
  std::uint32_t concurrency = 0;
  std::uint32_t rate_count = 0;
  Duration rate_per;
  std::vector<Micros> starts;  // while it had a rate limit
};

class Model {
 public:
  std::vector<ModelJob> jobs;
  std::map<std::string, ModelDefinition> definitions;

  std::uint64_t count(const std::string& d, const std::function<bool(const ModelJob&)>& is) const {
    return static_cast<std::uint64_t>(std::count_if(jobs.begin(), jobs.end(), [&](const auto& j) {
      return (d.empty() || j.definition == d) && is(j);
    }));
  }

  QueueCounts counts(const std::string& d, Micros now) const {
    const auto due = [&](const ModelJob& j) {
      return j.run_at <= now || j.where == Where::kOffered;
    };
    return {count(d, [&](const auto& j) { return j.where != Where::kRunning && !due(j); }),
            count(d, [&](const auto& j) { return j.where != Where::kRunning && due(j); }),
            count(d, [&](const auto& j) { return j.where == Where::kRunning; })};
  }

  bool held(const std::string& name, Micros now) const {
    const ModelDefinition& d = definitions.at(name);
    const auto offered = count(name, [](const auto& j) { return j.where == Where::kOffered; });
    const auto running = count(name, [](const auto& j) { return j.where == Where::kRunning; });
    const auto used = static_cast<std::uint64_t>(std::count_if(
        d.starts.begin(), d.starts.end(), [&](Micros t) { return now < t + d.rate_per; }));
    return d.paused || (d.concurrency != 0 && running + offered >= d.concurrency) ||
           (d.rate_count != 0 && used + offered >= d.rate_count);
  }

  // The ready job of that definition that must go next, if it may.
  const ModelJob* next(const std::string& name, Micros now) const {
    const ModelJob* best = nullptr;
    for (const ModelJob& j : jobs) {
      if (j.definition != name || j.where != Where::kPending || j.run_at > now) {
        continue;
      }
      if (best == nullptr || std::tuple(-j.priority, j.run_at, j.job) <
                                 std::tuple(-best->priority, best->run_at, best->job)) {
        best = &j;
      }
    }
    return best == nullptr || held(name, now) ? nullptr : best;
  }

  ModelJob& at(JobId id) {
    return *std::find_if(jobs.begin(), jobs.end(), [&](const auto& j) { return j.job == id; });
  }
  void erase(JobId id) {
    std::erase_if(jobs, [&](const auto& j) { return j.job == id; });
  }
};

class Walk {
 public:
  // far_memory: of jobs that wait; zero: all are in memory.
  explicit Walk(std::size_t far_memory = 0) : only_due_starts_(far_memory > 0) {
    if (far_memory > 0) {
      f_.queue.keep_far(queue_run_files(testing::TempDir()), far_memory);
    }
    f_.component("c");
  }

  void step() {
    f_.now = f_.now + millis(*rc::gen::inRange<std::int64_t>(0, 1500));
    const int what = *rc::gen::inRange(0, 12);
    if (what < 4) {
      create();
    } else if (what < 5) {
      put_definition();
    } else if (what < 6) {
      delete_definition();
    } else if (what < 8) {
      take();
    } else if (!model_.jobs.empty()) {
      move(*rc::gen::inRange<std::size_t>(0, model_.jobs.size()));
    }
    check();
  }

 private:
  static std::string some_definition() { return "d" + std::to_string(*rc::gen::inRange(0, 4)); }

  void create() {
    const std::string name = some_definition();
    if (!model_.definitions[name].exists) {
      return;
    }
    const Micros run_at = f_.now + millis(*rc::gen::inRange<std::int64_t>(-2000, 6000));
    const auto priority = *rc::gen::inRange<std::int32_t>(-2, 3);
    const JobId job = f_.create(name, run_at, priority);
    model_.jobs.push_back({job, name, run_at, priority, Where::kPending});
  }

  void put_definition() {
    const std::string name = some_definition();
    events::DefinitionPut e;
    e.definition = name;
    e.component = *rc::gen::arbitrary<bool>() ? "c" : "nobody";
    e.paused = *rc::gen::inRange(0, 4) == 0;
    e.concurrency = *rc::gen::inRange<std::uint32_t>(0, 4);
    e.rate_count = *rc::gen::inRange<std::uint32_t>(0, 4);
    e.rate_per = seconds(3);
    f_.put(e);
    ModelDefinition& d = model_.definitions[name];
    d = {true, e.paused, e.concurrency, e.rate_count, e.rate_per, d.starts};
  }

  void delete_definition() {
    const std::string name = some_definition();
    events::DefinitionDeleted e;
    e.definition = name;
    f_.put(e);
    // The rate window outlives the definition only while jobs of it are alive.
    ModelDefinition& d = model_.definitions[name];
    d = {false, false, 0, 0, {}, d.starts};
    forget();
  }

  std::int32_t best_priority() const {
    std::int32_t best = INT32_MIN;
    for (const auto& [name, d] : model_.definitions) {
      const ModelJob* next = model_.next(name, f_.now);
      best = next != nullptr ? std::max(best, next->priority) : best;
    }
    return best;
  }

  // Each offer must be the best of its definition, none may be left out, a lower priority goes
  // before a higher one only as often as it may, and no definition may be served twice at one
  // priority while another with a job of that priority was not served at all.
  void take() {
    const auto max = *rc::gen::inRange<std::size_t>(1, 6);
    std::map<std::pair<std::string, std::int32_t>, int> served;
    std::map<std::string, std::int32_t> could;
    const auto offers = f_.take(max);
    for (const auto& [name, d] : model_.definitions) {
      if (const ModelJob* next = model_.next(name, f_.now)) {
        could[name] = next->priority;
      }
    }
    for (const auto& offer : offers) {
      const std::string name(offer.definition);
      const ModelJob* expected = model_.next(name, f_.now);
      RC_ASSERT(expected != nullptr);
      RC_ASSERT(expected->job == offer.job);
      ++offers_;
      if (expected->priority != best_priority()) {
        RC_ASSERT(++out_of_order_ * kPassedOverMax <= offers_);
      }
      could.erase(name);
      RC_ASSERT(++served[std::pair(name, expected->priority)] == 1 ||
                std::none_of(could.begin(), could.end(),
                             [&](const auto& c) { return c.second == expected->priority; }));
      model_.at(offer.job).where = Where::kOffered;
    }
    for (const auto& [name, d] : model_.definitions) {
      RC_ASSERT(offers.size() == max || model_.next(name, f_.now) == nullptr);
    }
  }

  void move(std::size_t index) {
    ModelJob& j = model_.jobs[index];
    const JobId job = j.job;
    const int how = *rc::gen::inRange(0, 4);
    if (j.where == Where::kRunning) {
      if (how == 0) {
        j.run_at = f_.now + millis(*rc::gen::inRange<std::int64_t>(0, 3000));
        f_.retry(job, j.definition, j.run_at);
        j.where = Where::kPending;
        return;
      }
      how == 1   ? f_.complete(job, j.definition)
      : how == 2 ? f_.fail(job, j.definition, 1)
                 : f_.cancel(job, j.definition, 1);
      model_.erase(job);
    } else if (how == 0) {
      f_.cancel(job, j.definition, 0);
      model_.erase(job);
    } else if (j.where == Where::kOffered && how == 1) {
      f_.queue.give_back(job);
      j.where = Where::kPending;
    } else if (!only_due_starts_ || j.where == Where::kOffered || j.run_at <= f_.now) {
      start(j);
    }
  }

  void start(ModelJob& j) {
    f_.start(j.job, j.definition);
    j.where = Where::kRunning;
    ModelDefinition& d = model_.definitions[j.definition];
    if (d.rate_count != 0) {
      d.starts.push_back(f_.now);
    }
  }

  void forget() {
    for (auto& [name, d] : model_.definitions) {
      if (!d.exists && model_.count(name, [](const auto&) { return true; }) == 0) {
        d = {};
      }
    }
  }

  void check() {
    forget();
    for (const std::string name : {"", "d0", "d1", "d2", "d3"}) {
      const QueueCounts is = name.empty() ? f_.queue.counts(f_.now) : f_.queue.counts(name, f_.now);
      const QueueCounts must = model_.counts(name, f_.now);
      RC_ASSERT(is.waiting == must.waiting);
      RC_ASSERT(is.ready == must.ready);
      RC_ASSERT(is.running == must.running);
    }
  }

  QueueFeed f_;
  Model model_;
  std::size_t offers_ = 0;
  std::size_t out_of_order_ = 0;
  const bool only_due_starts_;
};

TEST(QueueProperty, AgreesWithAPlainListOnEveryStep) {
  rc::check("queue equals model", [] {
    Walk walk;
    const int steps = *rc::gen::inRange(1, 150);
    for (int i = 0; i < steps; ++i) {
      walk.step();
    }
  });
}

// The same with room for five waiting jobs, the others on disk.
TEST(QueueProperty, AgreesWithAPlainListWhenItsFarPartIsOnDisk) {
  rc::check("queue on disk equals model", [] {
    Walk walk(512);
    const int steps = *rc::gen::inRange(1, 150);
    for (int i = 0; i < steps; ++i) {
      walk.step();
    }
  });
}

}  // namespace
}  // namespace daybook::projections
