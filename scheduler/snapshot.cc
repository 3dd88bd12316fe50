#include "scheduler/snapshot.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/crc32c.h"
#include "scheduler/serialize.h"

namespace daybook::scheduler {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kHeadBytes = 72;
constexpr std::size_t kCrcFrom = 16;
constexpr char kMagic[] = "DAYBKSNP";
constexpr std::size_t kKept = 2;

class File {
 public:
  File(const std::filesystem::path& path, int flags) : fd_(::open(path.c_str(), flags, 0600)) {}
  ~File() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> io_error(std::string_view what, const std::filesystem::path& path) {
  return fail(Code::kIo, "SNAPSHOT_IO", std::string(what) + ": " + std::strerror(errno),
              path.string());
}

Status write_all(int fd, Bytes bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) {
      continue;
    }
    if (wrote <= 0) {
      return io_error("cannot write a snapshot", path);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

std::array<std::uint8_t, kHeadBytes> make_head(std::uint32_t format, Seq seq, const Hash& chain,
                                               std::uint64_t body_bytes, std::uint32_t body_crc) {
  std::array<std::uint8_t, kHeadBytes> head{};
  std::memcpy(head.data(), kMagic, 8);
  std::memcpy(head.data() + 8, &format, 4);
  std::memcpy(head.data() + 16, &seq.value, 8);
  std::memcpy(head.data() + 24, chain.data(), chain.size());
  std::memcpy(head.data() + 56, &body_bytes, 8);
  std::memcpy(head.data() + 64, &body_crc, 4);
  const std::uint32_t crc = crc32c(Bytes(head).subspan(kCrcFrom));
  std::memcpy(head.data() + 12, &crc, 4);
  return head;
}

Status check_wanted(const std::function<bool()>& wanted) {
  return !wanted || wanted()
             ? Status{}
             : fail(Code::kUnavailable, "SNAPSHOT_UNWANTED", "nobody waits for the snapshot");
}

Status write_file(const State& state, Seq seq, const Hash& chain, const std::filesystem::path& path,
                  const std::function<bool()>& wanted) {
  // A new file: whoever still writes an old draft of that name writes to what has no name any more.
  ::unlink(path.c_str());
  const File file(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC);
  if (file.fd() < 0) {
    return io_error("cannot create a snapshot", path);
  }
  // The head comes last: until it is there the file does not read as a snapshot.
  if (::lseek(file.fd(), kHeadBytes, SEEK_SET) < 0) {
    return io_error("cannot write a snapshot", path);
  }
  std::uint64_t size = 0;
  std::uint32_t crc = 0;
  DAYBOOK_TRY(serialize(
      state,
      [&](Bytes piece) -> Status {
        if (Status go_on = check_wanted(wanted); !go_on) {
          return go_on;
        }
        size += piece.size();
        crc = crc32c(piece, crc);
        return write_all(file.fd(), piece, path);
      },
      Kept::kWith));
  if (::lseek(file.fd(), 0, SEEK_SET) < 0) {
    return io_error("cannot write a snapshot", path);
  }
  DAYBOOK_TRY(write_all(file.fd(), make_head(format_of(state), seq, chain, size, crc), path));
  if (::fsync(file.fd()) != 0) {
    return io_error("cannot sync a snapshot", path);
  }
  return {};
}

std::string file_name(Seq seq) {
  std::string digits = std::to_string(seq.value);
  return std::string(20 - digits.size(), '0') + digits + ".snapshot";
}

}  // namespace

Status write_snapshot(const State& state, Seq seq, const Hash& chain,
                      const std::filesystem::path& directory, const std::function<bool()>& wanted) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  const std::filesystem::path path = directory / file_name(seq);
  const std::filesystem::path draft = directory / "draft";
  DAYBOOK_TRY(write_file(state, seq, chain, draft, wanted));
  DAYBOOK_TRY(check_wanted(wanted));
  if (::rename(draft.c_str(), path.c_str()) != 0) {
    return io_error("cannot name a snapshot", path);
  }
  const File parent(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent.fd() < 0 || ::fsync(parent.fd()) != 0) {
    return io_error("cannot sync the directory", directory);
  }
  const auto files = list_snapshots(directory);
  for (std::size_t i = kKept; i < files.size(); ++i) {
    std::filesystem::remove(files[i], error);
  }
  return {};
}

Result<Snapshot> read_snapshot(const std::filesystem::path& path, Seq log_first) {
  const auto corrupt = [&](std::string_view what) {
    return fail(Code::kCorrupt, "CORRUPT_SNAPSHOT", what, path.string());
  };
  const File file(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat info {};
  if (file.fd() < 0 || ::fstat(file.fd(), &info) != 0) {
    return io_error("cannot open a snapshot", path);
  }
  if (!S_ISREG(info.st_mode)) {
    return corrupt("it is no regular file");
  }
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size < kHeadBytes) {
    return corrupt("the file is shorter than its head");
  }
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file.fd(), 0);
  if (mapped == MAP_FAILED) {
    return io_error("cannot read a snapshot", path);
  }
  const std::unique_ptr<void, std::function<void(void*)>> unmap(
      mapped, [size](void* at) { ::munmap(at, size); });
  const Bytes bytes(static_cast<const std::uint8_t*>(mapped), size);
  Snapshot out;
  std::uint32_t format = 0;
  std::memcpy(&format, bytes.data() + 8, 4);
  std::memcpy(&out.seq.value, bytes.data() + 16, 8);
  std::memcpy(out.chain.data(), bytes.data() + 24, out.chain.size());
  const Bytes body = bytes.subspan(kHeadBytes);
  const auto expected = make_head(format, out.seq, out.chain, body.size(), crc32c(body));
  if (!std::equal(expected.begin(), expected.end(), bytes.begin())) {
    return corrupt("the head or a checksum does not match");
  }
  FormRead form;
  DAYBOOK_ASSIGN(out.state, deserialize(body, &form, log_first));
  out.coarse = form.coarse;
  if (out.state.applied() != out.seq) {
    return corrupt("the body is of another sequence number");
  }
  if (form.format != format) {
    return corrupt("the body is of another format");
  }
  return out;
}

std::vector<std::filesystem::path> list_snapshots(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> out;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".snapshot") {
      out.push_back(entry.path());
    }
  }
  std::sort(out.rbegin(), out.rend());
  return out;
}

}  // namespace daybook::scheduler
