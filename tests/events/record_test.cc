#include "events/record.h"

#include <cstring>

#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "base/hex.h"
#include "base/limits/write_path.h"

namespace daybook::events {
namespace {

std::vector<std::uint8_t> payload_of(std::string_view text) {
  return {text.begin(), text.end()};
}

Header sample_header() {
  Header header;
  header.seq = Seq{0x0102'0304'0506'0708};
  header.time = Micros{1'763'251'200'000'001};
  header.type = 6;
  header.version = 1;
  header.epoch = 7;
  header.batch_index = 1;
  header.batch_count = 3;
  header.command = CommandId{0xaaaa'bbbb'cccc'dddd, 0x1111'2222'3333'4444};
  header.cause = Seq{99};
  return header;
}

struct Sample {
  std::vector<std::uint8_t> payload = payload_of("the payload");
  std::vector<std::uint8_t> bytes;
  Hash chain{};
  Sample() {
    Sha256 digest;
    chain = append_record(bytes, sample_header(), payload, genesis(), digest);
  }
  // Makes the header checksum right again after a change.
  void seal() {
    const std::uint32_t crc = crc32c({bytes.data() + 8, kHeaderBytes - 8});
    std::memcpy(bytes.data() + 4, &crc, sizeof(crc));
  }
};

std::string message_of(const Sample& sample) {
  const auto read = read_record(sample.bytes);
  EXPECT_FALSE(read);
  return read ? "" : read.error().message;
}

TEST(Record, ComesBackAsItWasWritten) {
  const Sample sample;
  ASSERT_EQ(sample.bytes.size(), kHeaderBytes + sample.payload.size());
  const auto read = read_record(sample.bytes);
  ASSERT_TRUE(read) << read.error().text();
  const Header expected = sample_header();
  EXPECT_EQ(read->header.seq, expected.seq);
  EXPECT_EQ(read->header.time, expected.time);
  EXPECT_EQ(read->header.type, expected.type);
  EXPECT_EQ(read->header.version, expected.version);
  EXPECT_EQ(read->header.epoch, expected.epoch);
  EXPECT_EQ(read->header.batch_index, expected.batch_index);
  EXPECT_EQ(read->header.batch_count, expected.batch_count);
  EXPECT_EQ(read->header.command, expected.command);
  EXPECT_EQ(read->header.cause, expected.cause);
  EXPECT_EQ(read->header.chain, sample.chain);
  EXPECT_TRUE(std::equal(read->payload.begin(), read->payload.end(), sample.payload.begin(),
                         sample.payload.end()));
}

// The bytes of format 1, by hand: this must hold for ever (I17).
TEST(Record, HeaderLiesAsItsPageSays) {
  const Sample sample;
  const auto hex = [&](std::size_t at, std::size_t size) {
    return to_hex(std::span(sample.bytes).subspan(at, size));
  };
  EXPECT_EQ(hex(0, 4), "01000000");
  EXPECT_EQ(hex(8, 8), "0807060504030201");
  EXPECT_EQ(hex(16, 8), "01006de9aa430600");
  EXPECT_EQ(hex(24, 8), "0600010007000000");
  EXPECT_EQ(hex(32, 8), "0100000003000000");
  EXPECT_EQ(hex(40, 4), "0b000000");
  EXPECT_EQ(hex(48, 16), "ddddccccbbbbaaaa4444333322221111");
  EXPECT_EQ(hex(64, 8), "6300000000000000");
  EXPECT_EQ(hex(72, 24), std::string(48, '0'));
}

TEST(Record, ChainIsTheDigestThatTheFormatPageDefines) {
  const Sample sample;
  std::vector<std::uint8_t> message;
  const Hash before = sha256("daybook log format 1");
  message.insert(message.end(), before.begin(), before.end());
  std::vector<std::uint8_t> head(sample.bytes.begin(), sample.bytes.begin() + 96);
  std::fill(head.begin() + 4, head.begin() + 8, std::uint8_t{0});
  message.insert(message.end(), head.begin(), head.end());
  message.insert(message.end(), sample.payload.begin(), sample.payload.end());
  Sha256 digest;
  digest.update(message);
  EXPECT_EQ(digest.finish(), sample.chain);
  EXPECT_EQ(chain_after(genesis(), *read_record(sample.bytes), digest), sample.chain);
}

TEST(Record, EveryFlippedBitIsRefused) {
  Sample sample;
  for (std::size_t bit = 0; bit < sample.bytes.size() * 8; ++bit) {
    const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
    sample.bytes[bit / 8] ^= mask;
    const auto read = read_record(sample.bytes);
    ASSERT_FALSE(read) << "bit " << bit;
    ASSERT_EQ(read.error().code, Code::kCorrupt);
    sample.bytes[bit / 8] ^= mask;
  }
}

TEST(Record, EveryCutIsRefused) {
  const Sample sample;
  for (std::size_t size = 0; size < sample.bytes.size(); ++size) {
    ASSERT_FALSE(read_record(Bytes(sample.bytes).first(size))) << size;
  }
}

TEST(Record, BytesAfterTheRecordAreNotItsOwn) {
  Sample sample;
  const std::size_t size = sample.bytes.size();
  sample.bytes.resize(size + 40, 0xee);
  const auto read = read_record(sample.bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->bytes.size(), size);
}

TEST(Record, SealedNonsenseIsRefusedByName) {
  {
    Sample s;
    s.bytes[0] = 2;
    EXPECT_NE(message_of(s).find("format version"), std::string::npos);
  }
  {
    Sample s;
    s.bytes[2] = 1;
    EXPECT_NE(message_of(s).find("flags"), std::string::npos);
  }
  for (std::size_t at = 72; at < 96; ++at) {
    Sample s;
    s.bytes[at] = 1;
    s.seal();
    EXPECT_NE(message_of(s).find("reserved byte"), std::string::npos) << at;
  }
  {
    Sample s;
    s.bytes[40] = 0xff;
    s.seal();
    EXPECT_NE(message_of(s).find("cut short"), std::string::npos);
  }
  {
    Sample s;
    s.bytes[32] = 3;  // batch_index == batch_count
    s.seal();
    EXPECT_NE(message_of(s).find("batch"), std::string::npos);
  }
  {
    Sample s;
    s.bytes[kHeaderBytes] ^= 1;
    EXPECT_NE(message_of(s).find("payload checksum"), std::string::npos);
  }
}

TEST(Record, AnEmptyPayloadIsARecord) {
  std::vector<std::uint8_t> bytes;
  Sha256 digest;
  append_record(bytes, sample_header(), {}, genesis(), digest);
  ASSERT_EQ(bytes.size(), kHeaderBytes);
  EXPECT_TRUE(read_record(bytes));
}

TEST(RecordDeathTest, PayloadOverItsLimitIsAProgrammingError) {
  std::vector<std::uint8_t> payload(kEventPayloadBytesMax + 1);
  std::vector<std::uint8_t> out;
  Sha256 digest;
  EXPECT_DEATH(append_record(out, sample_header(), payload, genesis(), digest), "within its limit");
}

TEST(Record, GenesisIsFixed) {
  EXPECT_EQ(to_hex(genesis()), "d66f7ab41320f48eba166da0f86978bb0c7526a2a54e8dc3508b70e40b806e5f");
}

}  // namespace
}  // namespace daybook::events
