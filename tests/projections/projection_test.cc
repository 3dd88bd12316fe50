// What the folder relies on in every projection: that it knows what is not written yet.
#include "projections/projection.h"

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "events/codec.h"
#include "log/memory_log.h"
#include "projections/component_list.h"
#include "projections/definition_list.h"
#include "projections/event_index.h"
#include "projections/history.h"
#include "projections/job_list.h"
#include "projections/rule_list.h"
#include "projections/sending_list.h"
#include "projections/statistics.h"
#include "projections/token_list.h"
#include "tests/projections/story.h"

namespace daybook::projections {
namespace {

class Nothing final : public Walker, public Reader {
 public:
  void seek(std::string_view) override {}
  void seek_before(std::string_view) override {}
  void next() override {}
  void previous() override {}
  bool valid() const override { return false; }
  std::string_view key() const override { return {}; }
  std::string_view value() const override { return {}; }
  Status status() const override { return {}; }

  Result<bool> get(std::string_view, std::string&) const override { return false; }
  std::unique_ptr<Walker> walk(std::string_view, std::string_view) const override {
    return std::make_unique<Nothing>();
  }
};

// Something for each of them.
void tell(Story& story) {
  events::ComponentPut component;
  component.component = "c";
  component.spec = {"{}"};
  story.put(component);
  story.definition("d");
  story.put(events::RulePut{"r", {R"([{"componentId":"c","parameters":{}}])"}, {}});
  const JobId job = story.create("d", {"tag"});
  story.start(job, "d");
  story.complete(job, "d");
  events::SendingCreated sending;
  sending.sending = {0x8000, 1};
  sending.recipient = "somebody@example.org";
  sending.content = {"{}"};
  story.put(sending);
  story.put(events::TokenCreated{"t", {}, {"*:read"}, {}, {}});
  story.put(events::TokenRotated{"t", {}});
  for (const std::string_view gone : {"u", "v"}) {
    story.put(events::TokenCreated{gone, {}, {"*:read"}, {}, {}});
  }
  story.put(events::TokenRevoked{"u"});
  story.put(events::TokenExpired{"v"});
  // Minutes and hours end, so that what they held is closed.
  story.now = story.now + hours(2);
  story.create("d");
}

struct Made {
  const char* name;
  std::function<std::unique_ptr<Projection>()> make;
};

class EveryProjection : public testing::TestWithParam<Made> {
 protected:
  void apply_all(Projection& projection) {
    const auto cursor = log.read(Seq{1});
    ASSERT_TRUE(cursor);
    events::RecordView record;
    while (*(*cursor)->next(record)) {
      const auto recorded = events::decode(record);
      ASSERT_TRUE(recorded);
      ASSERT_TRUE(projection.apply(*recorded));
    }
  }
  static std::size_t written_keys(Projection& projection) {
    Batch batch;
    batch.begin({'x', '\1'});
    EXPECT_TRUE(projection.prepare());
    projection.write(batch);
    projection.written();
    return batch.size();
  }

  const Nothing nothing{};  // outlives the projection
  log::MemoryLog log;
  Story story{log};
};

TEST_P(EveryProjection, HasNothingUnwrittenAfterAWrite) {
  tell(story);
  const auto projection = GetParam().make();
  ASSERT_TRUE(projection->load(nothing));
  EXPECT_EQ(projection->unwritten_bytes(), 0U);
  apply_all(*projection);
  EXPECT_GT(projection->unwritten_bytes(), 0U);
  EXPECT_GT(written_keys(*projection), 0U);
  EXPECT_EQ(projection->unwritten_bytes(), 0U);
  EXPECT_EQ(written_keys(*projection), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Of, EveryProjection,
    testing::Values(
        Made{"jobs", [] { return std::make_unique<projections::JobList>(1 << 20); }},
        Made{"components", [] { return std::make_unique<projections::ComponentList>(); }},
        Made{"definitions", [] { return std::make_unique<projections::DefinitionList>(); }},
        Made{"statistics", [] { return std::make_unique<projections::Statistics>(); }},
        Made{"history", [] { return std::make_unique<projections::History>(); }},
        Made{"rules", [] { return std::make_unique<projections::RuleList>(); }},
        Made{"sendings", [] { return std::make_unique<projections::SendingList>(); }},
        Made{"events", [] { return std::make_unique<projections::EventIndex>(); }},
        Made{"tokens", [] { return std::make_unique<projections::TokenList>(); }}),
    [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace daybook::projections
