#include "bench/store/copy.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include "base/clock.h"
#include "log/data_dir.h"
#include "log/files.h"

namespace daybook::bench {
namespace {

// Of the one who used the directory, not of what is in it.
constexpr std::array<std::string_view, 3> kOfTheUser = {"owner", "reserve", "LOCK"};

// RocksDB's own log, and those before it, tell of the store that is copied.
bool is_of_the_user(const std::string& name) {
  return name.starts_with("LOG") ||
         std::find(kOfTheUser.begin(), kOfTheUser.end(), name) != kOfTheUser.end();
}

Status link_or_copy(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  if (from.extension() == ".sst") {
    std::filesystem::create_hard_link(from, to, error);
    if (!error) {
      return {};
    }
  }
  return log::copy_regular(from, to);
}

}  // namespace

Status copy_store(const std::filesystem::path& from, const std::filesystem::path& to) {
  const SystemClock clock;
  log::DataDirOptions existing;
  existing.create = false;
  DAYBOOK_ASSIGN(const auto locked, log::DataDir::open(from, clock, existing));
  std::error_code error;
  if (std::filesystem::exists(to, error)) {
    return fail(Code::kConflict, "DIRECTORY_NOT_EMPTY", to.string() + " is there");
  }
  DAYBOOK_TRY(log::make_private_directory(to));
  std::filesystem::recursive_directory_iterator entries(from, error);
  for (; !error && entries != std::filesystem::recursive_directory_iterator();
       entries.increment(error)) {
    const std::filesystem::path target = to / entries->path().lexically_relative(from);
    const std::string name = entries->path().filename().string();
    if (entries->is_directory()) {
      DAYBOOK_TRY(log::make_private_directory(target));
    } else if (!is_of_the_user(name)) {
      DAYBOOK_TRY(link_or_copy(entries->path(), target));
    }
  }
  return error ? Status(fail(log::file_error("cannot list", from, error.value()))) : Status();
}

}  // namespace daybook::bench
