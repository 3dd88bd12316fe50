#include "projections/rocks_faults.h"

#include <string>
#include <utility>

#include <rocksdb/file_system.h>

namespace daybook::projections {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// As the file system says ENOSPC, which stands for inodes too.
IOStatus no_space(StoreFaults& faults) {
  ++faults.refused;
  IOStatus out = IOStatus::NoSpace("a fault asked for by a test");
  out.SetRetryable(true);
  return out;
}

class FaultyFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<FSWritableFile>&& file, std::shared_ptr<StoreFaults> faults)
      : FSWritableFileOwnerWrapper(std::move(file)), faults_(std::move(faults)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* context) override {
    return faults_->no_space ? no_space(*faults_)
                             : FSWritableFileOwnerWrapper::Append(data, options, context);
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& info, IODebugContext* context) override {
    return faults_->no_space ? no_space(*faults_)
                             : FSWritableFileOwnerWrapper::Append(data, options, info, context);
  }

 private:
  const std::shared_ptr<StoreFaults> faults_;
};

class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  FaultyFileSystem(std::shared_ptr<StoreFaults> faults, std::function<void()> before_change)
      : FileSystemWrapper(rocksdb::FileSystem::Default()),
        faults_(faults ? std::move(faults) : std::make_shared<StoreFaults>()),
        before_change_(std::move(before_change)) {}

  const char* Name() const override { return "FaultyFileSystem"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* result,
                           IODebugContext* context) override {
    tell();
    if (faults_->no_space) {
      return no_space(*faults_);
    }
    IOStatus status = FileSystemWrapper::NewWritableFile(name, options, result, context);
    if (status.ok()) {
      *result = std::make_unique<FaultyFile>(std::move(*result), faults_);
    }
    return status;
  }
  IOStatus DeleteFile(const std::string& name, const IOOptions& options,
                      IODebugContext* context) override {
    tell();
    return FileSystemWrapper::DeleteFile(name, options, context);
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* context) override {
    tell();
    return FileSystemWrapper::RenameFile(from, to, options, context);
  }

 private:
  void tell() const {
    if (before_change_) {
      before_change_();
    }
  }

  const std::shared_ptr<StoreFaults> faults_;
  const std::function<void()> before_change_;
};

}  // namespace

std::unique_ptr<rocksdb::Env> make_faulty_env(std::shared_ptr<StoreFaults> faults,
                                              std::function<void()> before_change) {
  return rocksdb::NewCompositeEnv(
      std::make_shared<FaultyFileSystem>(std::move(faults), std::move(before_change)));
}

}  // namespace daybook::projections
