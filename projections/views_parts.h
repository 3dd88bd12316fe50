// What the files of Views share. Private to projections/.
#pragma once

#include <memory>
#include <mutex>

#include "projections/folder.h"
#include "projections/rocks_store.h"
#include "projections/views.h"

namespace daybook::projections {

// Ids stand in stored keys: never reused.
inline constexpr RocksStore::ProjectionId kJobs = 1;
inline constexpr RocksStore::ProjectionId kComponents = 2;
inline constexpr RocksStore::ProjectionId kDefinitions = 3;
inline constexpr RocksStore::ProjectionId kStatistics = 4;
inline constexpr RocksStore::ProjectionId kHistory = 5;
inline constexpr RocksStore::ProjectionId kRules = 6;
inline constexpr RocksStore::ProjectionId kSendings = 7;

struct Views::Impl {
  Impl(std::unique_ptr<RocksStore> opened, log::Log& read_from)
      : store(std::move(opened)), log(read_from), folder(*store, read_from) {}

  std::unique_ptr<RocksStore> store;
  log::Log& log;
  Folder folder;
  std::mutex rebuild;  // held by the one rebuild

  // A view of a projection that has not failed.
  Result<std::unique_ptr<View>> view(RocksStore::ProjectionId id) const;
};

}  // namespace daybook::projections
