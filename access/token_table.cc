#include "access/token_table.h"

#include <algorithm>
#include <utility>

#include "access/token_text.h"

#include "base/check.h"

namespace daybook::access {
namespace {

// Their order, without a branch: as 1 when `a` is not behind `b`.
template <typename Words>
unsigned not_behind(const Words& a, const Words& b) {
  unsigned out = 1;
  for (std::size_t i = a.size(); i-- > 0;) {
    out = static_cast<unsigned>(a[i] < b[i]) | (static_cast<unsigned>(a[i] == b[i]) & out);
  }
  return out;
}

template <typename Words>
unsigned same_words(const Words& a, const Words& b) {
  std::uint64_t differing = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    differing |= a[i] ^ b[i];
  }
  return static_cast<unsigned>(differing == 0);
}

}  // namespace

TokenTable::Key TokenTable::key_of(std::string_view id) {
  Key out{};
  for (std::size_t i = 0; i < id.size(); ++i) {
    const std::uint64_t byte = static_cast<unsigned char>(id[i]);
    out[i / 8] |= byte << (56 - 8 * (i % 8));
  }
  return out;
}

std::size_t TokenTable::last_not_behind(const Key& key) const {
  std::size_t out = 0;
  for (std::size_t left = slots_.size(); left > 1;) {
    const std::size_t half = left / 2;
    out += half * not_behind(slots_[out + half].key, key);
    left -= half;
  }
  return out;
}

void TokenTable::add(TableEntry entry) {
  DAYBOOK_CHECK(!entry.id.empty() && entry.id.size() <= kTokenIdBytesMax,
                "the id of a token fits its key");
  const Slot slot{key_of(entry.id), entry.secret_hash};
  const auto place =
      std::lower_bound(slots_.begin(), slots_.end(), slot.key,
                       [](const Slot& other, const Key& key) { return other.key < key; });
  const auto of_entry = entries_.begin() + (place - slots_.begin());
  if (place != slots_.end() && place->key == slot.key) {
    *place = slot;
    *of_entry = std::move(entry);
    return;
  }
  entries_.insert(of_entry, std::move(entry));
  slots_.insert(place, slot);
}

const TableEntry* TokenTable::find(std::string_view id) const {
  // What is no id of a token may be asked for too: of an actor who has none.
  if (slots_.empty() || id.size() > kTokenIdBytesMax) {
    return nullptr;
  }
  const TableEntry& entry = entries_[last_not_behind(key_of(id))];
  return entry.id == id ? &entry : nullptr;
}

const TableEntry* TokenTable::authenticate(std::string_view text, Micros now) const {
  const auto token = parse_token(text);
  if (!token) {
    return nullptr;
  }
  const Hash given = hash_of_secret(token->secret);
  if (slots_.empty()) {
    return nullptr;
  }
  // An unknown id is led to its neighbour in the table, whose hash is compared as its own would be:
  // the same reads and steps, and no branch on what they find.
  const Key key = key_of(token->id);
  const std::size_t place = last_not_behind(key);
  const Slot& slot = slots_[place];
  const TableEntry& entry = entries_[place];
  const unsigned known = same_words(slot.key, key);
  const unsigned same = static_cast<unsigned>(same_hash(given, slot.secret_hash));
  const unsigned live = static_cast<unsigned>(!entry.is_over(now));
  const std::array<const TableEntry*, 2> answers = {nullptr, &entry};
  return answers[known & same & live];
}

TokenBook::TokenBook() : table_(std::make_shared<const TokenTable>()) {}

std::shared_ptr<const TokenTable> TokenBook::table() const {
  const std::lock_guard lock(mutex_);
  return table_;
}

void TokenBook::replace(std::shared_ptr<const TokenTable> table) {
  DAYBOOK_CHECK(table != nullptr, "there is always a table of tokens");
  // The old one is freed by its last holder, and here only after the lock.
  const std::lock_guard lock(mutex_);
  table_.swap(table);
}

}  // namespace daybook::access
