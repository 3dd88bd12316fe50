#include "base/ids.h"

#include <gtest/gtest.h>

#include "base/limits/resources.h"

namespace daybook {
namespace {

constexpr Micros kTime{1'763'251'200'123'456};

TEST(JobId, CarriesItsKeyAndIsAVersion7Uuid) {
  const JobId id = JobId::make(kTime, 5, Seq{42});
  EXPECT_EQ(id.key(), Seq{42});
  EXPECT_EQ(id.text(), "019a89f6-207b-7005-8000-00000000002a");
  EXPECT_FALSE(id.is_null());
  EXPECT_TRUE(JobId{}.is_null());
}

TEST(JobId, SortsByCreation) {
  const JobId first = JobId::make(kTime, 0, Seq{9});
  const JobId same_time = JobId::make(kTime, 0, Seq{10});
  const JobId later = JobId::make(kTime + seconds(1), 0, Seq{11});
  EXPECT_LT(first, same_time);
  EXPECT_LT(same_time, later);
  EXPECT_LT(first.text(), same_time.text());
  EXPECT_LT(same_time.text(), later.text());
  EXPECT_LT(first.bytes(), same_time.bytes());
  EXPECT_LT(same_time.bytes(), later.bytes());
}

TEST(JobId, TextAndBytesGoThereAndBackInEitherCase) {
  const JobId id = JobId::make(kTime, 4095, Seq{0x1234'5678'9abc});
  EXPECT_EQ(JobId::parse(id.text()), id);
  std::string upper = id.text();
  for (char& c : upper) {
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  EXPECT_EQ(JobId::parse(upper), id);
  EXPECT_EQ(JobId::from_bytes(id.bytes().data()), id);
}

TEST(JobId, MalformedTextIsRefusedWithItsField) {
  for (const std::string_view bad :
       {"", "019a8a01", "019a89f6-207b-7005-8000-00000000002",
        "019a89f6-207b-7005-8000-00000000002aa", "019a8a01xec7b-7005-8000-00000000002a",
        "019a89f6-207b-7005-8000-00000000002g", "019a89f6-207b-7005-80000-0000000002a"}) {
    const auto parsed = JobId::parse(bad, "parentJobId");
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().reason, "BAD_JOB_ID");
    EXPECT_EQ(parsed.error().field, "parentJobId");
  }
}

TEST(ResourceId, AcceptsItsAlphabetUpToItsLimit) {
  EXPECT_TRUE(check_resource_id("a", "id"));
  EXPECT_TRUE(check_resource_id("9-nightly.order_Processing", "id"));
  EXPECT_TRUE(check_resource_id(std::string(kIdBytesMax, 'x'), "id"));
  EXPECT_FALSE(check_resource_id(std::string(kIdBytesMax + 1, 'x'), "id"));
}

TEST(ResourceId, RefusesEverythingElse) {
  for (const std::string_view bad : {"", ".", "..", "-a", "_a", "a b", "a/b", "a\n", "ä", "a%20"}) {
    EXPECT_FALSE(check_resource_id(bad, "id")) << bad;
  }
}

TEST(ComponentId, MayHoldSlashesButNoPartThatClimbs) {
  EXPECT_TRUE(check_id(IdKind::kComponent, "orders/process.hreactor", "id"));
  EXPECT_TRUE(check_id(IdKind::kComponent, std::string(kComponentIdBytesMax, 'x'), "id"));
  EXPECT_FALSE(check_id(IdKind::kComponent, std::string(kComponentIdBytesMax + 1, 'x'), "id"));
  for (const std::string_view bad :
       {"", "/", "/a", "a/", "a//b", "a/../b", "a/./b", "..", "a/.."}) {
    EXPECT_FALSE(check_id(IdKind::kComponent, bad, "id")) << bad;
  }
}

TEST(PathId, DefinitionsAndRulesMayHoldSlashesTooAndTheErrorNamesIdAndKind) {
  for (const IdKind kind : {IdKind::kDefinition, IdKind::kRule}) {
    EXPECT_TRUE(check_id(kind, "orderManagement/reserveStock", "id"));
    EXPECT_TRUE(check_id(kind, std::string(kIdBytesMax, 'x'), "id"));
    EXPECT_FALSE(check_id(kind, std::string(kIdBytesMax + 1, 'x'), "id"));
    for (const std::string_view bad : {"", "/", "/a", "a/", "a//b", "a/../b", "a b", "ä"}) {
      EXPECT_FALSE(check_id(kind, bad, "id")) << bad;
    }
  }
  const auto message = [](IdKind kind, std::string_view id) {
    return check_id(kind, id, "uri").error().message;
  };
  EXPECT_NE(message(IdKind::kRule, "a b/c").find("'a b/c' is no id of a rule"), std::string::npos);
  EXPECT_NE(message(IdKind::kDefinition, "x/").find("'x/' is no id of a job definition"),
            std::string::npos);
  EXPECT_NE(message(IdKind::kComponent, "\x1b[31m\xff").find("'?[31m?'"), std::string::npos);
}

TEST(SendingIdText, ComesBackAndSortsAsBytes) {
  const SendingId id{0x0123'4567'89ab'8def, 0x8123'4567'89ab'cdef};
  EXPECT_EQ(id.text(), "01234567-89ab-8def-8123-456789abcdef");
  EXPECT_EQ(*SendingId::parse(id.text()), id);
  EXPECT_EQ(*SendingId::parse("01234567-89AB-8DEF-8123-456789ABCDEF"), id);
  EXPECT_EQ(SendingId::from_bytes(id.bytes().data()), id);
}

TEST(SendingIdText, OtherFormsAreRefusedByField) {
  for (const char* text :
       {"", "01234567-89ab-8def-8123-456789abcde", "x", "01234567-89ab-8def-8123-456789abcdefa",
        "01234567x89ab-8def-8123-456789abcdef", "01234567-89ab-8def-8123-45678gabcdef"}) {
    const auto id = SendingId::parse(text, "id");
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(id.error().reason, "BAD_SENDING_ID");
    EXPECT_EQ(id.error().field, "id");
  }
}

}  // namespace
}  // namespace daybook
