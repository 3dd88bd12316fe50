#include "projections/event_query.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "projections/event_index.h"

namespace daybook::projections {
namespace {

using Rows = std::map<std::string, std::string, std::less<>>;

// Keys in memory; counts the looks for one.
class MapWalker final : public Walker {
 public:
  MapWalker(const Rows& rows, std::string_view lower, std::string_view upper, std::size_t& looks)
      : begin_(rows.lower_bound(lower)), end_(rows.lower_bound(upper)), at_(end_), looks_(looks) {}

  void seek(std::string_view key) override {
    ++looks_;
    at_ = begin_;
    while (at_ != end_ && at_->first < key) {
      ++at_;
    }
  }
  void seek_before(std::string_view key) override {
    ++looks_;
    at_ = end_;
    for (auto it = begin_; it != end_ && it->first < key; ++it) {
      at_ = it;
    }
  }
  void next() override { ++at_; }
  void previous() override { at_ = at_ == begin_ ? end_ : std::prev(at_); }
  bool valid() const override { return at_ != end_; }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  Status status() const override { return {}; }

 private:
  Rows::const_iterator begin_;
  Rows::const_iterator end_;
  Rows::const_iterator at_;
  std::size_t& looks_;
};

class MapView final : public View {
 public:
  Result<bool> get(std::string_view key, std::string& value) const override {
    const auto found = rows.find(key);
    if (found == rows.end()) {
      return false;
    }
    value = found->second;
    return true;
  }
  std::unique_ptr<Walker> walk(std::string_view lower, std::string_view upper) const override {
    return std::make_unique<MapWalker>(rows, lower, upper, looks);
  }
  Seq as_of() const override { return last; }
  Prefix prefix() const override { return {}; }

  Rows rows;
  Seq last;
  mutable std::size_t looks = 0;
};

constexpr std::uint16_t kType = 5;
constexpr std::uint64_t kBlock = event_keys::kBlockEvents;

// A log of ten blocks. Each list has the second event of its blocks.
class EventQuery : public testing::Test {
 protected:
  EventQuery() { view.last = Seq{10 * kBlock}; }

  void list(Key prefix, const std::vector<std::uint64_t>& blocks) {
    for (const std::uint64_t block : blocks) {
      view.rows[std::string(Key(prefix).u64(block).view())] = std::string("\0\1", 2);
    }
  }
  void definition_in(const std::vector<std::uint64_t>& blocks) {
    list(event_keys::of_value(event_keys::kByDefinition, "d", kType), blocks);
    selection.definition = "d";
  }
  void actor_in(const std::vector<std::uint64_t>& blocks) {
    list(event_keys::of_value(event_keys::kByActor, "a", kType), blocks);
    selection.actor = "a";
  }
  FoundEvents find(const EventStretch& stretch) {
    selection.types = {kType};
    view.looks = 0;
    auto found = event_query::find(view, selection, stretch);
    EXPECT_TRUE(found) << found.error().text();
    return found ? *found : FoundEvents();
  }
  static Seq second_of(std::uint64_t block) { return Seq{block * kBlock + 1}; }

  MapView view;
  EventSelection selection;
};

TEST_F(EventQuery, LooksAtSoManyBlocksAndSaysHowFarItCame) {
  list(event_keys::of_type(kType), {0, 1, 2, 3});
  const FoundEvents up = find({Seq{}, view.last, 10, false, 2});
  EXPECT_EQ(up.seqs, (std::vector<Seq>{second_of(0), second_of(1)}));
  EXPECT_EQ(up.reached, Seq{2 * kBlock - 1});
  const FoundEvents down = find({Seq{}, view.last, 10, true, 2});
  EXPECT_EQ(down.seqs, (std::vector<Seq>{second_of(3), second_of(2)}));
  EXPECT_EQ(down.reached, Seq{2 * kBlock});
  const FoundEvents all = find({Seq{}, view.last, 10, false});
  EXPECT_EQ(all.seqs.size(), 4U);
  EXPECT_EQ(all.reached, view.last);
}

TEST_F(EventQuery, ItNeverCameFurtherThanItWasAsked) {
  list(event_keys::of_type(kType), {0, 1, 2, 3});
  EXPECT_EQ(find({Seq{}, Seq{kBlock + 5}, 10, false, 2}).reached, Seq{kBlock + 5});
  EXPECT_EQ(find({Seq{2 * kBlock}, view.last, 10, true, 2}).reached, Seq{2 * kBlock + 1});
}

// No block has both, but for the last: without a bound all of them are looked at.
TEST_F(EventQuery, BlocksThatOnlyOneOfTwoListsHasCountToo) {
  definition_in({0, 2, 4, 6, 8});
  actor_in({1, 3, 5, 7, 8});
  Seq after;
  std::vector<Seq> reached;
  std::vector<Seq> seqs;
  while (after < view.last) {
    const FoundEvents found = find({after, view.last, 10, false, 2});
    EXPECT_LE(view.looks, 2U * 2U);
    ASSERT_GT(found.reached, after);
    after = found.reached;
    reached.push_back(after);
    seqs.insert(seqs.end(), found.seqs.begin(), found.seqs.end());
  }
  EXPECT_EQ(reached, (std::vector<Seq>{Seq{3 * kBlock - 1}, Seq{7 * kBlock - 1}, view.last}));
  EXPECT_EQ(seqs, std::vector<Seq>{second_of(8)});
}

TEST_F(EventQuery, TheSameFromTheNewestBack) {
  definition_in({0, 2, 4, 6, 8});
  actor_in({0, 3, 5, 7, 9});
  Seq lowest = next(view.last);
  std::vector<Seq> reached;
  std::vector<Seq> seqs;
  while (lowest > Seq{1}) {
    const FoundEvents found = find({Seq{}, Seq{lowest.value - 1}, 10, true, 2});
    EXPECT_LE(view.looks, 2U * 2U);
    ASSERT_LT(found.reached, lowest);
    lowest = found.reached;
    reached.push_back(lowest);
    seqs.insert(seqs.end(), found.seqs.begin(), found.seqs.end());
  }
  EXPECT_EQ(reached, (std::vector<Seq>{Seq{6 * kBlock}, Seq{kBlock}, Seq{1}}));
  EXPECT_EQ(seqs, std::vector<Seq>{second_of(0)});
}

}  // namespace
}  // namespace daybook::projections
