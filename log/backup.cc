#include "log/backup.h"

#include <charconv>
#include <sstream>
#include <system_error>

#include "base/crc32c.h"
#include "base/hex.h"
#include "log/little.h"

namespace daybook::log {
namespace {

constexpr std::size_t kMarkerBytesMax = 4096;

std::filesystem::path marker_path(const std::filesystem::path& backup) {
  return backup / "backup";
}

std::string marker_text(const BackupInfo& info) {
  const std::string body = "daybook backup format 1\nlog " + to_text(info.id) + "\nfirst " +
                           std::to_string(info.first.value) + "\nlast " +
                           std::to_string(info.head.seq.value) + "\nepoch " +
                           std::to_string(info.head.epoch.value) + "\nchain " +
                           to_hex(info.head.chain) + "\n";
  return body + "crc " + std::to_string(crc32c(as_bytes(body))) + "\n";
}

tl::unexpected<Error> damaged(const std::filesystem::path& backup, const std::string& what) {
  return fail(Code::kCorrupt, "BACKUP_DAMAGED", backup.string() + ": " + what);
}

Status make_empty(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return fail(file_error("cannot create", directory, error.value()));
  }
  if (!std::filesystem::is_empty(directory, error) || error) {
    return fail(Code::kConflict, "DIRECTORY_NOT_EMPTY", directory.string() + " is not empty");
  }
  return {};
}

// Syncs every file of the store and its directory: a checkpoint does not promise it for all of
// them.
Status sync_store(const std::filesystem::path& store) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(store, error)) {
    DAYBOOK_TRY(sync_file(entry.path()));
  }
  if (error) {
    return fail(file_error("cannot list", store, error.value()));
  }
  DAYBOOK_TRY(sync_directory(store));
  return sync_directory(store.parent_path());
}

Result<BackupInfo> verified(const std::filesystem::path& data) {
  DAYBOOK_ASSIGN(const VerifyReport report, verify(data));
  if (report.problem) {
    return damaged(data, report.problem->message);
  }
  return BackupInfo{report.id, report.first, report.head};
}

bool same(const BackupInfo& a, const BackupInfo& b) {
  return marker_text(a) == marker_text(b);
}

Status copy_store(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive, error);
  if (error) {
    return fail(file_error("cannot copy to", to, error.value()));
  }
  return sync_store(to);
}

}  // namespace

Result<BackupInfo> backup(RocksLog& log, const std::filesystem::path& to) {
  DAYBOOK_TRY(make_empty(to));
  // The head from before the checkpoint is certainly in it; the anchor moves to the copy's end once
  // that was read.
  const Head before = log.head();
  DAYBOOK_TRY(log.checkpoint(to / "log"));
  DAYBOOK_TRY(sync_store(to / "log"));
  DAYBOOK_TRY(write_anchor(to / "anchor", log.id(), before));
  DAYBOOK_TRY(write_identity(to, log.id()));
  DAYBOOK_ASSIGN(const BackupInfo info, verified(to));
  DAYBOOK_TRY(write_anchor(to / "anchor", info.id, info.head));
  DAYBOOK_TRY(replace_file(marker_path(to), marker_text(info)));
  return info;
}

Result<BackupInfo> read_backup(const std::filesystem::path& from) {
  DAYBOOK_ASSIGN(const auto text, read_file(marker_path(from), kMarkerBytesMax));
  if (!text) {
    return fail(Code::kNotFound, "NO_BACKUP", from.string() + " has no backup marker");
  }
  BackupInfo info;
  std::istringstream in(*text);
  std::string word;
  std::string id;
  std::string chain;
  in >> word >> word >> word >> word >> word >> id >> word >> info.first.value >> word >>
      info.head.seq.value >> word >> info.head.epoch.value >> word >> chain;
  const auto hash = parse_hash(chain);
  const auto padded = parse_hash(id + std::string(32, '0'));
  if (!in || !hash || !padded) {
    return damaged(from, "its marker cannot be read");
  }
  info.head.chain = *hash;
  std::copy_n(padded->begin(), info.id.size(), info.id.begin());
  if (marker_text(info) != *text) {
    return damaged(from, "its marker is not what was written");
  }
  return info;
}

Result<BackupInfo> verify_backup(const std::filesystem::path& from) {
  DAYBOOK_ASSIGN(const BackupInfo marked, read_backup(from));
  DAYBOOK_ASSIGN(const BackupInfo info, verified(from));
  if (!same(marked, info)) {
    return damaged(from, "it does not end where its marker says");
  }
  return info;
}

Result<BackupInfo> restore(const std::filesystem::path& from, const std::filesystem::path& to) {
  DAYBOOK_ASSIGN(const BackupInfo info, verify_backup(from));
  DAYBOOK_TRY(make_empty(to));
  DAYBOOK_TRY(copy_store(from / "log", to / "log"));
  DAYBOOK_TRY(write_anchor(to / "anchor", info.id, info.head));
  DAYBOOK_TRY(write_identity(to, info.id));
  DAYBOOK_ASSIGN(const BackupInfo restored, verified(to));
  if (!same(info, restored)) {
    return damaged(to, "the copy does not end where the backup does");
  }
  return restored;
}

}  // namespace daybook::log
