#include "api/query.h"

#include <array>

#include <gtest/gtest.h>

#include "base/limits/http.h"

namespace daybook::api {
namespace {

constexpr std::array<std::string_view, 5> kNames{"limit", "after", "before", "from", "tag"};

Answer<Query> parse(std::string_view raw) {
  return Query::parse(raw, kNames);
}

TEST(Query, DecodesValues) {
  const auto query = parse("tag=a%20b+c%26&after=");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->find("tag"), "a b c&");
  EXPECT_EQ(query->find("after"), "");
  EXPECT_FALSE(query->find("before"));
}

TEST(Query, RefusesWhatItsRouteDoesNotKnow) {
  for (const auto& [raw, field] :
       {std::pair("nope=1", "nope"), std::pair("limit=1&limit=2", "limit"),
        std::pair("Limit=1", "Limit"), std::pair("&", ""), std::pair("=1", "")}) {
    const auto query = parse(raw);
    ASSERT_FALSE(query) << raw;
    EXPECT_EQ(query.error().status, 422) << raw;
    EXPECT_EQ(query.error().errors[0].field, field) << raw;
  }
}

TEST(Query, RefusesBrokenEscapesAndBytesThatAreNotText) {
  EXPECT_EQ(parse("tag=%g1").error().status, 400);
  EXPECT_EQ(parse("tag=%").error().status, 400);
  EXPECT_EQ(parse("tag=%ff").error().status, 422);
  EXPECT_EQ(parse("tag=%00").error().status, 422);
}

TEST(Query, PageHasItsBounds) {
  EXPECT_EQ(parse("")->page()->limit, kPageLimitDefault);
  EXPECT_EQ(parse("limit=1000")->page()->limit, kPageLimitMax);
  for (const char* raw : {"limit=0", "limit=1001", "limit=-1", "limit=x", "limit=", "limit=1.5",
                          "limit=%201", "limit=99999999999999999999"}) {
    const auto page = parse(raw)->page();
    ASSERT_FALSE(page) << raw;
    EXPECT_EQ(page.error().field, "limit") << raw;
  }
  EXPECT_EQ(parse("after=a&before=b")->page().error().field, "before");
}

TEST(Query, TimesMayHaveAnUnescapedPlus) {
  EXPECT_EQ(**parse("from=2025-11-16T02:00:00+01:00")->time("from"), Micros{1763254800000000});
  EXPECT_EQ(**parse("from=2025-11-16T02:00:00%2B01:00")->time("from"), Micros{1763254800000000});
  EXPECT_EQ(parse("from=now")->time("from").error().field, "from");
  EXPECT_FALSE(parse("")->time("from")->has_value());
}

}  // namespace
}  // namespace daybook::api
