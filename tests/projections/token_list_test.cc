// Tokens as the list shows them.
#include "tests/projections/views_rig.h"

namespace daybook::projections {
namespace {

class TokenListTest : public ViewsTest {
 protected:
  void make(std::string_view id) {
    events::TokenCreated e;
    e.token = id;
    e.permissions = {"jobs:read"};
    s.put(e);
  }
  std::vector<std::string> ids(const PageRequest& request = {}) {
    std::vector<std::string> out;
    const auto page = r.now().tokens(request);
    EXPECT_TRUE(page) << page.error().text();
    for (const TokenRow& row : page ? page->rows : std::vector<TokenRow>()) {
      out.push_back(row.token);
    }
    return out;
  }
};

TEST_F(TokenListTest, TokenShowsAllItsFieldsButNoSecret) {
  events::TokenCreated e;
  e.token = "ci";
  e.display_name = "The builder";
  e.permissions = {"jobs/nightly:write", "sendings:read"};
  e.secret.fill('\x5a');
  e.expires_at = s.now + hours(24);
  s.actor = "root";
  s.put(e);
  const auto row = r.now().token("ci");
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->token, "ci");
  EXPECT_EQ((*row)->display_name, "The builder");
  EXPECT_EQ((*row)->permissions, (std::vector<std::string>{"jobs/nightly:write", "sendings:read"}));
  EXPECT_EQ((*row)->expires_at, e.expires_at);
  EXPECT_EQ((*row)->created_at, s.now);
  EXPECT_EQ((*row)->created_by, "root");
  EXPECT_EQ((*row)->updated_at, s.now);
  EXPECT_EQ((*row)->updated_by, "root");
  EXPECT_EQ((*row)->seq, s.last());
  EXPECT_FALSE(*r.now().token("c"));
}

TEST_F(TokenListTest, RotationTellsWhenAndByWhomAndLeavesWhoMadeIt) {
  make("ci");
  const Micros made = s.now;
  s.now = s.now + hours(1);
  s.actor = "other";
  s.put(events::TokenRotated{"ci", {}});
  const auto row = r.now().token("ci");
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->created_at, made);
  EXPECT_EQ((*row)->created_by, "tester");
  EXPECT_EQ((*row)->updated_at, s.now);
  EXPECT_EQ((*row)->updated_by, "other");
  EXPECT_EQ((*row)->seq, s.last());
  EXPECT_EQ((*row)->permissions, (std::vector<std::string>{"jobs:read"}));
}

TEST_F(TokenListTest, RevokedAndExpiredOnesAreGoneAndAnIdMayComeAgain) {
  for (const char* id : {"a", "b", "c"}) {
    make(id);
  }
  s.put(events::TokenRevoked{"a"});
  s.put(events::TokenExpired{"c"});
  EXPECT_EQ(ids(), (std::vector<std::string>{"b"}));
  EXPECT_EQ(r.now().tokens({})->total_count, 1U);
  EXPECT_FALSE(*r.now().token("a"));
  s.now = s.now + hours(1);
  s.actor = "later";
  make("a");
  EXPECT_EQ(ids(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ((*r.now().token("a"))->created_at, s.now);
  EXPECT_EQ((*r.now().token("a"))->created_by, "later");
}

TEST_F(TokenListTest, RotationOfATokenThatIsNotThereStopsTheListAlone) {
  s.put(events::TokenRotated{"nobody", {}});
  s.definition("d");
  EXPECT_TRUE(*r.now().definition("d"));
  const auto page = r.now().tokens({});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().reason, "PROJECTION_FAILED");
}

TEST_F(TokenListTest, PagesGoThroughAllThatMayBeReadInBothDirections) {
  for (const char* id : {"ci", "ci-a", "ci-b", "dev", "ci2"}) {
    make(id);
  }
  PageRequest request;
  request.visible = {"ci*"};
  request.limit = 3;
  EXPECT_EQ(ids(request), (std::vector<std::string>{"ci", "ci-a", "ci-b"}));
  const auto first = r.now().tokens(request);
  EXPECT_EQ(first->total_count, 4U);
  request.after = first->last_cursor;
  EXPECT_EQ(ids(request), (std::vector<std::string>{"ci2"}));
  request.before = r.now().tokens(request)->first_cursor;
  request.after.clear();
  EXPECT_EQ(ids(request), (std::vector<std::string>{"ci", "ci-a", "ci-b"}));
  request.before.clear();
  request.visible = {"ci"};
  EXPECT_EQ(ids(request), (std::vector<std::string>{"ci"}));
  EXPECT_EQ(r.now().tokens(request)->total_count, 1U);
}

TEST_F(TokenListTest, ARebuildFromTheLogGivesTheSame) {
  for (const char* id : {"a", "b", "c", "d"}) {
    make(id);
    r.now();
  }
  s.put(events::TokenRotated{"d", {}});
  s.put(events::TokenRevoked{"b"});
  s.put(events::TokenExpired{"a"});
  const auto digests = r.digests();
  const auto report = r.views->rebuild("tokens", nullptr);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->identical) << report->first_difference;
  EXPECT_EQ(r.digests(), digests);
  EXPECT_EQ(ids(), (std::vector<std::string>{"c", "d"}));
}

}  // namespace
}  // namespace daybook::projections
