#include "log/rocks/faults.h"

#include <string>
#include <utility>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

namespace daybook::log {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

template <typename F>
IOStatus unless_asked(const AskFault& ask, FileOperation operation, const F& run) {
  static constexpr const char* kWhy = "a fault asked for by a test";
  switch (ask(operation)) {
    case FileFault::kNone:
      return run();
    case FileFault::kDevice:
      return IOStatus::IOError(kWhy);
    case FileFault::kNoSpace:
      break;
  }
  IOStatus out = IOStatus::NoSpace(kWhy);
  out.SetRetryable(true);
  return out;
}

class FaultyFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<FSWritableFile>&& file, std::shared_ptr<const AskFault> ask)
      : FSWritableFileOwnerWrapper(std::move(file)), ask_(std::move(ask)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* context) override {
    return unless_asked(*ask_, FileOperation::kAppend,
                        [&] { return FSWritableFileOwnerWrapper::Append(data, options, context); });
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& info, IODebugContext* context) override {
    return unless_asked(*ask_, FileOperation::kAppend, [&] {
      return FSWritableFileOwnerWrapper::Append(data, options, info, context);
    });
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* context) override {
    return unless_asked(*ask_, FileOperation::kSync,
                        [&] { return FSWritableFileOwnerWrapper::Sync(options, context); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* context) override {
    return unless_asked(*ask_, FileOperation::kSync,
                        [&] { return FSWritableFileOwnerWrapper::Fsync(options, context); });
  }

 private:
  const std::shared_ptr<const AskFault> ask_;
};

class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyFileSystem(AskFault ask)
      : FileSystemWrapper(rocksdb::FileSystem::Default()),
        ask_(std::make_shared<const AskFault>(std::move(ask))) {}

  const char* Name() const override { return "FaultyFileSystem"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* result,
                           IODebugContext* context) override {
    return unless_asked(*ask_, FileOperation::kCreate, [&] {
      IOStatus status = FileSystemWrapper::NewWritableFile(name, options, result, context);
      if (status.ok()) {
        *result = std::make_unique<FaultyFile>(std::move(*result), ask_);
      }
      return status;
    });
  }
  IOStatus DeleteFile(const std::string& name, const IOOptions& options,
                      IODebugContext* context) override {
    return unless_asked(*ask_, FileOperation::kDelete,
                        [&] { return FileSystemWrapper::DeleteFile(name, options, context); });
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* context) override {
    return unless_asked(*ask_, FileOperation::kRename,
                        [&] { return FileSystemWrapper::RenameFile(from, to, options, context); });
  }

 private:
  const std::shared_ptr<const AskFault> ask_;
};

Operation counted_as(FileOperation operation) {
  switch (operation) {
    case FileOperation::kAppend:
      return Operation::kWrite;
    case FileOperation::kSync:
      return Operation::kSync;
    default:
      return Operation::kOther;
  }
}

}  // namespace

std::unique_ptr<rocksdb::Env> make_faulty_env(AskFault ask) {
  return rocksdb::NewCompositeEnv(std::make_shared<FaultyFileSystem>(std::move(ask)));
}

std::unique_ptr<rocksdb::Env> make_faulty_env(std::shared_ptr<Faults> faults) {
  return make_faulty_env([faults = std::move(faults)](FileOperation operation) {
    const bool fails = operation != FileOperation::kDelete && faults->hit(counted_as(operation));
    return fails ? FileFault::kDevice : FileFault::kNone;
  });
}

}  // namespace daybook::log
