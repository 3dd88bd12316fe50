// How the canonical form is written and read, number by number; for serialize*.cc only.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "scheduler/state.h"

namespace daybook::scheduler::form {

using Bytes = std::span<const std::uint8_t>;

class Writer {
 public:
  explicit Writer(const std::function<Status(Bytes)>& sink) : sink_(sink) {
    buffer_.reserve(kPiece + 4096);
  }

  void number(std::uint64_t value) {
    while (value >= 0x80) {
      buffer_.push_back(static_cast<std::uint8_t>(value | 0x80));
      value >>= 7;
    }
    buffer_.push_back(static_cast<std::uint8_t>(value));
  }
  void number(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    number((bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : std::uint64_t{0}));  // zigzag
  }
  void number(Micros value) { number(value.value); }
  void number(Duration value) { number(value.value); }
  void number(Seq value) { number(value.value); }
  void number(JobId value) { number(value.high), number(value.low); }
  void number(SendingId value) { number(value.high), number(value.low); }
  void text(std::string_view value) {
    number(std::uint64_t{value.size()});
    buffer_.insert(buffer_.end(), value.begin(), value.end());
  }
  void word(std::uint64_t value) {
    for (int byte = 0; byte < 8; ++byte, value >>= 8) {
      buffer_.push_back(static_cast<std::uint8_t>(value));
    }
  }
  void hash(const Hash& value) { buffer_.insert(buffer_.end(), value.begin(), value.end()); }

  // Call between entries: passes full pieces on.
  void step() {
    if (buffer_.size() >= kPiece) {
      flush();
    }
  }
  Status finish() {
    flush();
    return status_;
  }

 private:
  static constexpr std::size_t kPiece = 64 * 1024;

  void flush() {
    if (status_) {
      status_ = sink_(buffer_);
    }
    buffer_.clear();
  }

  const std::function<Status(Bytes)>& sink_;
  std::vector<std::uint8_t> buffer_;
  Status status_;
};

// Reads what Writer wrote; after the first fault everything is zero and ok() is false.
class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && bytes_.empty(); }

  // Only the shortest form counts: equal states have equal bytes, both ways.
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const std::uint8_t byte = bytes_.front();
      bytes_ = bytes_.subspan(1);
      if ((shift == 63 && byte > 1) || (shift > 0 && byte == 0)) {
        break;
      }
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    ok_ = false;
    return 0;
  }
  // A number of at most `max`.
  std::uint64_t number(std::uint64_t max) {
    const std::uint64_t value = number();
    ok_ = ok_ && value <= max;
    return value;
  }
  bool flag() { return number(1) == 1; }
  // A signed number from -max - 1 to max.
  std::int64_t signed_number(std::int64_t max) {
    const std::int64_t value = signed_number();
    ok_ = ok_ && value >= -max - 1 && value <= max;
    return value;
  }
  std::int64_t signed_number() {
    const std::uint64_t bits = number();
    return static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
  }
  Micros micros() { return Micros{signed_number()}; }
  Duration duration() { return Duration{signed_number()}; }
  Seq seq() { return Seq{number()}; }
  std::uint32_t small() { return static_cast<std::uint32_t>(number(UINT32_MAX)); }
  JobId job() {
    const std::uint64_t high = number();
    return JobId{high, number()};
  }
  SendingId sending() {
    const std::uint64_t high = number();
    return SendingId{high, number()};
  }
  std::string_view text() {
    const std::uint64_t size = number();
    if (size > bytes_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view out(reinterpret_cast<const char*>(bytes_.data()), size);
    bytes_ = bytes_.subspan(size);
    return out;
  }
  std::uint64_t word() {
    std::uint64_t out = 0;
    if (bytes_.size() < sizeof(out)) {
      ok_ = false;
      return out;
    }
    for (unsigned byte = 0; byte < sizeof(out); ++byte) {
      out |= std::uint64_t{bytes_[byte]} << 8 * byte;
    }
    bytes_ = bytes_.subspan(sizeof(out));
    return out;
  }
  Hash hash() {
    Hash out{};
    if (bytes_.size() < out.size()) {
      ok_ = false;
      return out;
    }
    std::memcpy(out.data(), bytes_.data(), out.size());
    bytes_ = bytes_.subspan(out.size());
    return out;
  }

 private:
  Bytes bytes_;
  bool ok_ = true;
};

// Live jobs as formats 1 to 5 had them (serialize_jobs.cc). Parameters of those that were created
// before log_first are kept, the others stand in the log.
bool read_jobs1(Reader& r, State::Parts& p, Seq log_first);
// And as format 6 has them.
void write_jobs(Writer& w, const State::Parts& p);
bool read_jobs(Reader& r, State::Parts& p);
// Parameters that are kept: behind a form. There are some.
void write_kept(Writer& w, const State::Parts& p);
bool read_kept(Reader& r, State::Parts& p);

// What format 2 added (serialize_additions.cc). A state without any of it has the form of format 1.
bool has_additions(const State::Parts& p);
void write_additions(Writer& w, const State::Parts& p);
bool read_additions(Reader& r, State::Parts& p);
// What format 3 added behind them (serialize_keys.cc).
bool has_additions3(const State::Parts& p);
void write_additions3(Writer& w, const State::Parts& p);
bool read_additions3(Reader& r, State::Parts& p);

// What format 3 added: the starts that rate limits count, by definition.
bool has_rate_starts(const State::Parts& p);
void write_rate_starts(Writer& w, const State::Parts& p);
bool read_rate_starts(Reader& r, State::Parts& p);

// What format 4 added (serialize_clocks.cc); with_delays: formats 4 and 5, in format 6 each job
// says it itself.
bool has_clocks(const State::Parts& p);
void write_clocks(Writer& w, const State::Parts& p, bool with_delays);
bool read_clocks(Reader& r, State::Parts& p, bool with_delays);

// What format 5 added (serialize_contracts.cc).
bool has_contracts(const State::Parts& p);
void write_contracts(Writer& w, const State::Parts& p);
bool read_contracts(Reader& r, State::Parts& p);

// What format 7 added (serialize_access.cc).
bool has_access(const State::Parts& p);
void write_access(Writer& w, const State::Parts& p);
bool read_access(Reader& r, State::Parts& p);

}  // namespace daybook::scheduler::form
