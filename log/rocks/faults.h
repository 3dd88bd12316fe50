// A file system under RocksDB whose writing operations fail when they are told to. For the doors
// that tests have into stores: log/testing.h, projections/testing.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "log/testing.h"

namespace rocksdb {
class Env;
}

namespace daybook::log {

enum class FileOperation : std::uint8_t { kCreate, kAppend, kSync, kRename, kDelete };
// kNoSpace: as the file system says ENOSPC, which stands for inodes too.
enum class FileFault : std::uint8_t { kNone, kDevice, kNoSpace };

// Asked before each operation: a fault is its outcome, and nothing is done. Any thread.
using AskFault = std::function<FileFault(FileOperation)>;

// The default environment, except that writing operations ask first.
std::unique_ptr<rocksdb::Env> make_faulty_env(AskFault ask);
std::unique_ptr<rocksdb::Env> make_faulty_env(std::shared_ptr<Faults> faults);

}  // namespace daybook::log
