// The live tokens as the edge sees them, and where the newest such table is.
//
// A table is immutable; the commit thread replaces it when an event of a token is durable, before
// the answer to who asked for it leaves. Readers hold the one they got.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "access/rights.h"
#include "access/token_text.h"

#include "base/ids.h"

namespace daybook::access {

struct TableEntry {
  std::string id;
  std::shared_ptr<const Rights> rights;
  Hash secret_hash{};
  Micros expires_at;  // in wall time; zero: never

  bool is_over(Micros now) const { return expires_at.value != 0 && now >= expires_at; }
};

class TokenTable {
 public:
  // In place of the one with that id. Fast when they come in the order of their ids. Ends what
  // pointers to entries were given.
  void add(TableEntry entry);
  std::size_t size() const { return entries_.size(); }
  // Expired or not. Any text may be asked for.
  const TableEntry* find(std::string_view id) const;
  // In the order of their ids.
  template <typename Visit>
  void each(Visit visit) const {
    for (const TableEntry& entry : entries_) {
      visit(entry);
    }
  }
  // The entry whose token the text is, when it has not expired at `now` (wall time); else null. A
  // text that is of the form takes the same steps whether its id is known or not, and its secret
  // right or not. Which places it reads depends on where its id sorts (bench/token_timing.cc).
  const TableEntry* authenticate(std::string_view text, Micros now) const;

 private:
  // An id as numbers that sort as it does, so that two are compared without a branch.
  using Key = std::array<std::uint64_t, kTokenIdBytesMax / 8>;
  // All that a secret is compared with, in one line of the processor's cache wherever it stands.
  struct alignas(64) Slot {
    Key key{};
    Hash secret_hash{};
  };

  static Key key_of(std::string_view id);
  // Where the last slot whose key is not behind this one stands, or else the first: in as many
  // steps for every key.
  std::size_t last_not_behind(const Key& key) const;

  std::vector<Slot> slots_;          // in the order of their keys
  std::vector<TableEntry> entries_;  // each where its slot is
};

// The newest table; any thread. Empty at first.
class TokenBook {
 public:
  TokenBook();
  std::shared_ptr<const TokenTable> table() const;
  // Never by null.
  void replace(std::shared_ptr<const TokenTable> table);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const TokenTable> table_;
};

}  // namespace daybook::access
