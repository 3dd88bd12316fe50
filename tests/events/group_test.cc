#include "events/group.h"

#include <gtest/gtest.h>

#include "events/json.h"
#include "tests/events/samples.h"

namespace daybook::events {
namespace {

std::vector<RecordView> records_of(const Group& group) {
  std::vector<RecordView> out;
  for (Bytes rest = group.bytes; !rest.empty();) {
    out.push_back(*read_record(rest));
    rest = rest.subspan(out.back().bytes.size());
  }
  return out;
}

TEST(GroupWriter, RecordsAreDenseChainedAndPlacedInTheirBatches) {
  GroupWriter writer(Seq{10}, sha256("before"), Epoch{2});
  const std::vector<Event> three = {ComponentDeleted{"a"}, ComponentDeleted{"b"},
                                    ComponentDeleted{"c"}};
  const std::vector<Event> one = {ComponentDeleted{"d"}};
  writer.add({CommandId{1, 1}, "t1", samples::kTime, Seq{}}, three);
  writer.add({CommandId{2, 2}, "t2", samples::kTime + seconds(1), Seq{4}}, one);
  const Group group = writer.take();
  EXPECT_EQ(group.first, Seq{11});
  EXPECT_EQ(group.last(), Seq{14});
  EXPECT_EQ(group.count, 4U);

  const auto records = records_of(group);
  ASSERT_EQ(records.size(), 4U);
  Hash chain = sha256("before");
  Sha256 digest;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Header& header = records[i].header;
    EXPECT_EQ(header.seq.value, 11 + i);
    EXPECT_EQ(header.batch_index, i < 3 ? i : 0);
    EXPECT_EQ(header.batch_count, i < 3 ? 3U : 1U);
    EXPECT_EQ(header.epoch, 2U);
    chain = chain_after(chain, records[i], digest);
    EXPECT_EQ(header.chain, chain);
  }
  EXPECT_EQ(group.chain, chain);
  EXPECT_EQ(records[3].header.cause, Seq{4});
  EXPECT_EQ(decode(records[3])->meta.actor, "t2");
}

TEST(GroupWriter, TheNextGroupContinuesTheOneThatWasTaken) {
  GroupWriter writer(Seq{}, genesis(), Epoch{1});
  const std::vector<Event> one = {ComponentDeleted{"a"}};
  writer.add({{}, "system", samples::kTime, {}}, one);
  Group first = writer.take();
  EXPECT_TRUE(writer.pending().empty());
  EXPECT_EQ(writer.next_seq(), Seq{2});
  writer.set_epoch(Epoch{2});
  writer.add({{}, "system", samples::kTime, {}}, one);
  const Group second = writer.take(std::move(first.bytes));
  EXPECT_EQ(second.first, Seq{2});
  EXPECT_EQ(second.count, 1U);
  const auto records = records_of(second);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].header.epoch, 2U);
  Sha256 digest;
  EXPECT_EQ(records[0].header.chain, chain_after(first.chain, records[0], digest));
}

TEST(GroupWriter, AnEmptyGroupHoldsNoRecords) {
  GroupWriter writer(Seq{5}, sha256("x"), Epoch{1});
  const Group group = writer.take();
  EXPECT_TRUE(group.empty());
  EXPECT_TRUE(group.bytes.empty());
  EXPECT_EQ(group.chain, sha256("x"));
}

}  // namespace
}  // namespace daybook::events
