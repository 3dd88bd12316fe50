#include "tools/daybook/scratch_directory.h"

#include <cerrno>
#include <cstdlib>

#include "log/files.h"

namespace daybook::cli {

Result<std::unique_ptr<ScratchDirectory>> ScratchDirectory::make(
    const std::filesystem::path& parent) {
  std::string name = (parent / "daybook-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    return fail(log::file_error("create a directory in", parent, errno));
  }
  return std::unique_ptr<ScratchDirectory>(new ScratchDirectory(name));
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;  // it stands among temporary files: the system cleans those too
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace daybook::cli
