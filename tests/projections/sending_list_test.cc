// The sending list: rows, filters, pages, exact counts, removal.
#include "base/limits/views.h"
#include "tests/projections/views_rig.h"

namespace daybook::projections {
namespace {

class SendingListTest : public ViewsTest {
 protected:
  static SendingId id(std::uint64_t n) { return {0x8000, n}; }

  Seq create(std::uint64_t n, JobId job = {}, Transport transport = Transport::kEmail,
             std::string_view category = "reactor") {
    events::SendingCreated e;
    e.sending = id(n);
    e.transport = transport;
    e.recipient = n % 2 == 0 ? "even@example.org" : "odd@example.org";
    e.category = category;
    e.content = {R"({"subject":"s"})"};
    e.job = job;
    return s.put(e);
  }
  SendingRow row(std::uint64_t n) {
    const auto found = r.now().sending(id(n));
    EXPECT_TRUE(found && *found);
    return found && *found ? **found : SendingRow();
  }
  // The numbers of a page, newest first.
  std::vector<std::uint64_t> listed(const SendingFilter& filter, const PageRequest& page = {}) {
    const auto found = r.now().sendings(filter, page);
    EXPECT_TRUE(found) << found.error().text();
    std::vector<std::uint64_t> out;
    for (const auto& sending : found->rows) {
      out.push_back(sending.sending.low);
    }
    return out;
  }
  std::optional<std::uint64_t> total(const SendingFilter& filter) {
    return r.now().sendings(filter, {})->total_count;
  }
  void expect_counts(std::uint64_t pending, std::uint64_t sent, std::uint64_t bounced,
                     std::uint64_t cancelled) {
    const auto counts = r.now().sending_counts();
    ASSERT_TRUE(counts);
    EXPECT_EQ(counts->pending, pending);
    EXPECT_EQ(counts->sent, sent);
    EXPECT_EQ(counts->bounced, bounced);
    EXPECT_EQ(counts->cancelled, cancelled);
  }

  const events::Failure failure_{"SMTP_DEFERRED", "451 later", {R"({"n":1})"}};
};

using Numbers = std::vector<std::uint64_t>;

TEST_F(SendingListTest, RowFollowsTheLifeOfASending) {
  const Micros begin = s.now;
  const Seq created = create(1);
  SendingRow seen = row(1);
  EXPECT_EQ(seen.status, SendingStatus::kPending);
  EXPECT_EQ(seen.created, created);
  EXPECT_EQ(seen.created_at, begin);
  EXPECT_EQ(seen.due_at, begin);
  EXPECT_EQ(seen.created_by, "tester");
  EXPECT_EQ(seen.content, R"({"subject":"s"})");
  s.now = s.now + seconds(1);
  s.put(events::SendingRetryScheduled{id(1), Attempt{1}, failure_, s.now + seconds(10)});
  seen = row(1);
  EXPECT_EQ(seen.attempt, Attempt{1});
  EXPECT_EQ(seen.error->code, "SMTP_DEFERRED");
  EXPECT_EQ(seen.processed_at, s.now);
  EXPECT_EQ(seen.due_at, s.now + seconds(10));
  s.now = s.now + seconds(10);
  const Seq sent = s.put(events::SendingSent{id(1), Attempt{2}, "250 ok"});
  seen = row(1);
  EXPECT_EQ(seen.status, SendingStatus::kSent);
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(seen.response, "250 ok");
  EXPECT_EQ(seen.sent_at, s.now);
  EXPECT_EQ(seen.due_at, Micros{});
  EXPECT_EQ(seen.seq, sent);
}

TEST_F(SendingListTest, BouncedKeepsItsErrorAndCountsTheTriesThatWereMade) {
  create(1);
  s.put(events::SendingRetryScheduled{id(1), Attempt{1}, failure_, s.now});
  s.put(events::SendingBounced{id(1), Attempt{}, {"MAIL_NOT_CONFIGURED", "none", {}}});
  EXPECT_EQ(row(1).attempt, Attempt{1});
  EXPECT_EQ(row(1).error->code, "MAIL_NOT_CONFIGURED");
  expect_counts(0, 0, 1, 0);
}

TEST_F(SendingListTest, FiltersFindExactlyTheirs) {
  s.definition("d");
  const JobId job = s.create("d");
  create(1, job);
  create(2, {}, Transport::kHttp);
  create(3, job, Transport::kEmail, "order");
  create(4);
  s.put(events::SendingSent{id(1), Attempt{1}, {}});
  s.put(events::SendingCancelled{id(4)});
  EXPECT_EQ(listed({}), (Numbers{4, 3, 2, 1}));
  EXPECT_EQ(total({}), 4U);
  SendingFilter filter;
  filter.status = SendingStatus::kPending;
  EXPECT_EQ(listed(filter), (Numbers{3, 2}));
  EXPECT_EQ(total(filter), 2U);
  filter.job = job;
  EXPECT_EQ(listed(filter), (Numbers{3}));
  EXPECT_FALSE(total(filter));
  filter.status.reset();
  EXPECT_EQ(listed(filter), (Numbers{3, 1}));
  EXPECT_EQ(total(filter), 2U);
  filter = {};
  filter.transport = Transport::kHttp;
  EXPECT_EQ(listed(filter), (Numbers{2}));
  filter = {};
  filter.category = "order";
  EXPECT_EQ(listed(filter), (Numbers{3}));
  filter = {};
  filter.recipient = "even@example.org";
  EXPECT_EQ(listed(filter), (Numbers{4, 2}));
  expect_counts(2, 1, 0, 1);
}

TEST_F(SendingListTest, PagesMeetWithoutGapsInBothDirections) {
  for (std::uint64_t n = 1; n <= 7; ++n) {
    create(n);
  }
  const auto first = r.now().sendings({}, {3, "", ""});
  ASSERT_TRUE(first);
  EXPECT_EQ(listed({}, {3, "", ""}), (Numbers{7, 6, 5}));
  EXPECT_EQ(listed({}, {3, first->last_cursor, ""}), (Numbers{4, 3, 2}));
  const auto second = r.now().sendings({}, {3, first->last_cursor, ""});
  EXPECT_EQ(listed({}, {3, second->last_cursor, ""}), (Numbers{1}));
  EXPECT_EQ(listed({}, {3, "", second->first_cursor}), (Numbers{7, 6, 5}));
  EXPECT_EQ(r.now().sendings({}, {3, "ffff", ""}).error().reason, "BAD_CURSOR");
}

TEST_F(SendingListTest, AFilterWithoutIndexLooksAtALimitedNumberOfRowsAndGoesOn) {
  create(1, {}, Transport::kEmail, "wanted");
  std::uint64_t n = 1;
  while (n < kJobScanMax) {
    create(++n);
  }
  SendingFilter wanted;
  wanted.category = "wanted";
  EXPECT_EQ(listed(wanted), Numbers{1});
  create(++n);
  const auto page = r.now().sendings(wanted, {});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->rows.empty());
  EXPECT_EQ(listed(wanted, {10, page->last_cursor, ""}), Numbers{1});
}

TEST_F(SendingListTest, RemovedOnesAreGoneAndSoAreTheirIndexes) {
  s.definition("d");
  const JobId job = s.create("d");
  const Seq created = create(1, job);
  s.put(events::SendingSent{id(1), Attempt{1}, {}});
  create(2);
  const auto due_now = [&] {
    RetentionPlace::Reached all;
    return r.now().sendings_due(s.now, 10, all);
  };
  EXPECT_TRUE(due_now()->empty());
  s.now = s.now + seconds(1);
  s.put(events::JobRemoved{job, "d", events::RemovalReason::kRetention});
  const auto due = due_now();
  ASSERT_EQ(due->size(), 1U);
  EXPECT_EQ(due->at(0).sending, id(1));
  EXPECT_EQ(due->at(0).created, created);
  s.put(events::SendingRemoved{id(1), created, events::RemovalReason::kRetention});
  EXPECT_FALSE(*r.now().sending(id(1)));
  EXPECT_EQ(listed({}), (Numbers{2}));
  SendingFilter filter;
  filter.job = job;
  EXPECT_EQ(total(filter), 0U);
  EXPECT_TRUE(due_now()->empty());
  expect_counts(1, 0, 0, 0);
}

TEST_F(SendingListTest, ThoseThatEndAtTheTimeOfTheNewestEventAreNotPassedOver) {
  create(1);
  create(2);
  s.put(events::SendingSent{id(2), Attempt{1}, {}});
  const Micros cutoff = s.now + seconds(1);
  RetentionPlace::Reached place;
  EXPECT_EQ(r.now().sendings_due(cutoff, 10, place)->size(), 1U);
  s.put(events::SendingSent{id(1), Attempt{1}, {}});
  EXPECT_EQ(r.now().sendings_due(cutoff, 10, place)->size(), 2U);
  s.now = s.now + Duration{1};
  create(3);
  EXPECT_TRUE(r.now().sendings_due(cutoff, 10, place)->empty());
}

TEST_F(SendingListTest, RebuildIsIdentical) {
  for (std::uint64_t n = 1; n <= 20; ++n) {
    create(n);
    if (n % 3 == 0) {
      s.put(events::SendingRetryScheduled{id(n), Attempt{1}, failure_, s.now});
    }
    if (n % 4 == 0) {
      s.put(events::SendingBounced{id(n), Attempt{n % 3 == 0 ? 2U : 1U}, failure_});
    }
  }
  r.now();
  const auto report = r.views->rebuild("sendings", nullptr);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->identical) << report->first_difference;
  EXPECT_GT(report->keys, 0U);
  expect_counts(15, 0, 5, 0);
}

TEST_F(SendingListTest, HistoryOfAJobShowsWhatItSent) {
  s.definition("d");
  const JobId job = s.create("d");
  create(1, job);
  create(2);
  const auto history = r.now().history(job, {});
  ASSERT_TRUE(history);
  EXPECT_EQ(history->rows.size(), 2U);
  EXPECT_EQ(r.job(job).status, JobStatus::kPending);
}

TEST_F(SendingListTest, EventOfAnUnknownSendingStopsThisViewAlone) {
  s.put(events::SendingCancelled{id(9)});
  s.definition("d");
  EXPECT_EQ(r.now().definitions({})->rows.size(), 1U);
  EXPECT_EQ(r.now().sendings({}, {}).error().reason, "PROJECTION_FAILED");
}

}  // namespace
}  // namespace daybook::projections
