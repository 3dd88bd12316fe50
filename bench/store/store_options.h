// What a made store holds: `daybook bench store`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/limits/definitions.h"
#include "base/result.h"

namespace daybook::bench {

// Raised when the same options make other events than before.
inline constexpr int kStoreVersion = 1;
// Behind the creation of the last job those under way end: nothing takes longer.
inline constexpr Duration kStoreTail = seconds(600);
inline constexpr Duration kStoreSpanMin = hours(1);

struct StoreOptions {
  std::uint64_t jobs = 1'000'000;  // that have ended
  std::uint64_t pending = 0;       // that wait for their time, a day to 31 days behind `until`
  std::size_t definitions = 100;   // few of them have most jobs
  std::size_t batch = 1;           // jobs of one request
  std::size_t parameter_bytes = 100;
  // Of a hundred jobs that ended so many: after all their attempts, cancelled (half of them before
  // they started), after a second attempt. The others completed at once.
  unsigned failed = 1;
  unsigned cancelled = 1;
  unsigned retried = 3;
  Micros until;  // the store's last moment, and how long before it the first job was created
  Duration span = hours(14 * 24);
  Duration retention{kRetentionMaxUs};  // of its definitions
  bool sweep = false;                   // ended jobs were removed when their retention was over
  std::uint64_t seed = 1;
};

// kInvalid: outcomes of more than a hundred per cent, a span under kStoreSpanMin.
Status check(const StoreOptions& options);

// Names what is made, but not when: for who keeps a store.
std::string store_key(const StoreOptions& options);

// The definitions of a store, and the component that they run: workers that never come.
std::string stored_definition(std::size_t i);
inline constexpr const char* kStoredComponent = "stored";

}  // namespace daybook::bench
