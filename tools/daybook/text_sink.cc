#include "tools/daybook/text_sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ostream>

namespace daybook::cli {

namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;

}  // namespace

Result<std::unique_ptr<TextSink>> TextSink::open(const Environment& env, const std::string& file) {
  std::unique_ptr<TextSink> out(new TextSink(env, file == "-" ? std::string() : file));
  if (!out->file_.empty()) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) {
      return fail(Code::kConflict, "FILE_EXISTS", file + " exists; it is not overwritten");
    }
    if (fd < 0) {
      return fail(log::file_error("create", file, errno));
    }
    out->descriptor_ = log::Descriptor(fd);
  }
  return out;
}

Status TextSink::write(std::string_view text) {
  buffer_ += text;
  return buffer_.size() < kBufferBytes ? Status{} : flush();
}

Status TextSink::flush() {
  if (file_.empty()) {
    if (!env_.out.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size())).flush()) {
      return fail(Code::kIo, "WRITE_FAILED", "standard output cannot be written");
    }
    buffer_.clear();
    return {};
  }
  std::string_view left = buffer_;
  while (!left.empty()) {
    const ssize_t written = ::write(descriptor_.get(), left.data(), left.size());
    if (written < 0 && errno != EINTR) {
      return fail(log::file_error("write", file_, errno));
    }
    left.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  buffer_.clear();
  return {};
}

Status TextSink::finish() {
  DAYBOOK_TRY(flush());
  return file_.empty() ? Status{} : log::sync_data(descriptor_, file_);
}

}  // namespace daybook::cli
