#include "projections/batch.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace daybook::projections {
namespace {

// Memory of large batches is given back when a small one comes.
constexpr std::size_t kKeepBytes = 8 << 20;

}  // namespace

void Batch::begin(Prefix prefix) {
  prefix_ = prefix;
  sections_.push_back(entries_.size());
}

void Batch::add(Kind kind, std::string_view key, std::string_view value) {
  Entry entry{{},
              bytes_.size(),
              static_cast<std::uint16_t>(key.size() + prefix_.size()),
              kind,
              static_cast<std::uint32_t>(value.size())};
  std::memcpy(entry.front.data(), key.data(), std::min(sizeof(entry.front), key.size()));
  for (std::uint64_t& part : entry.front) {
    part = __builtin_bswap64(part);
  }
  bytes_.append(prefix_.data(), prefix_.size()).append(key).append(value);
  entries_.push_back(entry);
}

void Batch::erase_range(std::string_view from, std::string_view to) {
  add(Kind::kEraseRange, from, std::string(prefix_.data(), prefix_.size()).append(to));
}

bool Batch::before_in_full(const Entry& a, const Entry& b) const {
  const std::string_view all(bytes_);
  const int order = all.substr(a.at, a.key_bytes).compare(all.substr(b.at, b.key_bytes));
  return order != 0 ? order < 0 : a.at < b.at;
}

void Batch::sort() {
  const auto order = [this](const Entry& a, const Entry& b) { return before(a, b); };
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    const std::size_t end = i + 1 < sections_.size() ? sections_[i + 1] : entries_.size();
    std::sort(entries_.begin() + static_cast<std::ptrdiff_t>(sections_[i]),
              entries_.begin() + static_cast<std::ptrdiff_t>(end), order);
  }
  std::size_t out = 0;
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    const std::size_t end = i + 1 < sections_.size() ? sections_[i + 1] : entries_.size();
    const std::size_t from = std::exchange(sections_[i], out);
    out = fold(from, end, out);
  }
  entries_.resize(out);
}

// Moves the entries of a section to `out`, one for each key; returns where they end.
std::size_t Batch::fold(std::size_t from, std::size_t to, std::size_t out) {
  std::size_t last = out;
  for (std::size_t i = from; i < to; ++i) {
    const Entry entry = entries_[i];
    const bool ranges = entry.kind == Kind::kEraseRange ||
                        (out > last && entries_[out - 1].kind == Kind::kEraseRange);
    if (out > last && !ranges && same_key(entries_[out - 1], entry)) {
      follow(entries_[out - 1], entry);
    } else {
      entries_[out++] = entry;
    }
  }
  return out;
}

// The second change of a key, after the first.
void Batch::follow(Entry& first, const Entry& second) {
  if (second.kind != Kind::kAppend) {
    first = second;
    return;
  }
  // To the end of all bytes, unless it stands there since the change before.
  const std::size_t bytes = first.key_bytes + first.value_bytes;
  if (first.at + bytes != bytes_.size()) {
    const std::size_t from = std::exchange(first.at, bytes_.size());
    bytes_.append(bytes_, from, bytes);
  }
  bytes_.append(bytes_, second.at + second.key_bytes, second.value_bytes);
  first.value_bytes += second.value_bytes;
  // Appending to what was erased makes it anew.
  first.kind = first.kind == Kind::kAppend ? Kind::kAppend : Kind::kPut;
}

void Batch::clear() {
  if (bytes_.size() < kKeepBytes && bytes_.capacity() > kKeepBytes) {
    bytes_ = {};
    entries_ = {};
  }
  bytes_.clear();
  entries_.clear();
  sections_.clear();
}

}  // namespace daybook::projections
