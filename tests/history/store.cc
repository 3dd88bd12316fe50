#include "tests/history/store.h"

#include <utility>

#include "bench/store/kept.h"

namespace daybook::history {

bench::StoreOptions wanted() {
  bench::StoreOptions out;
  out.jobs = 2'000'000;
  out.pending = 100'000;
  return out;
}

StoreCopy::StoreCopy(bench::ScratchDirectory scratch)
    : scratch_(std::move(scratch)), data_(scratch_.path() / "data") {}

std::unique_ptr<StoreCopy> StoreCopy::make() {
  auto scratch = bench::ScratchDirectory::make(DAYBOOK_STORES);
  EXPECT_TRUE(scratch);
  if (!scratch) {
    return nullptr;
  }
  std::unique_ptr<StoreCopy> out(new StoreCopy(std::move(*scratch)));
  const auto kept = bench::kept_store(wanted(), DAYBOOK_STORES, out->data_);
  EXPECT_TRUE(kept) << kept.error().text();
  return kept ? std::move(out) : nullptr;
}

}  // namespace daybook::history
