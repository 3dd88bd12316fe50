// The live tokens as the edge sees them, and where the newest such table is.
//
// A table is immutable; the commit thread replaces it when an event of a token is durable, before
// the answer to who asked for it leaves. Readers hold the one they got.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "access/rights.h"

#include "base/ids.h"

namespace daybook::access {

struct TableEntry {
  std::string id;
  std::shared_ptr<const Rights> rights;
  Hash secret_hash{};
  Micros expires_at;  // in wall time; zero: never
};

class TokenTable {
 public:
  void add(TableEntry entry);
  std::size_t size() const { return entries_.size(); }
  const TableEntry* find(std::string_view id) const;
  // The entry whose token the text is, when it has not expired at `now` (wall time); else null. A
  // text that is of the form costs the same whether its id is known or not, and its secret right or
  // not.
  const TableEntry* authenticate(std::string_view text, Micros now) const;

 private:
  std::map<std::string, TableEntry, std::less<>> entries_;
};

// The newest table; any thread. Empty at first.
class TokenBook {
 public:
  TokenBook();
  std::shared_ptr<const TokenTable> table() const;
  void replace(std::shared_ptr<const TokenTable> table);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const TokenTable> table_;
};

}  // namespace daybook::access
