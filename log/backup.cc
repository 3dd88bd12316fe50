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
#include "log/little.h"

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

// What is there besides the log: relative, and inside.
bool may_stand_beside(const std::filesystem::path& path) {
  if (path.empty() || path.is_absolute() || path.string().find('\n') != std::string::npos ||
      std::find(path.begin(), path.end(), "..") != path.end()) {
    return false;
  }
  // Those are the directory's own; a file beside the log stands in a folder of its own.
  return std::distance(path.begin(), path.end()) > 1 && *path.begin() != "log";
}

Result<BackupFile> read_beside(const std::filesystem::path& root, const std::string& name) {
  const std::filesystem::path path = root / name;
  DAYBOOK_ASSIGN(const Descriptor file, open_file(path, O_RDONLY));
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
    return damaged(root, found.error().message);
  }
  if (found->bytes != wanted.bytes || found->crc != wanted.crc) {
    return damaged(root, wanted.path + " is not what was written");
  }
  return {};
}

Status copy_beside(const std::filesystem::path& from, const std::filesystem::path& to,
                   const std::vector<BackupFile>& files) {
  std::set<std::filesystem::path> folders = {to};
  for (const BackupFile& file : files) {
    std::error_code error;
    const std::filesystem::path target = to / file.path;
    std::filesystem::create_directories(target.parent_path(), error);
    if (!error) {
      std::filesystem::copy_file(from / file.path, target, error);
    }
    if (error) {
      return fail(file_error("cannot copy to", target, error.value()));
    }
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

Result<BackupInfo> verified(const std::filesystem::path& data) {
  DAYBOOK_ASSIGN(const VerifyReport report, verify(data));
  if (report.problem) {
    return damaged(data, report.problem->message);
  }
  return BackupInfo{report.id, report.first, report.head, {}};
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

Result<BackupInfo> backup(RocksLog& log, const std::filesystem::path& to, const AddBeside& add) {
  DAYBOOK_TRY(make_empty(to));
  // The head from before the checkpoint is certainly in it; the anchor moves to the copy's end once
  // that was read.
  const Head before = log.head();
  DAYBOOK_TRY(log.checkpoint(to / "log"));
  DAYBOOK_TRY(sync_store(to / "log"));
  DAYBOOK_TRY(write_anchor(to / "anchor", log.id(), before));
  DAYBOOK_TRY(write_identity(to, log.id()));
  DAYBOOK_ASSIGN(BackupInfo info, verified(to));
  DAYBOOK_TRY(write_anchor(to / "anchor", info.id, info.head));
  if (add) {
    DAYBOOK_TRY(add(to));
    DAYBOOK_TRY(note_beside(to, info));
  }
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
  if (!in || !hash || !padded || !read_files(in, info)) {
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
  for (const BackupFile& file : marked.beside) {
    DAYBOOK_TRY(check_beside(from, file));
  }
  DAYBOOK_ASSIGN(BackupInfo info, verified(from));
  info.beside = marked.beside;
  if (!same(marked, info)) {
    return damaged(from, "it does not end where its marker says");
  }
  return info;
}

Result<BackupInfo> restore(const std::filesystem::path& from, const std::filesystem::path& to) {
  DAYBOOK_ASSIGN(const BackupInfo info, verify_backup(from));
  DAYBOOK_TRY(make_empty(to));
  DAYBOOK_TRY(copy_store(from / "log", to / "log"));
  DAYBOOK_TRY(copy_beside(from, to, info.beside));
  DAYBOOK_TRY(write_anchor(to / "anchor", info.id, info.head));
  DAYBOOK_TRY(write_identity(to, info.id));
  DAYBOOK_ASSIGN(BackupInfo restored, verified(to));
  restored.beside = info.beside;
  if (!same(info, restored)) {
    return damaged(to, "the copy does not end where the backup does");
  }
  return restored;
}

}  // namespace daybook::log
