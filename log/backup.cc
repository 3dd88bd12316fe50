#include "log/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <sstream>
#include <system_error>

#include "base/crc32c.h"
#include "base/hex.h"
#include "log/dir_lock.h"
#include "log/files.h"
#include "log/little.h"
#include "log/unfinished.h"

namespace daybook::log {
namespace {

// About a hundred thousand files beside the log.
constexpr std::size_t kMarkerBytesMax = 16 << 20;

std::filesystem::path marker_path(const std::filesystem::path& backup) {
  return backup / "backup";
}

// Format 2 is written only where there are files beside the log.
std::string marker_text(const BackupInfo& info) {
  std::string body = "daybook backup format " + std::string(info.beside.empty() ? "1" : "2") +
                     "\nlog " + to_text(info.id) + "\nfirst " + std::to_string(info.first.value) +
                     "\nlast " + std::to_string(info.head.seq.value) + "\nepoch " +
                     std::to_string(info.head.epoch.value) + "\nchain " + to_hex(info.head.chain) +
                     "\n";
  for (const BackupFile& file : info.beside) {
    body += "file " + std::to_string(file.bytes) + " " + std::to_string(file.crc) + " " +
            file.path + "\n";
  }
  return body + "crc " + std::to_string(crc32c(as_bytes(body))) + "\n";
}

tl::unexpected<Error> backup_damaged(const std::filesystem::path& backup, const std::string& what) {
  return fail(Code::kCorrupt, "BACKUP_DAMAGED", backup.string() + ": " + what);
}

// A directory of the owner's alone that says what is being made in it, and belongs to who holds the
// lock until that is done. One that an earlier attempt at the same left is emptied first: nobody
// has taken it for anything.
Result<DirLock> begin(const std::filesystem::path& directory, std::string_view work) {
  DAYBOOK_TRY(make_private_directory(directory));
  std::error_code error;
  DAYBOOK_ASSIGN(DirLock lock, DirLock::take(directory));
  DAYBOOK_ASSIGN(const std::string left, unfinished_work(directory));
  bool empty = true;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    empty = empty && entry.path().filename() == "unfinished";
  }
  if (error) {
    return fail(file_error("cannot list", directory, error.value()));
  }
  if (!empty && left != work) {
    return fail(Code::kConflict, "DIRECTORY_NOT_EMPTY", directory.string() + " is not empty");
  }
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (!error && entry.path().filename() != "unfinished") {
      std::filesystem::remove_all(entry.path(), error);
    }
  }
  if (!error) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  }
  if (error) {
    return fail(file_error("cannot make ready", directory, error.value()));
  }
  if (left != work) {
    DAYBOOK_TRY(mark_unfinished(directory, work));
  }
  return lock;
}

// The files that a store consists of; what RocksDB writes for people, and its lock, stay behind.
enum class Belongs : std::uint8_t { kYes, kForPeople, kNo };
Belongs belongs(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  const auto extension = file.extension();
  if (name == "LOCK" || name == "LOG" || name.starts_with("LOG.old.")) {
    return Belongs::kForPeople;
  }
  const bool ours = extension == ".sst" || extension == ".log" || name == "CURRENT" ||
                    name == "IDENTITY" || name.starts_with("MANIFEST-") ||
                    name.starts_with("OPTIONS-");
  return ours ? Belongs::kYes : Belongs::kNo;
}

// Whoever made the backup may not be who restores it: no link leads out of it.
Result<std::vector<std::filesystem::path>> files_of_store(const std::filesystem::path& backup) {
  std::vector<std::filesystem::path> out;
  std::error_code error;
  const std::filesystem::path store = backup / "log";
  if (std::filesystem::is_symlink(store, error)) {
    return backup_damaged(backup, "log is a link");
  }
  for (const auto& entry : std::filesystem::directory_iterator(store, error)) {
    const Belongs how = belongs(entry.path());
    const bool regular = entry.symlink_status(error).type() == std::filesystem::file_type::regular;
    if (how == Belongs::kNo || !regular) {
      return backup_damaged(backup, "log/" + entry.path().filename().string() +
                                        " does not belong to a log, or is a link");
    }
    if (how == Belongs::kYes) {
      out.push_back(entry.path());
    }
  }
  if (error) {
    return fail(file_error("cannot list", store, error.value()));
  }
  return out;
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

// What is there besides the log: relative, and inside.
bool may_stand_beside(const std::filesystem::path& path) {
  if (path.empty() || path.is_absolute() || path.string().find('\n') != std::string::npos ||
      std::find(path.begin(), path.end(), "..") != path.end()) {
    return false;
  }
  // Those are the directory's own; a file beside the log stands in a folder of its own.
  return std::distance(path.begin(), path.end()) > 1 && *path.begin() != "log";
}

// A regular file below `root` with no link on the way to it.
Status check_no_links(const std::filesystem::path& root, const std::filesystem::path& name) {
  std::filesystem::path at = root;
  for (const auto& part : name) {
    at /= part;
    std::error_code error;
    if (std::filesystem::is_symlink(at, error)) {
      return backup_damaged(root, name.string() + " is a link, or stands behind one");
    }
  }
  std::error_code error;
  if (std::filesystem::exists(at, error) && !std::filesystem::is_regular_file(at, error)) {
    return backup_damaged(root, name.string() + " is no file");
  }
  return {};
}

Result<BackupFile> read_beside(const std::filesystem::path& root, const std::string& name) {
  const std::filesystem::path path = root / name;
  DAYBOOK_TRY(check_no_links(root, name));
  DAYBOOK_ASSIGN(const Descriptor file, open_file(path, O_RDONLY | O_NOFOLLOW));
  BackupFile out{name, 0, 0};
  std::vector<std::uint8_t> buffer(1 << 20);
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail(file_error("cannot read", path, errno));
    }
    if (got == 0) {
      return out;
    }
    const auto n = static_cast<std::size_t>(got);
    out.crc = crc32c({buffer.data(), n}, out.crc);
    out.bytes += n;
  }
}

// Finds what was added to a backup, and makes it durable.
Status note_beside(const std::filesystem::path& backup, BackupInfo& info) {
  std::error_code error;
  using Walk = std::filesystem::recursive_directory_iterator;
  for (const auto& entry : Walk(backup, error)) {
    const auto name = entry.path().lexically_relative(backup);
    if (entry.is_directory()) {
      DAYBOOK_TRY(sync_directory(entry.path()));
    } else if (may_stand_beside(name)) {
      DAYBOOK_TRY(sync_file(entry.path()));
      DAYBOOK_ASSIGN(BackupFile file, read_beside(backup, name.generic_string()));
      info.beside.push_back(std::move(file));
    }
  }
  if (error) {
    return fail(file_error("cannot list", backup, error.value()));
  }
  std::sort(info.beside.begin(), info.beside.end(),
            [](const BackupFile& a, const BackupFile& b) { return a.path < b.path; });
  return sync_directory(backup);
}

Status check_beside(const std::filesystem::path& root, const BackupFile& wanted) {
  const auto found = read_beside(root, wanted.path);
  if (!found) {
    return backup_damaged(root, found.error().message);
  }
  if (found->bytes != wanted.bytes || found->crc != wanted.crc) {
    return backup_damaged(root, wanted.path + " is not what was written");
  }
  return {};
}

Status copy_beside(const std::filesystem::path& from, const std::filesystem::path& to,
                   const std::vector<BackupFile>& files) {
  std::set<std::filesystem::path> folders = {to};
  for (const BackupFile& file : files) {
    const std::filesystem::path target = to / file.path;
    DAYBOOK_TRY(make_private_directory(target.parent_path()));
    DAYBOOK_TRY(copy_regular(from / file.path, target));
    DAYBOOK_TRY(check_beside(to, file));
    DAYBOOK_TRY(sync_file(target));
    folders.insert(target.parent_path());
  }
  for (const auto& folder : folders) {
    DAYBOOK_TRY(sync_directory(folder));
  }
  return {};
}

// The lines of files in a marker; false when they cannot be read.
bool read_files(std::istream& in, BackupInfo& info) {
  std::string word;
  while (in >> word && word == "file") {
    BackupFile file;
    in >> file.bytes >> file.crc;
    in.get();
    if (!std::getline(in, file.path) || !may_stand_beside(file.path)) {
      return false;
    }
    info.beside.push_back(std::move(file));
  }
  return word == "crc";
}

enum class Lock : std::uint8_t { kTake, kHeld };
Result<BackupInfo> verified(const std::filesystem::path& data, Lock lock) {
  VerifyOptions options;
  options.held = lock == Lock::kHeld;
  options.unfinished = true;  // it is looked at before it is said to be whole
  DAYBOOK_ASSIGN(const VerifyReport report, verify(data, options));
  if (report.problem) {
    return backup_damaged(data, report.problem->message);
  }
  return BackupInfo{report.id, report.first, report.head, {}};
}

bool same(const BackupInfo& a, const BackupInfo& b) {
  return marker_text(a) == marker_text(b);
}

Status copy_store(const std::filesystem::path& from, const std::filesystem::path& to) {
  DAYBOOK_ASSIGN(const auto files, files_of_store(from));
  DAYBOOK_TRY(make_private_directory(to / "log"));
  for (const auto& file : files) {
    DAYBOOK_TRY(copy_regular(file, to / "log" / file.filename()));
  }
  return sync_store(to / "log");
}

}  // namespace

Result<BackupInfo> backup(RocksLog& log, const std::filesystem::path& to, const AddBeside& add) {
  DAYBOOK_ASSIGN(const DirLock lock, begin(to, kWorkBackup));
  // The head from before the checkpoint is certainly in it; the anchor moves to the copy's end once
  // that was read.
  const Head before = log.head();
  DAYBOOK_TRY(log.checkpoint(to / "log"));
  DAYBOOK_TRY(sync_store(to / "log"));
  DAYBOOK_TRY(write_anchor(to / "anchor", log.id(), before));
  DAYBOOK_TRY(write_identity(to, log.id()));
  DAYBOOK_ASSIGN(BackupInfo info, verified(to, Lock::kHeld));
  DAYBOOK_TRY(write_anchor(to / "anchor", info.id, info.head));
  if (add) {
    DAYBOOK_TRY(add(to));
    DAYBOOK_TRY(note_beside(to, info));
  }
  DAYBOOK_TRY(replace_file(marker_path(to), marker_text(info)));
  DAYBOOK_TRY(mark_finished(to));
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
  if (!in || !hash || !padded || !read_files(in, info)) {
    return backup_damaged(from, "its marker cannot be read");
  }
  info.head.chain = *hash;
  std::copy_n(padded->begin(), info.id.size(), info.id.begin());
  if (marker_text(info) != *text) {
    return backup_damaged(from, "its marker is not what was written");
  }
  return info;
}

Result<BackupInfo> verify_backup(const std::filesystem::path& from) {
  DAYBOOK_TRY(check_finished(from));
  DAYBOOK_ASSIGN(const BackupInfo marked, read_backup(from));
  DAYBOOK_TRY(files_of_store(from));
  for (const BackupFile& file : marked.beside) {
    DAYBOOK_TRY(check_beside(from, file));
  }
  DAYBOOK_ASSIGN(BackupInfo info, verified(from, Lock::kTake));
  info.beside = marked.beside;
  if (!same(marked, info)) {
    return backup_damaged(from, "it does not end where its marker says");
  }
  return info;
}

Result<BackupInfo> restore(const std::filesystem::path& from, const std::filesystem::path& to) {
  DAYBOOK_ASSIGN(const BackupInfo info, verify_backup(from));
  DAYBOOK_ASSIGN(const DirLock lock, begin(to, kWorkRestore));
  DAYBOOK_TRY(copy_store(from, to));
  DAYBOOK_TRY(copy_beside(from, to, info.beside));
  DAYBOOK_TRY(write_anchor(to / "anchor", info.id, info.head));
  DAYBOOK_TRY(write_identity(to, info.id));
  DAYBOOK_ASSIGN(BackupInfo restored, verified(to, Lock::kHeld));
  restored.beside = info.beside;
  if (!same(info, restored)) {
    return backup_damaged(to, "the copy does not end where the backup does");
  }
  DAYBOOK_TRY(mark_finished(to));
  return restored;
}

}  // namespace daybook::log
