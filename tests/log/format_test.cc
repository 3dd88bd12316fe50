#include "log/format.h"

#include <string>

#include <gtest/gtest.h>

#include "base/hex.h"
#include "events/record.h"
#include "log/little.h"

namespace daybook::log {
namespace {

std::string hex(std::string_view text) {
  return to_hex(as_bytes(text));
}

Hash hash(std::uint8_t first) {
  Hash out{};
  out[0] = first;
  return out;
}

// The bytes of the worked example in docs/log-format.md: they may never change.
TEST(LogFormat, KeysAndValuesAreTheDocumentedBytes) {
  EXPECT_EQ(hex(key_text(chunk_key(Seq{1}))), "720000000000000001");
  EXPECT_EQ(hex(key_text(mark_key(Seq{258}))), "72000000000000010268");
  EXPECT_EQ(hex(encode_mark(Mark{Seq{2}, 2, hash(0xaa)})),
            "d36f356d0000000002000000000000000200000000000000aa00000000000000"
            "000000000000000000000000000000000000000000000000");
  EXPECT_EQ(hex(encode_trim(TrimPoint{Seq{2}, hash(0xaa), Micros{3}, 1})),
            "d1c8dfb201000000020000000000000003000000000000000000000000000000"
            "aa00000000000000000000000000000000000000000000000000000000000000");
}

TEST(LogFormat, KeysSortByRecordAndAMarkStandsBehindItsChunk) {
  EXPECT_LT(key_text(chunk_key(Seq{255})), key_text(chunk_key(Seq{256})));
  EXPECT_LT(key_text(chunk_key(Seq{7})), key_text(mark_key(Seq{7})));
  EXPECT_LT(key_text(mark_key(Seq{7})), key_text(chunk_key(Seq{8})));
  EXPECT_LT(kTrimKey, key_text(chunk_key(Seq{1})));
}

TEST(LogFormat, KeysReadBackAndOthersAreUnknown) {
  EXPECT_EQ(read_key(key_text(chunk_key(Seq{77}))).kind, KeyKind::kChunk);
  EXPECT_EQ(read_key(key_text(mark_key(Seq{77}))).kind, KeyKind::kMark);
  EXPECT_EQ(read_key(key_text(mark_key(Seq{77}))).seq, Seq{77});
  for (const char* key : {"", "r", "mid", "r1234567", "r12345678x", "s12345678"}) {
    EXPECT_EQ(read_key(key).kind, KeyKind::kUnknown) << key;
  }
}

TEST(LogFormat, AnyFlippedBitOfAValueIsNoticed) {
  const std::string values[] = {encode_mark(Mark{Seq{2}, 2, hash(1)}),
                                encode_trim(TrimPoint{Seq{2}, hash(1), Micros{3}, 1}),
                                encode_id(LogId{1, 2, 3})};
  for (const std::string& value : values) {
    for (std::size_t bit = 0; bit < value.size() * 8; ++bit) {
      std::string changed = value;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
      ASSERT_FALSE(decode_mark(changed) || decode_trim(changed) || decode_id(changed));
    }
  }
}

}  // namespace
}  // namespace daybook::log
