#include "log/rocks/copy.h"

#include <unistd.h>

#include <string>
#include <system_error>
#include <vector>

#include "log/files.h"

namespace daybook::log {

Status copy_open_store(rocksdb::DB& db, const std::filesystem::path& to) {
  DAYBOOK_TRY(make_private_directory(to));
  std::vector<std::string> live;
  std::uint64_t manifest_bytes = 0;
  if (const auto status = db.GetLiveFiles(live, &manifest_bytes, false); !status.ok()) {
    return fail(store_error(status, "listing the files of " + db.GetName()));
  }
  const std::filesystem::path from = db.GetName();
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(from, error)) {
    if (entry.path().extension() == ".log") {
      live.push_back("/" + entry.path().filename().string());
    }
  }
  if (error) {
    return fail(file_error("cannot list", from, error.value()));
  }
  for (const std::string& name : live) {
    const std::filesystem::path source = from / name.substr(1);
    const std::filesystem::path target = to / name.substr(1);
    const bool linked = source.extension() == ".sst" && ::link(source.c_str(), target.c_str()) == 0;
    if (!linked) {
      DAYBOOK_TRY(copy_regular(source, target));
    }
  }
  return {};
}

}  // namespace daybook::log
