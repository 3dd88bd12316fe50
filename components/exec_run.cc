#include "components/exec_run.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/limits/components.h"
#include "base/limits/resources.h"
#include "base/time_text.h"
#include "components/order_document.h"

namespace daybook::components {
namespace {

constexpr std::string_view kSearchPath = "/usr/local/bin:/usr/bin:/bin";
constexpr int kFirstFree = 3;  // 0-2 are the child's own
constexpr std::size_t kReadBytes = 64 * 1024;

Descriptor above_stdio(int fd) {
  Descriptor given(fd);
  return fd < 0 || fd >= kFirstFree ? std::move(given)
                                    : Descriptor(fcntl(fd, F_DUPFD_CLOEXEC, kFirstFree));
}

// The document as a file in memory: a child that never reads it holds nobody up.
Descriptor make_stdin(const std::string& document) {
  auto file = above_stdio(memfd_create("daybook-order", MFD_CLOEXEC));
  if (file.get() < 0 ||
      write(file.get(), document.data(), document.size()) !=
          static_cast<ssize_t>(document.size()) ||
      lseek(file.get(), 0, SEEK_SET) != 0) {
    return Descriptor();
  }
  return file;
}

struct Pipe {
  Descriptor read = Descriptor();  // does not block
  Descriptor write = Descriptor();
};

Pipe make_pipe() {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return Pipe();
  }
  Pipe out{above_stdio(ends[0]), above_stdio(ends[1])};
  fcntl(out.read.get(), F_SETFL, O_NONBLOCK);
  return out;
}

// Reads what is there and passes it on; false at the end.
template <typename Take>
bool read_some(int fd, const Take& take) {
  std::array<char, kReadBytes> buffer;
  const ssize_t got = read(fd, buffer.data(), buffer.size());
  if (got > 0) {
    take(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
  }
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

void keep_tail(std::string& tail, std::string_view bytes) {
  tail.append(bytes);
  if (tail.size() > kOutputTailBytes) {
    tail.erase(0, tail.size() - kOutputTailBytes);
  }
}

// Of what escapes make long the end only, so that both streams of a run have room in its event.
std::string tail_json(std::string_view tail) {
  std::string out = json_text(tail);
  while (out.size() > kOutputTailJsonBytes) {
    tail.remove_prefix(tail.size() / 4 + 1);
    out = json_text(tail);
  }
  return out;
}

// The longest beginning whose form as JSON is within the limit of results, whole characters.
std::string_view fitting(std::string_view text) {
  if (json_text(text).size() <= kResultBytesMax) {
    return text;
  }
  std::size_t fits = 0;
  std::size_t over = text.size() + 1;
  while (over - fits > 1) {
    const std::size_t middle = fits + (over - fits) / 2;
    (json_text(text.substr(0, middle)).size() <= kResultBytesMax ? fits : over) = middle;
  }
  constexpr unsigned kContinued = 0x80;
  while (fits > 0 && fits < text.size() &&
         (static_cast<unsigned char>(text[fits]) & 0xc0U) == kContinued) {
    --fits;
  }
  return text.substr(0, fits);
}

// How a program ended that nobody here ended.
RunOutcome::Ending ending_of(bool by_signal, int status) {
  using Ending = RunOutcome::Ending;
  constexpr int kShellSignal = 128;  // a shell's status for a child that a signal ended
  const int signal = by_signal ? status : status - kShellSignal;
  if (signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGKILL) {
    return Ending::kSignalled;
  }
  return by_signal || status == 0 ? Ending::kOwn : Ending::kFailed;
}

}  // namespace

int Descriptor::release() {
  return std::exchange(fd_, -1);
}

void Descriptor::reset(int fd) {
  if (fd_ >= 0) {
    close(fd_);
  }
  fd_ = fd;
}

ExecRun::ExecRun(std::uint64_t id, Order order, ExecSpec spec, std::function<void(RunOutcome)> done)
    : id_(id), order_(std::move(order)), spec_(std::move(spec)), done_(std::move(done)) {}

std::vector<std::string> ExecRun::environment() const {
  const std::string home = directory_.string();
  std::vector<std::pair<std::string, std::string>> out = {
      {"PATH", std::string(kSearchPath)},
      {"HOME", home},
      {"TMPDIR", home},
      {"LANG", "C.UTF-8"},
      {"TZ", "UTC"},
      {"DAYBOOK_JOB_ID", order_.job.text()},
      {"DAYBOOK_JOB_DEFINITION_ID", order_.definition},
      {"DAYBOOK_ATTEMPT", std::to_string(order_.attempt.value)},
      {"DAYBOOK_TOKEN", order_.token},
      {"DAYBOOK_RUN_AT", format_time(order_.planned)},
      {"DAYBOOK_DUE_AT", format_time(order_.due)}};
  for (const auto& [name, value] : spec_.env) {
    const auto same = [&given = name](const auto& entry) { return entry.first == given; };
    const auto found = std::find_if(out.begin(), out.end(), same);
    if (found == out.end()) {
      out.emplace_back(name, value);
    } else {
      found->second = value;
    }
  }
  std::vector<std::string> lines;
  for (const auto& [name, value] : out) {
    lines.push_back(name + "=" + value);
  }
  return lines;
}

// The absolute paths of the spec: the program, its arguments, the working directory.
std::vector<std::filesystem::path> ExecRun::named_paths() const {
  std::vector<std::filesystem::path> out;
  for (const auto& word : spec_.command) {
    if (word.starts_with('/')) {
      out.emplace_back(word);
    }
  }
  if (!spec_.working_directory.empty()) {
    out.emplace_back(spec_.working_directory);
  }
  return out;
}

std::optional<RunOutcome> ExecRun::start(const Start& start) {
  directory_ = start.directory;
  const auto busy = [](std::string_view what) {
    return failed("EXEC_FAILED", std::string(what) + ": " + std::strerror(errno), true);
  };
  auto input = make_stdin(order_document(order_));
  auto output = make_pipe();
  auto errors = make_pipe();
  if (input.get() < 0 || output.write.get() < 0 || errors.write.get() < 0) {
    return busy("No descriptors for a child");
  }
  const auto ruleset = start.sandbox.make_ruleset(
      {directory_, named_paths(), {spec_.writable.begin(), spec_.writable.end()}});
  if (!ruleset) {
    return failed(ruleset.error().reason, ruleset.error().message,
                  ruleset.error().code != Code::kDenied);
  }
  const Descriptor rules(*ruleset);
  ChildPlan plan;
  plan.argv = spec_.command;
  plan.env = environment();
  const auto path = std::find_if(spec_.env.begin(), spec_.env.end(),
                                 [](const auto& entry) { return entry.first == "PATH"; });
  plan.search_path = path == spec_.env.end() ? kSearchPath : std::string_view(path->second);
  plan.directory = spec_.working_directory.empty() ? directory_.string() : spec_.working_directory;
  plan.limits = spec_.limits;
  plan.data_bytes = start.data_bytes;
  plan.threads_beside = start.threads_beside;
  plan.stdin_fd = input.get();
  plan.stdout_fd = output.write.get();
  plan.stderr_fd = errors.write.get();
  plan.ruleset = rules.get();
  plan.filter = start.sandbox.filter();
  plan.user = start.user;
  user_ = start.user ? start.user->uid : geteuid();
  const ChildStart child = start.starter.start(plan);
  if (child.pid < 0) {
    return start_failure(child);
  }
  pid_ = child.pid;
  pidfd_.reset(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  if (pidfd_.get() < 0) {
    const auto outcome = busy("The child cannot be watched");
    signal_group(SIGKILL);
    waitpid(pid_, nullptr, 0);
    return outcome;
  }
  stdout_ = std::move(output.read);
  stderr_ = std::move(errors.read);
  const Micros now = start.clock.steady();
  timeout_at_ = order_.deadline;
  if (spec_.timeout.value > 0) {
    timeout_at_ = std::min(timeout_at_.value_or(now + spec_.timeout), now + spec_.timeout);
  } else if (!timeout_at_ && start.timeout.value > 0) {
    timeout_at_ = now + start.timeout;
  }
  return {};
}

RunOutcome ExecRun::start_failure(const ChildStart& start) const {
  const std::string why = std::strerror(start.error);
  if (start.step == ChildStep::kDirectory) {
    return failed("WORKING_DIRECTORY", "The working directory cannot be entered: " + why + ".",
                  false);
  }
  if (start.step != ChildStep::kExec) {
    return failed(
        "EXEC_FAILED",
        "The child could not be set up (" + std::string(step_name(start.step)) + "): " + why + ".",
        true);
  }
  const std::string program = "'" + spec_.command[0] + "'";
  switch (start.error) {
    case ENOENT:
    case ENOTDIR:
      return failed("COMMAND_NOT_FOUND", "There is no program " + program + ".", false);
    case EACCES:
    case ENOEXEC:
    case ELOOP:
      return failed("COMMAND_NOT_EXECUTABLE", program + " cannot be run: " + why + ".", false);
    default:
      return failed("EXEC_FAILED", program + " could not be started: " + why + ".", true);
  }
}

void ExecRun::read_stdout() {
  const bool open = read_some(stdout_.get(), [&](std::string_view bytes) {
    keep_tail(output_tail_, bytes);
    if (spec_.output == ExecOutput::kNone) {
      return;
    }
    const std::size_t room = kResultBytesMax - output_.size();
    cut_ = cut_ || bytes.size() > room;
    output_.append(bytes.substr(0, room));
    if (cut_ && spec_.output == ExecOutput::kJson) {
      kill_now(EndCause::kTooLarge);
    }
  });
  if (!open) {
    stdout_.reset();
  }
}

void ExecRun::read_stderr() {
  const bool open =
      read_some(stderr_.get(), [&](std::string_view bytes) { keep_tail(errors_, bytes); });
  if (!open) {
    stderr_.reset();
  }
}

void ExecRun::signal_group(int signal) const {
  // The child is not waited for yet, so neither its number nor its group's can belong to anybody
  // else.
  (void)kill(-pid_, signal);
}

void ExecRun::end(EndCause cause, Micros kill_at) {
  if (cause_ != EndCause::kNone) {
    return;
  }
  cause_ = cause;
  kill_at_ = kill_at;
  timeout_at_.reset();
  signal_group(SIGTERM);
}

void ExecRun::kill_now(EndCause cause) {
  if (cause_ == EndCause::kNone) {
    cause_ = cause;
  }
  timeout_at_.reset();
  kill_at_.reset();
  signal_group(SIGKILL);
}

std::optional<Micros> ExecRun::deadline() const {
  return kill_at_ ? kill_at_ : timeout_at_;
}

void ExecRun::expire(Micros steady, Duration grace) {
  if (timeout_at_ && *timeout_at_ <= steady) {
    end(EndCause::kTimeout, steady + grace);
  } else if (kill_at_ && *kill_at_ <= steady) {
    kill_now(cause_);
  }
}

RunOutcome ExecRun::collect(const Clock& clock) {
  signal_group(SIGKILL);
  // What is in the pipes was written before the exit. Whoever still holds them is not waited for.
  constexpr std::size_t kReadsMax = 2 * kResultBytesMax / kReadBytes;
  const auto drain = [&](Descriptor& from, void (ExecRun::*read_one)()) {
    for (std::size_t i = 0; i < kReadsMax && from.get() >= 0; ++i) {
      errno = 0;
      (this->*read_one)();
      if (errno == EAGAIN) {
        break;
      }
    }
    from.reset();
  };
  drain(stdout_, &ExecRun::read_stdout);
  drain(stderr_, &ExecRun::read_stderr);
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
  }
  switch (cause_) {
    case EndCause::kStopped: {
      RunOutcome outcome;
      outcome.cancelled = true;
      return outcome;
    }
    case EndCause::kTimeout:
      return failed("TIMEOUT", "The program was ended: its time was over.", true,
                    details("signal", info.si_status));
    case EndCause::kTooLarge:
      return failed("OUTPUT_TOO_LARGE",
                    "The program printed over " + std::to_string(kResultBytesMax) + " bytes.",
                    false);
    case EndCause::kShutdown:
      return failed("SERVER_STOPPED", "The server stopped.", true);
    case EndCause::kProcesses:
      return failed("TOO_MANY_PROCESSES",
                    "The program and what it started had over " +
                        std::to_string(spec_.limits.processes) + " processes and threads.",
                    false);
    case EndCause::kDirectory:
      return failed("DIRECTORY_TOO_LARGE", "The run's directory holds more than is allowed.",
                    false);
    case EndCause::kUnwatched:
      return failed("EXEC_FAILED", "The child cannot be watched.", true);
    case EndCause::kNone:
      break;
  }
  const bool by_signal = info.si_code != CLD_EXITED;
  RunOutcome outcome =
      by_signal ? failed("KILLED_BY_SIGNAL",
                         "The program was ended by signal " + std::to_string(info.si_status) + ".",
                         true, details("signal", info.si_status))
                : exited(info.si_status, clock);
  outcome.ending = ending_of(by_signal, info.si_status);
  return outcome;
}

RunOutcome ExecRun::exited(int code, const Clock& clock) const {
  if (code != 0) {
    return failed("EXIT_NONZERO", "The program ended with status " + std::to_string(code) + ".",
                  true, details("exitCode", code));
  }
  if (spec_.output == ExecOutput::kText) {
    return text_outcome();
  }
  auto outcome = outcome_of(output_, clock.wall());  // of nothing when it is not the result
  if (!outcome.failure) {
    outcome.output = printed(false);
  } else if (outcome.failure->details.empty()) {
    outcome.failure->details = details("exitCode", code);
  }
  return outcome;
}

RunOutcome ExecRun::text_outcome() const {
  const std::string_view kept = fitting(output_);
  RunOutcome outcome;
  outcome.result = json_text(kept);
  outcome.output = printed(cut_ || kept.size() < output_.size());
  return outcome;
}

// {"stdout","stderr"}, and "truncated" when the result is not all of stdout; empty when nothing was
// printed.
std::string ExecRun::printed(bool cut) const {
  if (output_tail_.empty() && errors_.empty()) {
    return {};
  }
  return "{\"stdout\":" + tail_json(output_tail_) + ",\"stderr\":" + tail_json(errors_) +
         (cut ? ",\"truncated\":true}" : "}");
}

std::string ExecRun::details(std::string_view name, int value) const {
  return "{\"" + std::string(name) + "\":" + std::to_string(value) +
         ",\"stderr\":" + tail_json(errors_) +
         (output_tail_.empty() ? "" : ",\"stdout\":" + tail_json(output_tail_)) + "}";
}

}  // namespace daybook::components
