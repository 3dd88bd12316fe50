#include "projections/queue_run.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

#include "log/files.h"

namespace daybook::projections {
namespace {

class UnnamedFile final : public QueueRunFile {
 public:
  UnnamedFile(log::Descriptor file, std::filesystem::path directory)
      : file_(std::move(file)), directory_(std::move(directory)) {}

  Status write(std::uint64_t offset, std::span<const std::uint8_t> bytes) override {
    return log::write_at(file_, bytes, offset, directory_);
  }

  Status read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    while (!out.empty()) {
      const ssize_t got = ::pread(file_.get(), out.data(), out.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        return fail(log::file_error("cannot read a run of the queue in", directory_, errno));
      }
      if (got == 0) {
        return fail(Code::kCorrupt, "RUN_SHORT", "a run of the queue ends before its end",
                    directory_.string());
      }
      out = out.subspan(static_cast<std::size_t>(got));
      offset += static_cast<std::uint64_t>(got);
    }
    return {};
  }

 private:
  const log::Descriptor file_;
  const std::filesystem::path directory_;
};

class UnnamedFiles final : public QueueRunFiles {
 public:
  explicit UnnamedFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

  Result<std::unique_ptr<QueueRunFile>> make() override {
    int file = ::open(directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
      // The file system has no unnamed files: it has one for a moment.
      std::string name = directory_ / "queue-XXXXXX";
      file = ::mkostemp(name.data(), O_CLOEXEC);
      if (file >= 0) {
        ::unlink(name.c_str());
      }
    }
    if (file < 0) {
      return fail(log::file_error("cannot make a run of the queue in", directory_, errno));
    }
    return std::make_unique<UnnamedFile>(log::Descriptor(file), directory_);
  }

 private:
  const std::filesystem::path directory_;
};

}  // namespace

std::unique_ptr<QueueRunFiles> queue_run_files(std::filesystem::path directory) {
  return std::make_unique<UnnamedFiles>(std::move(directory));
}

}  // namespace daybook::projections
