// A folder for one world at a time: in memory where the machine has that, gone with it.
#pragma once

#include <filesystem>
#include <string>

namespace daybook::simulation {

class Directory {
 public:
  Directory();
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  // The folder, and nothing in it.
  const std::filesystem::path& empty();

 private:
  std::filesystem::path path_;
};

}  // namespace daybook::simulation
