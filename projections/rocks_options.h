// The options of the views' RocksDB, each with its reason. A user never sees them. Private to
// projections/.
#pragma once

#include <rocksdb/options.h>

#include "projections/rocks_store.h"

namespace daybook::projections {

rocksdb::Options make_options(const RocksStore::Options& from);

// For a table that a large batch becomes: it is compressed on the thread that folds, and soon
// compacted, so as level 0 would be.
rocksdb::Options for_new_table(rocksdb::Options of_store);

}  // namespace daybook::projections
