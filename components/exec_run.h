// One child from its start to its outcome: descriptors, what it printed, why it was asked to end.
// Private to components. Threads: the supervisor's.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "components/exec_child.h"
#include "components/exec_spec.h"
#include "components/runtime.h"
#include "components/sandbox.h"

namespace daybook::components {

// Closes when it goes.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    reset(other.release());
    return *this;
  }
  int get() const { return fd_; }
  int release();
  void reset(int fd = -1);

 private:
  int fd_;
};

// Why a child was told to end.
enum class EndCause : std::uint8_t {
  kNone,
  kStopped,
  kTimeout,
  kTooLarge,
  kShutdown,
  kProcesses,
  kDirectory,
  kUnwatched,
};

class ExecRun {
 public:
  ExecRun(std::uint64_t id, Order order, ExecSpec spec, std::function<void(RunOutcome)> done);

  // What start() needs of the runtime.
  struct Start {
    ChildStarter& starter;
    Sandbox& sandbox;
    const Clock& clock;
    std::filesystem::path directory;
    std::optional<ExecUser> user;
    Duration timeout;  // when nothing else says it; zero: none
    std::uint64_t data_bytes = 0;
    std::uint64_t threads_beside = 0;  // of the child's user
  };
  // Starts the child, or says why not.
  std::optional<RunOutcome> start(const Start& start);

  std::uint64_t id() const { return id_; }
  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }
  int stdout_fd() const { return stdout_.get(); }
  int stderr_fd() const { return stderr_.get(); }
  const std::filesystem::path& directory() const { return directory_; }
  const std::string& token() const { return order_.token; }
  std::uint64_t processes_max() const { return spec_.limits.processes; }
  const ExecSpec& spec() const { return spec_; }
  // Whom it runs as; of a run that was started.
  uid_t user() const { return user_; }

  // Reads what is there; closes the descriptor at its end. More than the limit of output kills the
  // child.
  void read_stdout();
  void read_stderr();

  // Asks the child to end: SIGTERM now, SIGKILL at `kill_at`. The first cause stays.
  void end(EndCause cause, Micros kill_at);
  void kill_now(EndCause cause);
  // Steady time of the next thing to do; nothing when only the child decides.
  std::optional<Micros> deadline() const;
  // Does what is due.
  void expire(Micros steady, Duration grace);

  // The child has exited: kills its group, reads what is left, waits for it, and says what became
  // of it.
  RunOutcome collect(const Clock& clock);
  void report(RunOutcome outcome) { done_(std::move(outcome)); }

 private:
  std::vector<std::string> environment() const;
  std::vector<std::filesystem::path> named_paths() const;
  RunOutcome start_failure(const ChildStart& start) const;
  RunOutcome exited(int code, const Clock& clock) const;
  RunOutcome text_outcome() const;
  std::string details(std::string_view name, int value) const;
  std::string printed(bool cut) const;
  void signal_group(int signal) const;

  const std::uint64_t id_;
  const Order order_;
  const ExecSpec spec_;
  const std::function<void(RunOutcome)> done_;
  std::filesystem::path directory_;
  pid_t pid_ = -1;
  Descriptor pidfd_;
  Descriptor stdout_;
  Descriptor stderr_;
  uid_t user_ = 0;
  std::string output_;  // what becomes the result: the first bytes, up to the limit
  bool cut_ = false;    // there were more
  std::string output_tail_;
  std::string errors_;  // tail
  EndCause cause_ = EndCause::kNone;
  std::optional<Micros> timeout_at_;  // steady
  std::optional<Micros> kill_at_;     // steady
};

}  // namespace daybook::components
