#include "base/ids.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/hex.h"
#include "base/limits/resources.h"

namespace daybook {
namespace {

constexpr std::uint64_t kVariant = 0x8000'0000'0000'0000ULL;
constexpr std::uint64_t kSeqMask = 0x3fff'ffff'ffff'ffffULL;

std::string uuid_text(std::uint64_t high, std::uint64_t low) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out(36, '-');
  std::size_t at = 0;
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) {
      ++at;
    }
    const std::uint64_t word = nibble < 16 ? high : low;
    out[at++] = kDigits[(word >> (60 - 4 * (nibble % 16))) & 0xf];
  }
  return out;
}

struct Words {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

// Nothing unless the text is 32 hexadecimal digits with dashes where a UUID has them.
std::optional<Words> parse_uuid(std::string_view text) {
  if (text.size() != 36) {
    return std::nullopt;
  }
  Words out;
  int nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i] != '-') {
        return std::nullopt;
      }
      continue;
    }
    const int digit = hex_digit(text[i]);
    if (digit < 0) {
      return std::nullopt;
    }
    std::uint64_t& word = nibble < 16 ? out.high : out.low;
    word = (word << 4) | static_cast<std::uint64_t>(digit);
    ++nibble;
  }
  return out;
}

std::array<std::uint8_t, 16> uuid_bytes(Words words) {
  std::array<std::uint8_t, 16> out{};
  for (std::size_t i = 0; i < 8; ++i) {
    out[i] = static_cast<std::uint8_t>(words.high >> (56 - 8 * i));
    out[8 + i] = static_cast<std::uint8_t>(words.low >> (56 - 8 * i));
  }
  return out;
}

Words uuid_words(const std::uint8_t* bytes) {
  Words out;
  for (std::size_t i = 0; i < 8; ++i) {
    out.high = (out.high << 8) | bytes[i];
    out.low = (out.low << 8) | bytes[8 + i];
  }
  return out;
}

bool is_id_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_id_char(char c) {
  return is_id_start(c) || c == '.' || c == '_' || c == '-';
}

// What is wrong with it, "" when nothing is.
std::string_view fault_of_part(std::string_view part) {
  if (part.empty() || !is_id_start(part.front())) {
    return "starts with a letter or a digit";
  }
  return std::all_of(part.begin(), part.end(), is_id_char)
             ? ""
             : "holds letters, digits, '.', '_' and '-' only";
}

std::string_view kind_name(IdKind kind) {
  switch (kind) {
    case IdKind::kComponent:
      return "component";
    case IdKind::kDefinition:
      return "job definition";
    case IdKind::kRule:
      break;
  }
  return "rule";
}

// Whatever somebody sent as an id, fit to be printed.
std::string shown(std::string_view id) {
  constexpr std::size_t kShownBytes = 80;
  std::string out(id.substr(0, kShownBytes));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return out + (id.size() > kShownBytes ? "…" : "");
}

}  // namespace

JobId JobId::make(Micros created, std::uint16_t partition, Seq created_seq) {
  DAYBOOK_CHECK(created.value >= 0 && partition < 4096, "job id fields in range");
  const auto ms = static_cast<std::uint64_t>(created.value / 1000);
  return JobId{(ms << 16) | 0x7000U | partition, kVariant | (created_seq.value & kSeqMask)};
}

Result<JobId> JobId::parse(std::string_view text, std::string_view field) {
  const auto words = parse_uuid(text);
  if (!words) {
    return fail(Code::kInvalid, "BAD_JOB_ID", "a job id is a UUID of 36 characters", field);
  }
  return JobId{words->high, words->low};
}

std::string JobId::text() const {
  return uuid_text(high, low);
}

std::array<std::uint8_t, 16> JobId::bytes() const {
  return uuid_bytes({high, low});
}

JobId JobId::from_bytes(const std::uint8_t* bytes) {
  const Words words = uuid_words(bytes);
  return {words.high, words.low};
}

Result<SendingId> SendingId::parse(std::string_view text, std::string_view field) {
  const auto words = parse_uuid(text);
  if (!words) {
    return fail(Code::kInvalid, "BAD_SENDING_ID", "a sending id is a UUID of 36 characters", field);
  }
  return SendingId{words->high, words->low};
}

std::string SendingId::text() const {
  return uuid_text(high, low);
}

std::array<std::uint8_t, 16> SendingId::bytes() const {
  return uuid_bytes({high, low});
}

SendingId SendingId::from_bytes(const std::uint8_t* bytes) {
  const Words words = uuid_words(bytes);
  return {words.high, words.low};
}

std::string CommandId::text() const {
  return uuid_text(high, low);
}

Status check_resource_id(std::string_view id, std::string_view field) {
  if (id.size() > kIdBytesMax) {
    return fail(Code::kInvalid, "BAD_ID", "an id has at most 128 characters", field);
  }
  const std::string_view fault = fault_of_part(id);
  return fault.empty() ? Status{}
                       : fail(Code::kInvalid, "BAD_ID", "an id " + std::string(fault), field);
}

Status check_id(IdKind kind, std::string_view id, std::string_view field) {
  const auto refuse = [&](const std::string& why) {
    return fail(Code::kInvalid, "BAD_ID",
                "'" + shown(id) + "' is no id of a " + std::string(kind_name(kind)) + ": " + why,
                field);
  };
  const std::size_t bytes_max = kind == IdKind::kComponent ? kComponentIdBytesMax : kIdBytesMax;
  if (id.size() > bytes_max) {
    return refuse("it has at most " + std::to_string(bytes_max) + " characters");
  }
  for (std::string_view rest = id;;) {
    const std::size_t slash = rest.find('/');
    if (const auto fault = fault_of_part(rest.substr(0, slash)); !fault.empty()) {
      return refuse("each part between '/' " + std::string(fault));
    }
    if (slash == std::string_view::npos) {
      return {};
    }
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace daybook
