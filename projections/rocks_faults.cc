#include "projections/rocks_faults.h"

#include <utility>

#include "log/rocks/faults.h"

namespace daybook::projections {

using log::FileFault;
using log::FileOperation;

std::unique_ptr<rocksdb::Env> make_faulty_env(std::shared_ptr<StoreFaults> faults,
                                              std::function<void()> before_change) {
  return log::make_faulty_env([faults = std::move(faults),
                               before_change = std::move(before_change)](FileOperation operation) {
    const bool changes_folder = operation == FileOperation::kCreate ||
                                operation == FileOperation::kRename ||
                                operation == FileOperation::kDelete;
    if (changes_folder && before_change) {
      before_change();
    }
    const bool takes_space =
        operation == FileOperation::kCreate || operation == FileOperation::kAppend;
    if (!takes_space || !faults || !faults->no_space) {
      return FileFault::kNone;
    }
    ++faults->refused;
    return FileFault::kNoSpace;
  });
}

}  // namespace daybook::projections
