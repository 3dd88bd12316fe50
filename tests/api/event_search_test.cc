// Filtered events through the index are those that a look at every event finds.
#include <random>

#include "api/event_feed.h"
#include "events/catalogue.h"
#include "events/codec.h"
#include "tests/projections/random_lives.h"
#include "tests/projections/views_rig.h"

namespace daybook::api {
namespace {

using projections::RandomLives;
using projections::ViewsTest;

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

std::uint16_t type_of(std::string_view name) {
  return events::find_name(name)->type;
}

class EventSearch : public ViewsTest {
 protected:
  EventSource source() { return {r.log, r.now()}; }

  // Every event of the log that matches, one by one.
  std::vector<Seq> looked_at(const EventFilter& filter) {
    std::vector<Seq> out;
    auto cursor = r.log.read(r.log.first());
    events::RecordView view;
    while (*(*cursor)->next(view)) {
      const auto recorded = events::decode(view);
      const bool in_time = (!filter.from || recorded->meta.time >= *filter.from) &&
                           (!filter.to || recorded->meta.time < *filter.to);
      if (in_time && filter.matches(*recorded)) {
        out.push_back(view.header.seq);
      }
    }
    return out;
  }
  std::vector<Seq> forward(const EventFilter& filter, std::size_t limit) {
    std::vector<Seq> out;
    Seq after{r.log.first().value - 1};
    for (bool end = false; !end;) {
      const auto page = read_events(source(), filter, {after, r.log.last(), limit, kAll});
      EXPECT_TRUE(page) << page.error().text();
      if (!page) {
        break;
      }
      EXPECT_LE(page->events.size(), limit);
      out.insert(out.end(), page->seqs.begin(), page->seqs.end());
      end = page->at_end;
      EXPECT_TRUE(end || page->reached > after) << "a page goes on";
      after = page->reached;
    }
    return out;
  }
  std::vector<Seq> backward(const EventFilter& filter, std::size_t limit) {
    std::vector<Seq> out;
    Seq before = next(r.log.last());
    for (bool end = false; !end;) {
      const auto page = read_events_before(source(), filter, before, limit);
      EXPECT_TRUE(page) << page.error().text();
      if (!page) {
        break;
      }
      out.insert(out.begin(), page->seqs.begin(), page->seqs.end());
      end = page->at_end;
      EXPECT_TRUE(end || page->reached < before) << "a page goes on";
      before = page->reached;
    }
    return out;
  }
  void check(const EventFilter& filter, std::string_view what) {
    const std::vector<Seq> must = looked_at(filter);
    for (const std::size_t limit : {1U, 7U, 1000U}) {
      EXPECT_EQ(forward(filter, limit), must) << what << " by " << limit;
      EXPECT_EQ(backward(filter, limit), must) << what << " back by " << limit;
    }
  }
  EventFilter any_filter(std::mt19937_64& random, const RandomLives& lives) {
    const auto chance = [&](std::uint64_t of) { return random() % of == 0; };
    EventFilter f;
    const std::uint16_t types = static_cast<std::uint16_t>(random() % 3);
    static constexpr std::string_view kTypes[] = {"JobCreated",   "JobFailed",     "JobRemoved",
                                                  "JobStarted",   "DefinitionPut", "LeaseExtended",
                                                  "ComponentPut", "JobCancelled"};
    for (std::uint16_t i = 0; i < types; ++i) {
      f.types.push_back(type_of(kTypes[random() % std::size(kTypes)]));
    }
    if (chance(2)) {
      static constexpr std::string_view kNames[] = {"a", "b", "d-with-a-longer-name", "nobody"};
      f.definition = kNames[random() % std::size(kNames)];
    }
    if (chance(4)) {
      f.component = chance(2) ? "c" : "nothing";
    }
    if (chance(4)) {
      f.actor = chance(2) ? "tester" : "somebody else";
    }
    if (chance(6)) {
      f.request = CommandId{1, 1 + random() % r.log.last().value};
    }
    if (chance(5) && !lives.histories.empty()) {
      f.job = std::next(lives.histories.begin(),
                        static_cast<std::ptrdiff_t>(random() % lives.histories.size()))
                  ->first;
    }
    const Micros begin{1'763'251'200'000'000};
    const auto moment = [&] {
      return begin + Duration{static_cast<std::int64_t>(
                         random() % static_cast<std::uint64_t>(s.now.value - begin.value + 2))};
    };
    f.from = chance(3) ? std::optional(moment()) : std::nullopt;
    f.to = chance(3) ? std::optional(moment()) : std::nullopt;
    return f;
  }
};

TEST_F(EventSearch, FindsWhatALookAtEveryEventFinds) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    RandomLives lives(s, seed);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 300; ++i) {
      s.actor = random() % 5 == 0 ? "somebody else" : "tester";
      lives.step();
    }
    for (int i = 0; i < 40; ++i) {
      check(any_filter(random, lives),
            "seed " + std::to_string(seed) + " filter " + std::to_string(i));
    }
  }
}

// More events than one block of the index holds, and few of what is asked for.
TEST_F(EventSearch, TheRareOnesAmongManyAreFoundAtOnce) {
  constexpr std::uint64_t kMany = kEventsScanMax + 20'000;  // a look at each would not reach
  for (std::uint64_t i = 0; i < kMany; ++i) {
    s.queue(events::DefinitionDeleted{i % 2 == 0 ? "even" : "odd", 0});
    if (i % 10'000 == 5'000) {
      s.queue(events::ComponentDeleted{"rare"});
    }
    if (i % 1'000 == 0) {
      s.flush();
    }
  }
  s.flush();
  EventFilter rare;
  rare.types = {type_of("ComponentDeleted")};
  const auto page = read_events(source(), rare, {Seq{}, r.log.last(), 50, kAll});
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->events.size(), kMany / 10'000);
  EXPECT_TRUE(page->at_end);
  const auto newest = read_events_before(source(), rare, next(r.log.last()), 1);
  ASSERT_TRUE(newest) << newest.error().text();
  ASSERT_EQ(newest->seqs.size(), 1U);
  EXPECT_EQ(newest->seqs.front(), page->seqs.back());
  check(rare, "rare");
  EventFilter never = rare;
  never.definition = "even";
  check(never, "never");
}

// Of several commands the one that is asked for, with all its events.
TEST_F(EventSearch, ARequestIsFoundWithAllItsEvents) {
  s.definition("d");
  s.create("d");
  events::GroupWriter writer(r.log.last(), r.log.last_chain(), Epoch{1});
  const std::vector<events::Event> many(5, events::Event(events::DefinitionDeleted{"x", 0}));
  writer.add({CommandId{7, 8}, "tester", s.now, Seq{}}, many);
  const Seq first = next(r.log.last());
  ASSERT_TRUE(r.log.append(writer.take()));
  EventFilter filter;
  filter.request = CommandId{7, 8};
  const auto found = forward(filter, 2);
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found.front(), first);
  check(filter, "request");
}

TEST_F(EventSearch, ATrimmedLogGivesWhatIsLeft) {
  for (std::uint64_t i = 0; i < 40'000; ++i) {
    s.queue(events::DefinitionDeleted{i % 100 == 0 ? "rare" : "often", 0});
    if (i % 1'000 == 0) {
      s.flush();
    }
  }
  s.flush();
  r.now();
  events::LogTrimmed trimmed;
  trimmed.through = Seq{25'000};
  s.put(trimmed);
  r.now();
  EventFilter rare;
  rare.definition = "rare";
  // Archives may be given back: then the events are there, and the index has them no more.
  check(rare, "before the trim");
  ASSERT_TRUE(r.log.trim(trimmed.through));
  check(rare, "trimmed");
  EXPECT_EQ(forward(rare, 1000).size(), 150U);
}

TEST_F(EventSearch, LinesComeInPiecesOfABoundedSize) {
  for (int i = 0; i < 5000; ++i) {
    s.queue(events::DefinitionDeleted{i % 2 == 0 ? "even" : "odd", 0});
  }
  s.flush();
  for (const bool filtered : {false, true}) {
    EventFilter filter;
    filter.definition = filtered ? std::optional<std::string>("even") : std::nullopt;
    const auto stream =
        line_stream(source(), filter, {Seq{0}, r.log.last(), kAll, kHttpStreamPieceBytes});
    std::size_t lines = 0;
    std::size_t pieces = 0;
    for (bool end = false; !end; ++pieces) {
      const auto piece = stream->next();
      ASSERT_TRUE(piece);
      EXPECT_LT(piece->bytes.size(), kHttpStreamPieceBytes + 1024);
      lines += static_cast<std::size_t>(std::count(piece->bytes.begin(), piece->bytes.end(), '\n'));
      end = piece->end;
    }
    EXPECT_EQ(lines, filtered ? 2500U : 5000U);
    EXPECT_GT(pieces, 5U);
  }
}

}  // namespace
}  // namespace daybook::api
