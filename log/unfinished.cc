#include "log/unfinished.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "log/files.h"
#include "log/little.h"

namespace daybook::log {
namespace {

constexpr std::size_t kMarkBytesMax = 64;

std::filesystem::path mark_path(const std::filesystem::path& directory) {
  return directory / "unfinished";
}

std::string advice(std::string_view work) {
  if (work == kWorkRestore) {
    return "a restore into it did not end: repeat the restore, which begins anew, or remove the "
           "directory";
  }
  if (work == kWorkImport) {
    return "an import into it did not end: repeat the import, which goes on where it stopped";
  }
  if (work == kWorkBackup) {
    return "it is a backup that did not end: remove it and make another";
  }
  return "something that made it did not end: remove it and make it again";
}

// Nothing is made before the mark has its text, but for what holds nothing.
bool stands_alone(const std::filesystem::path& directory) {
  constexpr std::array<std::string_view, 4> kHoldNothing = {"unfinished", "owner", "owner.new",
                                                            "reserve"};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (std::find(kHoldNothing.begin(), kHoldNothing.end(), name) == kHoldNothing.end()) {
      return false;
    }
  }
  return !error;
}

}  // namespace

Status mark_unfinished(const std::filesystem::path& directory, std::string_view work) {
  const std::filesystem::path path = mark_path(directory);
  const std::string text = std::string(work) + "\n";
  DAYBOOK_ASSIGN(const Descriptor file, open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW));
  DAYBOOK_TRY(write_at(file, as_bytes(text), 0, path));
  DAYBOOK_TRY(sync_data(file, path));
  return sync_directory(directory);
}

Status mark_finished(const std::filesystem::path& directory) {
  DAYBOOK_TRY(remove_file(mark_path(directory)));
  return {};
}

Result<std::string> unfinished_work(const std::filesystem::path& directory) {
  DAYBOOK_ASSIGN(auto text, read_file(mark_path(directory), kMarkBytesMax));
  if (!text || (text->empty() && stands_alone(directory))) {
    return std::string();
  }
  constexpr std::array kKnown = {kWorkCreate, kWorkRestore, kWorkImport, kWorkBackup};
  const auto* const known = std::find_if(kKnown.begin(), kKnown.end(), [&](std::string_view work) {
    return *text == std::string(work) + "\n";
  });
  return std::string(known == kKnown.end() ? "?" : *known);
}

Status check_finished(const std::filesystem::path& directory) {
  DAYBOOK_ASSIGN(const std::string work, unfinished_work(directory));
  if (work.empty() || work == kWorkCreate) {
    return {};
  }
  return fail(Code::kConflict, "UNFINISHED", directory.string() + ": " + advice(work));
}

}  // namespace daybook::log
