#include "tests/simulation/directory.h"

#include <stdlib.h>

#include <system_error>

#include "base/check.h"

namespace daybook::simulation {

namespace fs = std::filesystem;

Directory::Directory() {
  std::error_code bad;
  const fs::path memory = "/dev/shm";
  const bool there = fs::is_directory(memory, bad);
  std::string name =
      ((there ? memory : fs::temp_directory_path()) / "daybook-world-XXXXXX").string();
  DAYBOOK_CHECK(mkdtemp(name.data()) != nullptr, "a folder for the simulation can be made");
  path_ = name;
}

Directory::~Directory() {
  std::error_code bad;
  fs::remove_all(path_, bad);
}

const fs::path& Directory::empty() {
  for (const auto& entry : fs::directory_iterator(path_)) {
    fs::remove_all(entry.path());
  }
  return path_;
}

}  // namespace daybook::simulation
