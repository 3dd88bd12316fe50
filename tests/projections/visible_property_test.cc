// Random names, and callers who may read some of them: every list and count against a plain filter
// over all rows.
#include <rapidcheck.h>

#include "projections/cursor.h"
#include "tests/projections/job_model.h"
#include "tests/projections/views_rig.h"
#include "tests/projections/visible_model.h"

namespace daybook::projections {
namespace {

std::string id_of(const ComponentRow& row) {
  return row.component;
}
std::string id_of(const DefinitionRow& row) {
  return row.definition;
}
std::string id_of(const RuleRow& row) {
  return row.rule;
}
std::string id_of(const TokenRow& row) {
  return row.token;
}
JobId id_of(const JobRow& row) {
  return row.job;
}

// What every page says and what the rows of all of them are, from a place on or back from it.
template <typename Ask>
auto walk_pages(const Ask& ask, PageRequest request, bool back,
                std::optional<std::uint64_t> total) {
  std::vector<decltype(id_of(ask(request)->rows.front()))> out;
  for (;;) {
    const auto page = ask(request);
    RC_ASSERT(page.has_value());
    RC_ASSERT(page->total_count == total);
    RC_ASSERT(page->rows.size() <= request.limit);
    for (std::size_t i = 0; i < page->rows.size(); ++i) {
      out.push_back(id_of(page->rows[back ? page->rows.size() - 1 - i : i]));
    }
    if (page->last_cursor.empty()) {
      if (back) {
        std::reverse(out.begin(), out.end());
      }
      return out;
    }
    (back ? request.before : request.after) = back ? page->first_cursor : page->last_cursor;
  }
}

class NamesWorld {
 public:
  explicit NamesWorld(std::uint64_t seed) : names(seed) {
    r.open();
    for (std::size_t more = names.pick(60); more > 0; --more) {
      const std::string_view name = s.keep(names.name());
      s.definition(name);
      events::ComponentPut component;
      component.component = name;
      component.spec = {"{}"};
      s.put(component);
      s.put(events::RulePut{name, {"[]"}, {}});
      s.put(events::TokenCreated{name, {}, {"*:read"}, {}, {}});
      if (names.pick(4) == 0) {
        s.put(events::DefinitionDeleted{name});
        s.put(events::ComponentDeleted{name});
        s.put(events::RuleDeleted{name});
        s.put(events::TokenRevoked{name});
      }
    }
  }

  template <typename Row>
  void check(Result<Page<Row>> (Views::*list)(const PageRequest&) const) {
    const auto ask = [&](const PageRequest& request) { return (r.now().*list)(request); };
    std::vector<std::string> all;
    for (const Row& row : ask({1000, "", ""})->rows) {
      all.push_back(id_of(row));
    }
    for (int i = 0; i < 20; ++i) {
      PageRequest request;
      request.limit = 1 + names.pick(7);
      request.visible = names.ids();
      std::vector<std::string> must = all;
      std::erase_if(must, [&](const auto& name) { return !is_covered(request.visible, name); });
      const std::size_t total = must.size();
      RC_ASSERT(walk_pages(ask, request, false, total) == must);
      // From any name on, whether it is there and may be read or not.
      const std::string from = names.name();
      const auto place = std::lower_bound(must.begin(), must.end(), from);
      request.before = make_cursor(CursorKind::kName, from);
      RC_ASSERT((walk_pages(ask, request, true, total) == std::vector(must.begin(), place)));
      request.after = std::move(request.before);
      request.before.clear();
      const auto behind = place + (place != must.end() && *place == from ? 1 : 0);
      RC_ASSERT((walk_pages(ask, request, false, total) == std::vector(behind, must.end())));
    }
  }

  ViewsRig r;
  Story& s = r.story;
  RandomNames names;
};

TEST(VisibleProperty, NamedListsShowAndCountWhatAPlainFilterWould) {
  rc::check("named lists equal a plain filter", [] {
    NamesWorld world(*rc::gen::arbitrary<std::uint64_t>());
    world.check(&Views::definitions);
    world.check(&Views::components);
    world.check(&Views::rules);
    world.check(&Views::tokens);
  });
}

class JobsWorld {
 public:
  explicit JobsWorld(std::uint64_t seed) : names_(seed) {
    r_.open();
    for (std::size_t more = 1 + names_.pick(12); more > 0; --more) {
      definitions_.push_back(names_.name());
    }
    begin_ = s_.now;
    for (std::size_t more = names_.pick(80); more > 0; --more) {
      live();
    }
    all_ = r_.jobs();
  }

  void check() {
    for (int i = 0; i < 60; ++i) {
      JobFilter f = filter();
      const auto ask = [&](const PageRequest& request) { return r_.now().jobs(f, request); };
      const std::vector<JobId> must = matching_jobs(f, all_);
      // What is visible changes what is counted, not whether it is.
      Ids visible = std::exchange(f.visible, std::nullopt);
      const bool counted = ask({1, "", ""})->total_count.has_value();
      f.visible = std::move(visible);
      const auto total = counted ? std::optional<std::uint64_t>(must.size()) : std::nullopt;
      PageRequest request;
      request.limit = 1 + names_.pick(9);
      RC_ASSERT(walk_pages(ask, request, false, total) == must);
      if (must.empty()) {
        continue;
      }
      const auto whole = ask({1000, "", ""});
      RC_ASSERT((whole.has_value() && whole->rows.size() == must.size()));
      request.before = whole->last_cursor;
      auto back = walk_pages(ask, request, true, total);
      // The last cursor may lie behind the last row when rows had to be looked at.
      if (back.size() < must.size()) {
        back.push_back(must.back());
      }
      RC_ASSERT(back == must);
    }
  }

 private:
  void live() {
    s_.now = s_.now + millis(static_cast<std::int64_t>(names_.pick(3'000)));
    const std::string_view d = s_.keep(definitions_[names_.pick(definitions_.size())]);
    events::JobCreated e;
    e.job = JobId::make(s_.now, 0, next(s_.last()));
    e.definition = d;
    e.run_at = s_.now + seconds(static_cast<std::int64_t>(names_.pick(100)));
    if (names_.pick(2) == 0) {
      e.tags = {"t"};
    }
    if (!jobs_.empty() && names_.pick(3) == 0) {
      e.parent = jobs_[names_.pick(std::min<std::size_t>(jobs_.size(), 3))];
    }
    s_.put(e);
    jobs_.push_back(e.job);
    const std::size_t how = names_.pick(6);
    if (how > 0) {
      s_.start(e.job, d);
    }
    if (how == 2) {
      s_.complete(e.job, d);
    } else if (how == 3) {
      s_.fail(e.job, d, 1);
    } else if (how == 4) {
      s_.cancel(e.job, d, 1);
    } else if (how == 5) {
      s_.complete(e.job, d);
      s_.remove(e.job, d);
    }
  }

  JobFilter filter() {
    JobFilter f;
    f.order = static_cast<JobOrder>(names_.pick(6));
    f.visible = names_.ids();
    if (f.visible && names_.pick(2) == 0) {
      f.visible->push_back(definitions_[names_.pick(definitions_.size())]);
    }
    if (names_.pick(4) == 0) {
      f.definition = definitions_[names_.pick(definitions_.size())];
    }
    for (std::size_t more = names_.pick(4); more > 1; --more) {
      f.status.add(static_cast<JobStatus>(names_.pick(5)));
    }
    if (names_.pick(4) == 0) {
      f.tag = "t";
    }
    if (names_.pick(5) == 0) {
      f.error_code = "BOOM";
    }
    if (!jobs_.empty() && names_.pick(5) == 0) {
      f.parent = jobs_.front();
    }
    const Micros from = begin_ + seconds(static_cast<std::int64_t>(names_.pick(100)));
    if (names_.pick(6) == 0) {
      f.created_after = from;
    }
    if (names_.pick(6) == 0) {
      f.run_before = from;
    }
    if (names_.pick(6) == 0) {
      f.finished_after = from;
    }
    return f;
  }

  ViewsRig r_;
  Story& s_ = r_.story;
  RandomNames names_;
  Micros begin_;
  std::vector<std::string> definitions_;
  std::vector<JobId> jobs_;
  std::vector<JobRow> all_;
};

TEST(VisibleProperty, JobsAreListedAndCountedAsAPlainFilterWould) {
  rc::check("jobs equal a plain filter", [] {
    JobsWorld world(*rc::gen::arbitrary<std::uint64_t>());
    world.check();
  });
}

}  // namespace
}  // namespace daybook::projections
