// Removes a directory with everything in it, whatever who filled it did: took the rights to
// directories away, nested them deeper than a path can say, gave them the longest names. Holds two
// descriptors and no paths, however deep. Any thread; nobody else may write there meanwhile.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace daybook {

// kIo NOT_REMOVED, naming the directory and the first thing that stayed; everything else is gone.
// A directory that is not there is removed already.
Status remove_tree(const std::filesystem::path& path);

}  // namespace daybook
