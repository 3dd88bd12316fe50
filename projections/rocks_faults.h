// The file system that StoreFaults steers. Private to rocks_store.cc.
#pragma once

#include <memory>

#include <rocksdb/env.h>

#include "projections/testing.h"

namespace daybook::projections {

// The default environment, except that writing operations ask `faults` first.
std::unique_ptr<rocksdb::Env> make_faulty_env(std::shared_ptr<StoreFaults> faults);

}  // namespace daybook::projections
