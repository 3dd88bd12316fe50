#include "scheduler/snapshotter.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "scheduler/snapshot.h"

namespace daybook::scheduler {
namespace {

[[noreturn]] void write_in_child(const State& state, Seq seq, const Hash& chain,
                                 const std::filesystem::path& directory, pid_t parent) {
  if (::close_range(3, ~0U, 0) != 0) {
    ::_exit(1);  // it would hold the lock of the data directory
  }
  // Not PR_SET_PDEATHSIG: that comes when the thread that forked ends, and the last snapshot of a
  // server is taken by a thread that is about to.
  const auto wanted = [parent] { return ::getppid() == parent; };
  ::_exit(write_snapshot(state, seq, chain, directory, wanted) ? 0 : 1);
}

}  // namespace

Snapshotter::~Snapshotter() {
  if (child_ != 0) {
    static_cast<void>(end());  // it was killed: there is nothing to learn
  }
}

Status Snapshotter::end() {
  ::kill(child_, SIGKILL);
  return reap(0);
}

Status Snapshotter::take(const State& state, Seq seq, const Hash& chain) {
  if (child_ != 0) {
    DAYBOOK_TRY(reap(WNOHANG));
    if (child_ != 0 && ++refusals_ > kSnapshotRefusalsMax) {
      return end();
    }
    if (child_ != 0) {
      return fail(Code::kUnavailable, "SNAPSHOT_RUNNING",
                  "the last snapshot is still being written");
    }
  }
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    write_in_child(state, seq, chain, directory_, parent);
  }
  if (child < 0) {
    return fail(Code::kUnavailable, "FORK_FAILED", std::strerror(errno));
  }
  child_ = child;
  running_ = seq;
  refusals_ = 0;
  return {};
}

Status Snapshotter::wait(Duration patience) {
  if (child_ == 0) {
    return {};
  }
  const int ended = static_cast<int>(::syscall(SYS_pidfd_open, child_, 0));
  pollfd watched{ended, POLLIN, 0};
  const bool late = ended >= 0 && ::poll(&watched, 1, static_cast<int>(patience.value / 1000)) == 0;
  if (ended >= 0) {
    ::close(ended);
  }
  return late ? end() : reap(0);
}

Status Snapshotter::reap(int options) {
  int result = 0;
  pid_t got = 0;
  do {
    got = ::waitpid(child_, &result, options);
  } while (got < 0 && errno == EINTR);
  if (got == 0) {
    return {};
  }
  child_ = 0;
  if (got < 0 || !WIFEXITED(result) || WEXITSTATUS(result) != 0) {
    return fail(Code::kIo, "SNAPSHOT_FAILED",
                "the snapshot at " + std::to_string(running_.value) + " was not written");
  }
  newest_ = running_.value;
  return {};
}

}  // namespace daybook::scheduler
