// A store that is made once and kept, for tests that need an old one.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "bench/store/store_options.h"

namespace daybook::bench {

// So old it is made again: pending jobs of a store come due a day after it was made and later, and
// a server wants to be told that a clock so far ahead of the log is right.
inline constexpr Duration kKeptMax = hours(24 * 30);

// <parent>/<store_key(options)>, which ends when it is made (`until` is set here). Whoever comes
// first makes it, others wait meanwhile, in any number of processes. What was not finished is made
// again. With `copy`, which is absent, it is copied there (copy.h) before anybody else may: a store
// is copied by one at a time.
Result<std::filesystem::path> kept_store(StoreOptions options, const std::filesystem::path& parent,
                                         const std::filesystem::path& copy = {});

}  // namespace daybook::bench
