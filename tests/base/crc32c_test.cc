#include "base/crc32c.h"

#include <array>
#include <numeric>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/base/bytes_of.h"

namespace daybook {
namespace {

// The definition itself, a bit at a time: shares nothing with the table or the instruction.
std::uint32_t bit_by_bit(std::span<const std::uint8_t> bytes, std::uint32_t seed = 0) {
  std::uint32_t crc = ~seed;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 1U) != 0 ? (crc >> 1) ^ 0x82f63b78U : crc >> 1;
    }
  }
  return ~crc;
}

// RFC 3720 appendix B.4.
TEST(Crc32c, GivesTheAnswersOfTheRfc) {
  std::array<std::uint8_t, 32> block{};
  EXPECT_EQ(crc32c(block), 0x8a9136aaU);
  block.fill(0xff);
  EXPECT_EQ(crc32c(block), 0x62a8ab43U);
  std::iota(block.begin(), block.end(), std::uint8_t{0});
  EXPECT_EQ(crc32c(block), 0x46dd794eU);
  std::iota(block.rbegin(), block.rend(), std::uint8_t{0});
  EXPECT_EQ(crc32c(block), 0x113fdb5cU);
  EXPECT_EQ(crc32c(bytes_of("123456789")), 0xe3069283U);
}

TEST(Crc32c, OfNothingIsTheSeed) {
  EXPECT_EQ(crc32c({}), 0U);
  EXPECT_EQ(crc32c({}, 0x1234U), 0x1234U);
}

// Every length and alignment around the eight bytes that one step takes.
TEST(Crc32c, EveryLengthAndAlignmentGivesTheAnswerOfTheDefinition) {
  std::vector<std::uint8_t> data(96);
  std::uint32_t x = 2463534242U;
  for (std::uint8_t& byte : data) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    byte = static_cast<std::uint8_t>(x);
  }
  for (std::size_t from = 0; from < 16; ++from) {
    for (std::size_t size = 0; from + size <= data.size(); ++size) {
      const std::span<const std::uint8_t> part(data.data() + from, size);
      ASSERT_EQ(crc32c(part), bit_by_bit(part)) << from << "+" << size;
      ASSERT_EQ(crc32c_by_table(part), bit_by_bit(part)) << from << "+" << size;
    }
  }
}

TEST(Crc32c, OfTwoPartsEqualsThatOfTheWhole) {
  const std::string_view text = "the book of original entry";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::uint32_t first = crc32c(bytes_of(text.substr(0, cut)));
    EXPECT_EQ(crc32c(bytes_of(text.substr(cut)), first), crc32c(bytes_of(text)));
    const std::uint32_t by_table = crc32c_by_table(bytes_of(text.substr(0, cut)));
    EXPECT_EQ(crc32c_by_table(bytes_of(text.substr(cut)), by_table), crc32c(bytes_of(text)));
  }
}

TEST(Crc32c, NoticesEverySingleFlippedBit) {
  std::vector<std::uint8_t> data(128, 0x5a);
  const std::uint32_t sound = crc32c(data);
  for (std::size_t bit = 0; bit < data.size() * 8; ++bit) {
    data[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    ASSERT_NE(crc32c(data), sound) << bit;
    data[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
  }
}

}  // namespace
}  // namespace daybook
