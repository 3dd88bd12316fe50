// The file system that StoreFaults steers, and that shows each of its steps. Private to
// rocks_store.cc.
#pragma once

#include <functional>
#include <memory>

#include <rocksdb/env.h>

#include "projections/testing.h"

namespace daybook::projections {

// The default environment, except that writing operations ask `faults` first (null: nobody), and
// that `before_change` is called before a file is made, renamed or removed (null: nothing).
std::unique_ptr<rocksdb::Env> make_faulty_env(std::shared_ptr<StoreFaults> faults,
                                              std::function<void()> before_change);

}  // namespace daybook::projections
