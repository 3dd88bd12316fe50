// Random but valid lives of jobs, written into a story: what a sequencer could have recorded. With
// a model that keeps every row in a map.
#pragma once

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "projections/rows.h"
#include "tests/projections/story.h"

namespace daybook::projections {

class RandomLives {
 public:
  RandomLives(Story& story, std::uint64_t seed) : story_(story), random_(seed) {}

  std::map<JobId, JobRow> rows;
  std::map<JobId, std::vector<Seq>> histories;
  std::map<std::string, DefinitionRow> definitions;
  std::map<std::string, TokenRow> tokens;

  void step() {
    story_.now = story_.now + millis(static_cast<std::int64_t>(pick(20'000)));
    const std::uint64_t what = pick(11);
    if (what == 10) {
      change_token();
    } else if (what < 4 || rows.empty()) {
      create();
    } else if (what == 4) {
      change_definition();
    } else {
      move(std::next(rows.begin(), static_cast<std::ptrdiff_t>(pick(rows.size())))->second);
    }
  }

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  std::string_view name() {
    static constexpr std::string_view kNames[] = {"a", "b", "c", "d-with-a-longer-name"};
    return kNames[pick(4)];
  }
  void happened(JobRow& row, Seq seq) {
    row.seq = seq;
    histories[row.job].push_back(seq);
  }

  void create() {
    static constexpr std::string_view kTags[] = {"x", "y", "z", ""};
    const std::string_view definition = name();
    std::vector<events::Text> tags;
    for (std::uint64_t i = pick(3); i > 0; --i) {
      tags.push_back(kTags[pick(3)]);
    }
    const Duration ahead = millis(static_cast<std::int64_t>(pick(3) == 0 ? pick(400'000) : 0));
    const JobId job = story_.create(definition, tags, ahead);
    JobRow& row = rows[job];
    row.job = job;
    row.definition = definition;
    row.parameters = R"({"n":1})";
    row.run_at = story_.now + ahead;
    row.created_at = story_.now;
    row.created_by = "tester";
    row.tags.assign(tags.begin(), tags.end());
    happened(row, story_.last());
  }

  void change_definition() {
    const std::string id(name());
    if (definitions.contains(id) && pick(3) == 0) {
      events::DefinitionDeleted e;
      e.definition = id;
      story_.put(e);
      definitions.erase(id);
      return;
    }
    story_.definition(id);
    DefinitionRow& row = definitions[id];
    row.created_at = row.definition.empty() ? story_.now : row.created_at;
    row.definition = id;
    row.updated_at = story_.now;
    row.seq = story_.last();
  }

  void change_token() {
    const std::string_view id = name();
    if (!tokens.contains(std::string(id))) {
      story_.put(events::TokenCreated{id, "T", {"jobs/a:read", "*:read"}, {}, story_.now});
      TokenRow& row = tokens[std::string(id)];
      row.token = id;
      row.created_at = story_.now;
      stamp(row);
      return;
    }
    const std::uint64_t how = pick(3);
    if (how == 0) {
      story_.put(events::TokenRotated{id, {}});
      stamp(tokens[std::string(id)]);
      return;
    }
    how == 1 ? story_.put(events::TokenRevoked{id}) : story_.put(events::TokenExpired{id});
    tokens.erase(std::string(id));
  }
  void stamp(Stamped& row) {
    row.updated_at = story_.now;
    row.seq = story_.last();
  }

  void move(JobRow& row) {
    if (row.status == JobStatus::kPending) {
      const std::uint64_t how = pick(6);
      how == 0   ? end(row, JobStatus::kCancelled, 0)
      : how == 1 ? end(row, JobStatus::kFailed, 0)
                 : start(row);
    } else if (row.status == JobStatus::kRunning) {
      run(row);
    } else if (pick(3) == 0) {
      happened(row, story_.remove(row.job, row.definition));
      rows.erase(row.job);
    }
  }

  void start(JobRow& row) {
    if (row.run_at > story_.now) {
      return;
    }
    row.attempt = Attempt{row.attempt.value + 1};
    row.status = JobStatus::kRunning;
    row.started_at = story_.now;
    row.component = "c";
    row.worker = "w";
    row.cancel_requested = false;
    happened(row, story_.start(row.job, row.definition, row.attempt.value, row.run_at));
  }

  void run(JobRow& row) {
    switch (pick(6)) {
      case 0:
        row.run_at = story_.now + millis(static_cast<std::int64_t>(pick(200'000)));
        row.status = JobStatus::kPending;
        row.error = JobError{"AGAIN", "try again", ""};
        row.result.clear();
        happened(row,
                 story_.retry(row.job, row.definition, row.run_at - story_.now, row.started_at));
        break;
      case 1:
        end(row, JobStatus::kFailed, row.attempt.value);
        break;
      case 2:
        end(row, JobStatus::kCancelled, row.attempt.value);
        break;
      case 3: {
        events::LeaseExtended e;
        e.job = row.job;
        e.attempt = row.attempt;
        happened(row, story_.put(e));
        break;
      }
      case 4: {
        events::JobCancelRequested e;
        e.job = row.job;
        e.attempt = row.attempt;
        e.definition = row.definition;
        row.cancel_requested = true;
        happened(row, story_.put(e));
        break;
      }
      default:
        row.status = JobStatus::kCompleted;
        row.finished_at = story_.now;
        row.result = R"({"ok":true})";
        row.error.reset();
        happened(row, story_.complete(row.job, row.definition, row.started_at));
    }
  }

  void end(JobRow& row, JobStatus status, std::uint32_t attempt) {
    row.status = status;
    row.finished_at = story_.now;
    if (status == JobStatus::kCancelled) {
      happened(row, story_.cancel(row.job, row.definition, attempt));
      return;
    }
    row.error = JobError{"BOOM", "it broke", R"({"why":2})"};
    row.result.clear();
    happened(row, story_.fail(row.job, row.definition, attempt, row.started_at));
  }

  Story& story_;
  std::mt19937_64 random_;
};

}  // namespace daybook::projections
