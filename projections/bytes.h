// How projections write numbers and texts into keys and values. Keys: big-endian, so that they sort
// like the numbers. Values: varints (LEB128), zigzag for what may be negative, texts with their
// length. Private to projections/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/ids.h"

namespace daybook::projections {

// A key under construction, on the stack.
class Key {
 public:
  explicit Key(char table) { u8(static_cast<std::uint8_t>(table)); }

  Key& u8(std::uint8_t value) {
    DAYBOOK_CHECK(size_ < sizeof(bytes_), "a view key is short");
    bytes_[size_++] = static_cast<char>(value);
    return *this;
  }
  Key& u32(std::uint32_t value) { return big_endian(value, 4); }
  Key& u64(std::uint64_t value) { return big_endian(value, 8); }
  Key& seq(Seq value) { return u64(value.value); }
  // Times before 1970 sort first.
  Key& time(Micros value) {
    return u64(static_cast<std::uint64_t>(value.value) ^ 0x8000'0000'0000'0000ULL);
  }
  // A text that other parts follow: its length first, so no text is the start of another.
  Key& text(std::string_view value) {
    DAYBOOK_CHECK(value.size() < 256, "a text in a view key is short");
    return u8(static_cast<std::uint8_t>(value.size())).tail(value);
  }
  // A text that ends the key: sorts like the text.
  Key& tail(std::string_view value) {
    DAYBOOK_CHECK(size_ + value.size() <= sizeof(bytes_), "a view key is short");
    size_ += value.copy(bytes_ + size_, value.size());
    return *this;
  }
  std::string_view view() const { return {bytes_, size_}; }

 private:
  Key& big_endian(std::uint64_t value, int bytes) {
    DAYBOOK_CHECK(size_ + 8 <= sizeof(bytes_), "a view key is short");
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      bytes_[size_++] = static_cast<char>(value >> shift);
    }
    return *this;
  }

  std::size_t size_ = 0;
  char bytes_[320];
};

// The first key after all keys that start with `prefix` (which must not be all 0xff).
std::string key_after(std::string_view prefix);

// Reads a key or value from its front. After a read past the end, ok() is false and reads give
// zeros.
class Scan {
 public:
  explicit Scan(std::string_view in) : in_(in) {}

  bool ok() const { return ok_; }
  bool done() const { return in_.empty(); }
  std::string_view rest() const { return in_; }
  void skip(std::size_t bytes) { raw(bytes); }

  std::uint8_t u8() { return static_cast<std::uint8_t>(big_endian(1)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(big_endian(4)); }
  std::uint64_t u64() { return big_endian(8); }
  Micros time() { return Micros{static_cast<std::int64_t>(u64() ^ 0x8000'0000'0000'0000ULL)}; }

  std::uint64_t varint() {
    std::uint64_t out = 0;
    unsigned shift = 0;
    for (std::size_t i = 0; i < in_.size() && shift < 64; ++i, shift += 7) {
      const auto byte = static_cast<std::uint8_t>(in_[i]);
      out |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80) {
        in_.remove_prefix(i + 1);
        return out;
      }
    }
    ok_ = false;
    in_ = {};
    return 0;
  }
  std::int64_t zigzag() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>((value >> 1) ^ (0 - (value & 1)));
  }
  std::string_view text() { return raw(varint()); }
  std::string_view raw(std::uint64_t bytes) {
    if (bytes > in_.size()) {
      ok_ = false;
      in_ = {};
      return {};
    }
    const std::string_view out = in_.substr(0, bytes);
    in_.remove_prefix(bytes);
    return out;
  }

 private:
  std::uint64_t big_endian(std::size_t bytes) {
    std::uint64_t out = 0;
    for (const char c : raw(bytes)) {
      out = (out << 8) | static_cast<std::uint8_t>(c);
    }
    return out;
  }

  std::string_view in_;
  bool ok_ = true;
};

// Appends to the end of a value.
class Put {
 public:
  explicit Put(std::string& out) : out_(out) {}

  Put& u8(std::uint8_t value) {
    out_.push_back(static_cast<char>(value));
    return *this;
  }
  Put& u64(std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      out_.push_back(static_cast<char>(value >> shift));
    }
    return *this;
  }
  Put& varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
      out_.push_back(static_cast<char>(value | 0x80));
    }
    out_.push_back(static_cast<char>(value));
    return *this;
  }
  Put& zigzag(std::int64_t value) {
    return varint((static_cast<std::uint64_t>(value) << 1) ^
                  static_cast<std::uint64_t>(value >> 63));
  }
  Put& text(std::string_view value) {
    varint(value.size());
    return raw(value);
  }
  Put& raw(std::string_view value) {
    out_.append(value);
    return *this;
  }

 private:
  std::string& out_;
};

}  // namespace daybook::projections
