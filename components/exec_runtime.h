// Runs a component as a child process: argv, never a shell. docs/components.md says what a child
// sees and may do.
//
//   order → [slot free] → private directory, sandbox, clone + exec → stdin: the order's document
//                          stdout → result (bounded), stderr → its last bytes are kept
//   exit 0: completed; else failed. Then the whole process group, and whatever left it, is killed.
//
// A child is ended by its timeout or stop(): SIGTERM to the group, after the grace SIGKILL. It dies
// with the server. Threads: one supervises all children; `done` is called there, or by run() itself
// when the order is not taken.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/limits/components.h"
#include "components/exec_user.h"
#include "components/runtime.h"

namespace daybook::components {

struct ExecOptions {
  std::size_t slots = 4;  // children at once; more orders wait
  Duration grace = seconds(2);
  // Exists, and can be entered by `user`; runs get their directories below it.
  std::filesystem::path temp_directory;
  std::filesystem::path data_directory;  // out of the children's reach; empty: none
  std::vector<std::filesystem::path> writable = {"/tmp"};  // beside the private directory
  std::vector<std::filesystem::path> allowed_writable;     // below which a component may name some
  std::optional<ExecUser> user;                            // whom programs run as (needs root)
  std::vector<ExecUser> allowed_users;                     // whom a component may name besides
  Duration timeout;  // of programs for which nothing says it; zero: none
  // The server adopts and kills what a child leaves behind, even when it became a daemon
  // (PR_SET_CHILD_SUBREAPER, for the whole process: other code must then not start children that
  // make their own session).
  bool adopt_orphans = true;
  bool require_sandbox = false;  // open() fails where files cannot be protected
  // What a process may have of memory that it does not share; zero: half of the machine's.
  std::uint64_t memory_bytes = 0;
  // What a run's directory may hold while the run goes on.
  std::uint64_t directory_bytes = kExecDirectoryBytesDefault;
  // Told in words what is wrong and fails nothing; from any thread.
  std::function<void(const std::string&)> note = {};
};

class ExecRuntime final : public Runtime {
 public:
  // Fails when the temporary directory cannot be used, or the sandbox is required and not there.
  static Result<std::unique_ptr<ExecRuntime>> open(ExecOptions options, const Clock& clock);
  ~ExecRuntime() override;

  CheckResult check(const Draft& draft) const override;
  std::shared_ptr<Run> run(Order order, std::function<void(RunOutcome)> done) override;
  void shutdown() override;

  // What children are kept from, in words: the server states it at start.
  std::string sandbox_level() const;

 private:
  struct Impl;
  explicit ExecRuntime(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::components
