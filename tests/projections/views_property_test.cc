// Random lives of jobs: the views against a model in maps, and against themselves when stopped or
// killed anywhere.
#include <rapidcheck.h>

#include <algorithm>

#include "tests/projections/random_lives.h"
#include "tests/projections/views_rig.h"

namespace daybook::projections {
namespace {

void check_row(const JobRow& is, const JobRow& must) {
  RC_ASSERT(is.job == must.job);
  RC_ASSERT(is.definition == must.definition);
  RC_ASSERT(is.component == must.component);
  RC_ASSERT(is.status == must.status);
  RC_ASSERT(is.parameters == must.parameters);
  RC_ASSERT(is.run_at == must.run_at);
  RC_ASSERT(is.created_at == must.created_at);
  RC_ASSERT(is.started_at == must.started_at);
  RC_ASSERT(is.finished_at == must.finished_at);
  RC_ASSERT(is.attempt == must.attempt);
  RC_ASSERT(is.result == must.result);
  RC_ASSERT(is.error.has_value() == must.error.has_value());
  if (is.error) {
    RC_ASSERT(is.error->code == must.error->code);
    RC_ASSERT(is.error->message == must.error->message);
    RC_ASSERT(is.error->details == must.error->details);
  }
  RC_ASSERT(is.created_by == must.created_by);
  RC_ASSERT(is.tags == must.tags);
  RC_ASSERT(is.worker == must.worker);
  RC_ASSERT(is.cancel_requested == must.cancel_requested);
  RC_ASSERT(is.seq == must.seq);
}

// Every index must list the same jobs that a filter over the model finds.
void check_lists(ViewsRig& r, const RandomLives& model) {
  for (int mask = 0; mask < 16; ++mask) {
    JobFilter f;
    f.definition = (mask & 1) != 0 ? std::optional<std::string>("b") : std::nullopt;
    f.status = (mask & 2) != 0 ? std::optional(JobStatus::kPending) : std::nullopt;
    f.tag = (mask & 4) != 0 ? std::optional<std::string>("y") : std::nullopt;
    f.order = (mask & 8) != 0 ? JobOrder::kRunAtFirst : JobOrder::kOldestFirst;
    std::vector<JobId> must;
    for (const auto& [id, row] : model.rows) {
      const bool tagged = !f.tag || std::count(row.tags.begin(), row.tags.end(), *f.tag) > 0;
      if (tagged && (!f.definition || row.definition == *f.definition) &&
          f.status.hold(row.status)) {
        must.push_back(id);
      }
    }
    if ((mask & 8) != 0) {
      std::stable_sort(must.begin(), must.end(), [&](JobId a, JobId b) {
        return model.rows.at(a).run_at < model.rows.at(b).run_at;
      });
    }
    const auto page = r.now().jobs(f, {1000, "", ""});
    RC_ASSERT(page.has_value());
    RC_ASSERT(page->total_count == must.size());
    RC_ASSERT(page->rows.size() == must.size());
    for (std::size_t i = 0; i < must.size(); ++i) {
      RC_ASSERT(page->rows[i].job == must[i]);
    }
  }
}

void check_all(ViewsRig& r, const RandomLives& model) {
  for (const auto& [id, row] : model.rows) {
    const auto is = r.now().job(id);
    RC_ASSERT((is.has_value() && is->has_value()));
    check_row(**is, row);
  }
  for (const auto& [id, seqs] : model.histories) {
    const auto page = r.now().history(id, {1000, "", ""});
    RC_ASSERT((page.has_value() && page->rows.size() == seqs.size()));
    for (std::size_t i = 0; i < seqs.size(); ++i) {
      RC_ASSERT(page->rows[i].seq == seqs[i]);
    }
  }
  const auto definitions = r.now().definitions({1000, "", ""});
  RC_ASSERT((definitions.has_value() && definitions->rows.size() == model.definitions.size()));
  for (const DefinitionRow& row : definitions->rows) {
    const DefinitionRow& must = model.definitions.at(row.definition);
    RC_ASSERT(row.created_at == must.created_at && row.updated_at == must.updated_at);
    RC_ASSERT(row.seq == must.seq);
  }
  const auto tokens = r.now().tokens({1000, "", ""});
  RC_ASSERT((tokens.has_value() && tokens->rows.size() == model.tokens.size()));
  for (const TokenRow& row : tokens->rows) {
    const TokenRow& must = model.tokens.at(row.token);
    RC_ASSERT(row.created_at == must.created_at && row.updated_at == must.updated_at);
    RC_ASSERT(row.seq == must.seq);
  }
  check_lists(r, model);
}

TEST(ViewsProperty, ViewsEqualAModelInMaps) {
  rc::check("views equal model", [] {
    ViewsRig r;
    r.open();
    RandomLives lives(r.story, *rc::gen::arbitrary<std::uint64_t>());
    const int steps = *rc::gen::inRange(1, 300);
    for (int i = 0; i < steps; ++i) {
      lives.step();
      if (i % 37 == 0) {
        r.now();
      }
    }
    check_all(r, lives);
  });
}

TEST(ViewsProperty, StopsAndKillsAnywhereLeaveTheSameDigests) {
  rc::check("stops and kills change nothing", [] {
    ViewsRig broken;
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const int steps = *rc::gen::inRange(1, 120);
    RandomLives lives(broken.story, seed);
    broken.open();
    std::mt19937_64 when(seed);
    for (int i = 0; i < steps; ++i) {
      lives.step();
      switch (when() % 40) {
        case 0:
          broken.now();
          broken.stop();
          broken.open();
          break;
        case 1:
          broken.stop();
          broken.open();
          break;
        case 2:
          broken.kill();
          broken.open();
          break;
        case 3:
          RC_ASSERT(broken.now().flush().has_value());
          break;
        case 4:
          broken.now();
          break;
        case 5: {
          events::LogTrimmed trimmed;
          trimmed.through = Seq{broken.story.last().value / 2};
          broken.story.put(trimmed);
          break;
        }
        default:
          break;
      }
    }
    const auto digests = broken.digests();
    // All at once, from the same log.
    broken.kill();
    std::filesystem::remove_all(broken.folder);
    broken.open();
    RC_ASSERT(digests == broken.digests());
  });
}

}  // namespace
}  // namespace daybook::projections
