// The file system that Faults steers. Private to log/.
#pragma once

#include <memory>

#include <rocksdb/env.h>

#include "log/testing.h"

namespace daybook::log {

// The default environment, except that writing operations ask `faults` first.
std::unique_ptr<rocksdb::Env> make_faulty_env(std::shared_ptr<Faults> faults);

}  // namespace daybook::log
