// Text that goes to a file of its own or to standard output, with every failed write noticed. One
// thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "log/files.h"
#include "tools/daybook/environment.h"

namespace daybook::cli {

class TextSink {
 public:
  // `file` empty or "-": standard output. Else a new file, readable by its owner only; kConflict
  // "FILE_EXISTS".
  static Result<std::unique_ptr<TextSink>> open(const Environment& env, const std::string& file);

  Status write(std::string_view text);
  // What was written is on the disk.
  Status finish();

 private:
  TextSink(const Environment& env, std::string file) : env_(env), file_(std::move(file)) {}
  Status flush();

  const Environment& env_;
  const std::string file_;
  log::Descriptor descriptor_;
  std::string buffer_;
};

}  // namespace daybook::cli
