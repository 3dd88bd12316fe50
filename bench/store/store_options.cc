#include "bench/store/store_options.h"

#include "base/time_text.h"

namespace daybook::bench {

Status check(const StoreOptions& options) {
  if (options.failed + options.cancelled + options.retried > 100) {
    return fail(Code::kInvalid, "BAD_MIX", "more than a hundred per cent", "--failed");
  }
  if (options.span < kStoreSpanMin || options.span.value > options.until.value) {
    return fail(Code::kInvalid, "BAD_SPAN",
                "is at least " + format_duration(kStoreSpanMin) + " and begins after 1970",
                "--span");
  }
  if (options.definitions == 0 || options.batch == 0) {
    return fail(Code::kInvalid, "BAD_STORE", "there is at least one");
  }
  return {};
}

std::string store_key(const StoreOptions& o) {
  return "v" + std::to_string(kStoreVersion) + "-j" + std::to_string(o.jobs) + "-p" +
         std::to_string(o.pending) + "-d" + std::to_string(o.definitions) + "-b" +
         std::to_string(o.batch) + "-s" + std::to_string(o.parameter_bytes) + "-m" +
         std::to_string(o.failed) + "." + std::to_string(o.cancelled) + "." +
         std::to_string(o.retried) + "-t" + format_duration(o.span) + "-r" +
         format_duration(o.retention) + (o.sweep ? "-swept" : "") + "-x" + std::to_string(o.seed);
}

std::string stored_definition(std::size_t i) {
  return "stored-" + std::to_string(i);
}

}  // namespace daybook::bench
