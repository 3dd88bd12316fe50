#include "log/rocks/faults.h"

#include <string>
#include <utility>

#include <rocksdb/file_system.h>

namespace daybook::log {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class FaultyFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<FSWritableFile>&& file, std::shared_ptr<Faults> faults)
      : FSWritableFileOwnerWrapper(std::move(file)), faults_(std::move(faults)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* context) override {
    return guard(Operation::kWrite,
                 [&] { return FSWritableFileOwnerWrapper::Append(data, options, context); });
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& info, IODebugContext* context) override {
    return guard(Operation::kWrite,
                 [&] { return FSWritableFileOwnerWrapper::Append(data, options, info, context); });
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* context) override {
    return guard(Operation::kSync,
                 [&] { return FSWritableFileOwnerWrapper::Sync(options, context); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* context) override {
    return guard(Operation::kSync,
                 [&] { return FSWritableFileOwnerWrapper::Fsync(options, context); });
  }

 private:
  template <typename F>
  IOStatus guard(Operation operation, F&& run) {
    return faults_->hit(operation) ? IOStatus::IOError("a fault asked for by a test") : run();
  }

  const std::shared_ptr<Faults> faults_;
};

class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyFileSystem(std::shared_ptr<Faults> faults)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), faults_(std::move(faults)) {}

  const char* Name() const override { return "FaultyFileSystem"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* result,
                           IODebugContext* context) override {
    if (faults_->hit(Operation::kOther)) {
      return IOStatus::IOError("a fault asked for by a test");
    }
    IOStatus status = FileSystemWrapper::NewWritableFile(name, options, result, context);
    if (status.ok()) {
      *result = std::make_unique<FaultyFile>(std::move(*result), faults_);
    }
    return status;
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* context) override {
    if (faults_->hit(Operation::kOther)) {
      return IOStatus::IOError("a fault asked for by a test");
    }
    return FileSystemWrapper::RenameFile(from, to, options, context);
  }

 private:
  const std::shared_ptr<Faults> faults_;
};

}  // namespace

std::unique_ptr<rocksdb::Env> make_faulty_env(std::shared_ptr<Faults> faults) {
  return rocksdb::NewCompositeEnv(std::make_shared<FaultyFileSystem>(std::move(faults)));
}

}  // namespace daybook::log
