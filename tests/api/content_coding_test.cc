#include "api/content_coding.h"

#include <zlib.h>

#include <gtest/gtest.h>

#include "base/entropy.h"
#include "tests/support/gunzip.h"

namespace daybook::api {
namespace {

Head head_of(std::vector<std::string_view> values) {
  Head out;
  for (const std::string_view value : values) {
    out.fields.push_back({"Accept-Encoding", value});
  }
  return out;
}

TEST(ContentCoding, GzipIsTakenWhereItIsNamedOrAnythingIs) {
  for (const char* value : {"gzip", "GZIP", "x-gzip", "deflate, gzip;q=0.5", "gzip ; q=1", "*",
                            "identity;q=0, *;q=0.1", "br,gzip", "gzip;level=1", "*;q=0, gzip"}) {
    EXPECT_TRUE(accepts_gzip(head_of({value}))) << value;
  }
  EXPECT_TRUE(accepts_gzip(head_of({"br", "gzip"})));
}

TEST(ContentCoding, GzipIsNotTakenWhereNothingSaysSo) {
  for (const char* value : {"", "identity", "gzip;q=0", "gzip;Q=0.000", "*;q=0", "gzip;q=0, *",
                            "br", "gzipped", "g zip", ",,;;,", "gzip;q=0.5, gzip;q=0"}) {
    EXPECT_FALSE(accepts_gzip(head_of({value}))) << value;
  }
  EXPECT_FALSE(accepts_gzip({}));
  EXPECT_FALSE(accepts_gzip(head_of({"gzip;q=0", "*"})));
}

TEST(ContentCoding, WhatIsUnpackedIsWhatWasPacked) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    text += "{\"jobId\":" + std::to_string(i) + "},";
  }
  const auto packed = gzip(text);
  ASSERT_TRUE(packed);
  EXPECT_LT(packed->size(), text.size() / 3);
  EXPECT_EQ(test::gunzip(*packed), text);
}

TEST(ContentCoding, WhatDoesNotGetSmallerStays) {
  SeededEntropy entropy(7);
  std::string noise;
  for (int i = 0; i < 10'000; ++i) {
    noise += static_cast<char>(entropy.next());
  }
  EXPECT_FALSE(gzip(noise));
  EXPECT_FALSE(gzip("x"));
  EXPECT_FALSE(gzip(""));
}

}  // namespace
}  // namespace daybook::api
