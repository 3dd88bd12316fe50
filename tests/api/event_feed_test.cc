#include "api/event_feed.h"

#include <algorithm>
#include <array>
#include <limits>

#include <gtest/gtest.h>

#include "base/json_value.h"
#include "base/limits/http.h"
#include "events/catalogue.h"
#include "log/memory_log.h"

namespace daybook::api {
namespace {

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

// A log of `count` events; every one whose number divides by `every` deletes a component, the
// others a definition.
void fill(log::MemoryLog& log, std::uint64_t count, std::uint64_t every) {
  events::GroupWriter writer(log.last(), log.last_chain(), Epoch{1});
  for (std::uint64_t i = 1; i <= count; ++i) {
    const std::array<events::Event, 1> event{
        i % every == 0 ? events::Event(events::ComponentDeleted{"c"})
                       : events::Event(events::DefinitionDeleted{"d", 0})};
    writer.add({CommandId{}, "test", Micros{1}, Seq{}}, event);
    if (i % 1000 == 0 || i == count) {
      ASSERT_TRUE(log.append(writer.take()));
    }
  }
}

EventFilter components_only() {
  EventFilter filter;
  filter.types = {events::find_name("ComponentDeleted")->type};
  return filter;
}

TEST(EventFeed, AFilteredPageEndsAfterItsScanAndSaysWhere) {
  log::MemoryLog log;
  fill(log, kEventsScanMax + 10, kEventsScanMax + 5);
  const EventWindow window{Seq{0}, log.last(), 10, kAll};
  const auto first = scan_events(log, components_only(), window);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->events.empty());
  EXPECT_EQ(first->reached, Seq{kEventsScanMax});
  EXPECT_FALSE(first->at_end);
  const auto second = scan_events(log, components_only(), {first->reached, log.last(), 10, kAll});
  ASSERT_EQ(second->events.size(), 1U);
  EXPECT_EQ(second->seqs[0], Seq{kEventsScanMax + 5});
  EXPECT_TRUE(second->at_end);
}

TEST(EventFeed, AFilteredLookBackEndsAfterItsScanToo) {
  log::MemoryLog log;
  fill(log, kEventsScanMax + 200, 50);
  EventFilter none = components_only();
  none.definition = "nobody";
  const auto page = scan_events_before(log, none, {next(log.last()), Seq{}}, 10);
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->events.empty());
  EXPECT_FALSE(page->at_end);
  EXPECT_LE(page->reached, Seq{201});
  EXPECT_GT(page->reached, Seq{1});
}

TEST(EventFeed, APageEndsWhenItsBytesAreFull) {
  log::MemoryLog log;
  fill(log, 100, 1000);
  const auto page = scan_events(log, {}, {Seq{0}, log.last(), 1000, 500});
  ASSERT_TRUE(page);
  EXPECT_GE(page->events.size(), 1U);
  EXPECT_LT(page->events.size(), 10U);
  EXPECT_EQ(page->reached, page->seqs.back());
  EXPECT_FALSE(page->at_end);
}

TEST(EventFeed, PagesForwardAndBackMeetEveryEventOnce) {
  log::MemoryLog log;
  fill(log, 1000, 7);
  for (const std::size_t limit : {1U, 3U, 64U, 65U, 500U}) {
    std::vector<Seq> forward;
    Seq after{0};
    for (bool end = false; !end;) {
      const auto page = scan_events(log, components_only(), {after, log.last(), limit, kAll});
      forward.insert(forward.end(), page->seqs.begin(), page->seqs.end());
      after = page->reached;
      end = page->at_end;
    }
    std::vector<Seq> backward;
    Seq before{1001};
    for (bool end = false; !end;) {
      const auto page = scan_events_before(log, components_only(), {before, Seq{}}, limit);
      backward.insert(backward.begin(), page->seqs.begin(), page->seqs.end());
      before = page->reached;
      end = page->at_end;
    }
    EXPECT_EQ(forward.size(), 142U) << limit;
    EXPECT_EQ(backward, forward) << limit;
  }
}

TEST(EventFeed, AJobsEventsAreLookedForFromItsCreationOn) {
  log::MemoryLog log;
  fill(log, 10, 100);
  EventFilter filter;
  filter.job = JobId::make(Micros{1}, 0, Seq{9});
  const auto page = scan_events(log, filter, {Seq{0}, log.last(), 10, kAll});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->at_end);
  EXPECT_TRUE(page->events.empty());
}

TEST(EventFeed, TrimmedEventsAreNamed) {
  log::MemoryLog log;
  fill(log, 10, 100);
  ASSERT_TRUE(log.trim(Seq{5}));
  const auto page = scan_events(log, {}, {Seq{0}, log.last(), 10, kAll});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().reason, "LOG_TRIMMED");
}

}  // namespace
}  // namespace daybook::api
