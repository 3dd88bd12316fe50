#include "scheduler/job_table.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace daybook::scheduler {

static_assert(sizeof(JobSlot) == 56, "ten million jobs are ordinary: memory per job is a bar");

void JobSlot::set_texts(std::string_view parameters, std::string_view unique_key) {
  unique_key_bytes = static_cast<std::uint32_t>(unique_key.size());
  if (parameters.empty() && unique_key.empty()) {
    texts.reset();
    return;
  }
  const auto size = static_cast<std::uint32_t>(parameters.size());
  texts = std::make_unique_for_overwrite<char[]>(sizeof(size) + size + unique_key.size());
  std::memcpy(texts.get(), &size, sizeof(size));
  // Not memcpy: either may be empty, and then has no address.
  char* const after = std::copy(parameters.begin(), parameters.end(), texts.get() + sizeof(size));
  std::copy(unique_key.begin(), unique_key.end(), after);
}

std::string_view JobSlot::parameters() const {
  if (!texts) {
    return {};
  }
  std::uint32_t size = 0;
  std::memcpy(&size, texts.get(), sizeof(size));
  return {texts.get() + sizeof(size), size};
}

std::string_view JobSlot::unique_key() const {
  if (unique_key_bytes == 0) {
    return {};
  }
  const std::string_view before = parameters();
  return {before.data() + before.size(), unique_key_bytes};
}

std::size_t JobTable::home(std::uint64_t key) const {
  return static_cast<std::size_t>((key * 0x9e3779b97f4a7c15ULL) >> 20) & (index_.size() - 1);
}

std::size_t JobTable::probe(std::uint64_t key) const {
  std::size_t at = home(key);
  while (index_[at] != kNone && slot(index_[at]).id.key().value != key) {
    at = (at + 1) & (index_.size() - 1);
  }
  return at;
}

void JobTable::grow() {
  const std::vector<std::uint32_t> old = std::move(index_);
  index_.assign(std::max<std::size_t>(64, old.size() * 2), kNone);
  for (const std::uint32_t at : old) {
    if (at != kNone) {
      index_[probe(slot(at).id.key().value)] = at;
    }
  }
}

JobSlot& JobTable::insert(JobId id) {
  if ((size_ + 1) * 4 > index_.size() * 3) {
    grow();
  }
  const std::size_t position = probe(id.key().value);
  DAYBOOK_CHECK(index_[position] == kNone, "a job is created once");
  std::uint32_t at = used_;
  if (!free_.empty()) {
    at = free_.back();
    free_.pop_back();
  } else {
    ++used_;
    if (at / kChunk == chunks_.size()) {
      chunks_.push_back(std::make_unique<JobSlot[]>(kChunk));
    }
  }
  index_[position] = at;
  ++size_;
  slot(at) = JobSlot{};
  slot(at).id = id;
  return slot(at);
}

JobSlot* JobTable::find(JobId id) {
  return const_cast<JobSlot*>(std::as_const(*this).find(id));
}

const JobSlot* JobTable::find(JobId id) const {
  if (index_.empty()) {
    return nullptr;
  }
  const std::size_t position = probe(id.key().value);
  if (index_[position] == kNone || slot(index_[position]).id != id) {
    return nullptr;
  }
  return &slot(index_[position]);
}

void JobTable::erase(JobId id) {
  DAYBOOK_CHECK(find(id) != nullptr, "an erased job is there");
  std::size_t hole = probe(id.key().value);
  slot(index_[hole]) = JobSlot{};
  free_.push_back(index_[hole]);
  --size_;
  // Close the hole: move back every entry whose home lies at or before it (Knuth, vol. 3, 6.4
  // algorithm R).
  const std::size_t mask = index_.size() - 1;
  for (std::size_t at = (hole + 1) & mask; index_[at] != kNone; at = (at + 1) & mask) {
    const std::size_t wanted = home(slot(index_[at]).id.key().value);
    if (((at - wanted) & mask) >= ((at - hole) & mask)) {
      index_[hole] = index_[at];
      hole = at;
    }
  }
  index_[hole] = kNone;
}

std::vector<const JobSlot*> JobTable::sorted() const {
  std::vector<const JobSlot*> out;
  out.reserve(size_);
  for (std::uint32_t at = 0; at < used_; ++at) {
    if (!slot(at).id.is_null()) {
      out.push_back(&slot(at));
    }
  }
  const auto older = [](const JobSlot* a, const JobSlot* b) { return a->id.key() < b->id.key(); };
  if (!std::is_sorted(out.begin(), out.end(), older)) {
    std::sort(out.begin(), out.end(), older);
  }
  return out;
}

std::size_t JobTable::memory_bytes() const {
  std::size_t bytes = chunks_.size() * kChunk * sizeof(JobSlot);
  bytes += (index_.capacity() + free_.capacity()) * sizeof(std::uint32_t);
  for (std::uint32_t at = 0; at < used_; ++at) {
    if (slot(at).texts) {
      bytes += slot(at).parameters().size() + slot(at).unique_key_bytes + 24;
    }
  }
  return bytes;
}

}  // namespace daybook::scheduler
