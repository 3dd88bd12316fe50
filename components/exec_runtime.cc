#include "components/exec_runtime.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/check.h"
#include "base/limits/components.h"
#include "base/thread.h"
#include "components/directory_meter.h"
#include "components/exec_orphans.h"
#include "components/exec_permission.h"
#include "components/exec_run.h"
#include "components/json_reader.h"
#include "components/order_document.h"
#include "components/process_table.h"
#include "components/work_directory.h"

namespace daybook::components {
namespace {

using Done = std::function<void(RunOutcome)>;

// What an epoll event is about: a run's number and which of its descriptors.
enum Source : std::uint64_t { kExit, kStdout, kStderr, kSources };
constexpr std::uint64_t kWake = 0;  // runs are numbered from 1
constexpr Duration kBetweenCounts = millis(250);

// What callers and the supervisor share; handles keep it, so that they may outlive the runtime.
struct ExecInbox {
  std::mutex mutex;
  Descriptor wake{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::vector<std::unique_ptr<ExecRun>> arrived;
  std::vector<std::uint64_t> stops;
  std::vector<std::uint64_t> full;  // their directories hold too much
  std::size_t unstarted = 0;        // arrived or waiting
  std::uint64_t last_id = 0;
  bool closing = false;

  void notify() const {
    const std::uint64_t one = 1;
    (void)!write(wake.get(), &one, sizeof one);
  }
};

class ExecHandle final : public Run {
 public:
  explicit ExecHandle(std::shared_ptr<ExecInbox> inbox = {}, std::uint64_t id = 0)
      : inbox_(std::move(inbox)), id_(id) {}

  void stop() override {
    if (!inbox_ || asked_.exchange(true)) {
      return;
    }
    const std::lock_guard lock(inbox_->mutex);
    if (!inbox_->closing) {
      inbox_->stops.push_back(id_);
      inbox_->notify();
    }
  }

 private:
  const std::shared_ptr<ExecInbox> inbox_;
  const std::uint64_t id_;
  std::atomic<bool> asked_{false};
};

std::vector<std::filesystem::path> hidden_from(const ExecOptions& options,
                                               const std::filesystem::path& root) {
  std::vector<std::filesystem::path> out;
  if (!options.data_directory.empty()) {
    out.push_back(options.data_directory);
  }
  // Runs are kept apart too, unless the operator lets them write all around: hiding the runs'
  // directory would then take that permission away.
  const auto holds_root = [&](const std::filesystem::path& path) {
    std::error_code error;
    return is_within(root, std::filesystem::weakly_canonical(path, error));
  };
  if (std::none_of(options.writable.begin(), options.writable.end(), holds_root)) {
    out.push_back(root);
  }
  return out;
}

ExecSpec permitted_spec(std::string_view json, const ExecPermissions& permissions, Faults& faults) {
  ExecSpec spec = parse_exec_spec(json, faults);
  if (faults.empty()) {
    check_permitted(spec, permissions, faults);
  }
  return spec;
}

std::uint64_t half_of_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long bytes = sysconf(_SC_PAGESIZE);
  return pages > 0 && bytes > 0
             ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(bytes) / 2
             : 0;
}

}  // namespace

struct ExecRuntime::Impl {
  Impl(ExecOptions opts, const Clock& system_clock, std::unique_ptr<WorkDirectories> work_dirs)
      : options(std::move(opts)),
        clock(system_clock),
        directories(std::move(work_dirs)),
        data_bytes(options.memory_bytes > 0 ? options.memory_bytes : half_of_memory()),
        permissions{options.user, options.allowed_users, options.writable,
                    options.allowed_writable},
        sandbox({hidden_from(options, directories->root()), options.writable,
                 options.allowed_writable}),
        meter(
            options.directory_bytes,
            [shared = inbox](std::uint64_t id) {
              const std::lock_guard lock(shared->mutex);
              shared->full.push_back(id);
              shared->notify();
            },
            options.note) {}

  Status start() {
    if (inbox->wake.get() < 0 || poller.get() < 0 || !watch(inbox->wake.get(), kWake)) {
      return fail(Code::kUnavailable, "NO_DESCRIPTORS",
                  "the system gives no descriptor for the exec runtime");
    }
    DAYBOOK_TRY(meter.start());
    DAYBOOK_ASSIGN(thread, start_thread("exec", [this] { supervise(); }));
    return {};
  }

  void supervise();
  void take_inbox();
  void start_waiting();
  void launch(std::unique_ptr<ExecRun> run);
  void stop(std::uint64_t id);
  void begin_shutdown();
  void wait_for_events();
  void handle(std::uint64_t tag);
  void finish(std::uint64_t id);
  void sweep();
  int wait_ms() const;
  bool has_runs_of_root() const;
  void count_processes(Micros now);
  bool watch(int fd, std::uint64_t tag);

  const ExecOptions options;
  const Clock& clock;
  const std::shared_ptr<ExecInbox> inbox = std::make_shared<ExecInbox>();
  const std::unique_ptr<WorkDirectories> directories;
  const std::uint64_t data_bytes;
  const ExecPermissions permissions;

  // Of the supervisor:
  Descriptor poller{epoll_create1(EPOLL_CLOEXEC)};
  ChildStarter starter;
  Sandbox sandbox;
  std::deque<std::unique_ptr<ExecRun>> waiting;
  std::unordered_map<std::uint64_t, std::unique_ptr<ExecRun>> runs;
  std::unordered_set<pid_t> pids;
  std::optional<Micros> sweep_at;  // steady
  ThreadCount thread_count;
  Micros counted_at{};
  bool closing = false;

  DirectoryMeter meter;
  std::mutex join_mutex;
  std::thread thread;
};

void ExecRuntime::Impl::supervise() {
  // Signals of the process belong to other threads; a child is started with all of them blocked.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  for (;;) {
    take_inbox();
    start_waiting();
    if (closing && runs.empty() && waiting.empty() && !sweep_at) {
      return;
    }
    wait_for_events();
    const Micros now = clock.steady();
    for (auto& [id, run] : runs) {
      run->expire(now, options.grace);
    }
    if (sweep_at && *sweep_at <= now) {
      sweep();
    }
    count_processes(now);
  }
}

void ExecRuntime::Impl::take_inbox() {
  std::vector<std::uint64_t> stops;
  std::vector<std::uint64_t> full;
  bool close_now = false;
  {
    const std::lock_guard lock(inbox->mutex);
    for (auto& run : inbox->arrived) {
      waiting.push_back(std::move(run));
    }
    inbox->arrived.clear();
    stops.swap(inbox->stops);
    full.swap(inbox->full);
    close_now = inbox->closing && !closing;
  }
  for (const auto id : stops) {
    stop(id);
  }
  for (const auto id : full) {
    if (const auto found = runs.find(id); found != runs.end()) {
      found->second->kill_now(EndCause::kDirectory);
    }
  }
  if (close_now) {
    begin_shutdown();
  }
}

void ExecRuntime::Impl::begin_shutdown() {
  closing = true;
  for (auto& run : waiting) {
    run->report(failed("SERVER_STOPPED", "The server stopped.", true));
  }
  waiting.clear();
  for (auto& [id, run] : runs) {
    run->kill_now(EndCause::kShutdown);
  }
}

void ExecRuntime::Impl::start_waiting() {
  while (!waiting.empty() && runs.size() < options.slots) {
    auto run = std::move(waiting.front());
    waiting.pop_front();
    {
      const std::lock_guard lock(inbox->mutex);
      --inbox->unstarted;
    }
    launch(std::move(run));
  }
}

void ExecRuntime::Impl::launch(std::unique_ptr<ExecRun> run) {
  const auto user = user_of(run->spec(), permissions);
  auto directory = directories->make(user);
  if (!directory) {
    run->report(failed("EXEC_FAILED", directory.error().message, true));
    return;
  }
  // Each of those that go on may yet come to its limit.
  const uid_t uid = user ? user->uid : geteuid();
  std::uint64_t beside = thread_count.of(uid, clock.steady());
  for (const auto& [id, other] : runs) {
    beside += other->user() == uid ? other->processes_max() : 0;
  }
  if (auto outcome = run->start(
          {starter, sandbox, clock, *directory, user, options.timeout, data_bytes, beside})) {
    directories->remove(std::move(*directory));
    run->report(std::move(*outcome));
    return;
  }
  pids.insert(run->pid());
  const std::uint64_t id = run->id();
  const std::uint64_t tag = id * kSources;
  const bool watched = watch(run->pidfd(), tag + kExit) && watch(run->stdout_fd(), tag + kStdout) &&
                       watch(run->stderr_fd(), tag + kStderr);
  meter.add(id, run->directory());
  runs.emplace(id, std::move(run));
  if (!watched) {  // its user has used up what epoll may hold
    runs.at(id)->kill_now(EndCause::kUnwatched);
    finish(id);
  }
}

void ExecRuntime::Impl::stop(std::uint64_t id) {
  if (const auto found = runs.find(id); found != runs.end()) {
    found->second->end(EndCause::kStopped, clock.steady() + options.grace);
    return;
  }
  const auto found = std::find_if(waiting.begin(), waiting.end(),
                                  [&](const auto& run) { return run->id() == id; });
  if (found != waiting.end()) {
    const auto run = std::move(*found);
    waiting.erase(found);
    {
      const std::lock_guard lock(inbox->mutex);
      --inbox->unstarted;
    }
    run->report(cancelled_run());
  }
}

bool ExecRuntime::Impl::watch(int fd, std::uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = tag;
  return epoll_ctl(poller.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

int ExecRuntime::Impl::wait_ms() const {
  constexpr std::int64_t kIdleMs = 60'000;
  std::optional<Micros> first = sweep_at;
  if (has_runs_of_root()) {
    first = std::min(first.value_or(counted_at + kBetweenCounts), counted_at + kBetweenCounts);
  }
  for (const auto& [id, run] : runs) {
    const auto due = run->deadline();
    if (due && (!first || *due < *first)) {
      first = due;
    }
  }
  if (!first) {
    return static_cast<int>(kIdleMs);
  }
  const auto left = (*first - clock.steady()).value;
  return static_cast<int>(std::clamp<std::int64_t>((left + 999) / 1000, 0, kIdleMs));
}

void ExecRuntime::Impl::wait_for_events() {
  constexpr int kEventsMax = 64;
  epoll_event events[kEventsMax];
  const int count = epoll_wait(poller.get(), events, kEventsMax, wait_ms());
  // A child's exit comes last: what it printed before is then read in its turn.
  for (const bool exits : {false, true}) {
    for (int i = 0; i < count; ++i) {
      const std::uint64_t tag = events[i].data.u64;
      if (exits == (tag != kWake && tag % kSources == kExit)) {
        handle(tag);
      }
    }
  }
}

void ExecRuntime::Impl::handle(std::uint64_t tag) {
  if (tag == kWake) {
    std::uint64_t count = 0;
    (void)!read(inbox->wake.get(), &count, sizeof count);
    return;
  }
  const auto found = runs.find(tag / kSources);
  if (found == runs.end()) {
    return;
  }
  switch (tag % kSources) {
    case kStdout:
      found->second->read_stdout();
      break;
    case kStderr:
      found->second->read_stderr();
      break;
    default:
      finish(found->first);
  }
}

void ExecRuntime::Impl::finish(std::uint64_t id) {
  const auto found = runs.find(id);
  const auto run = std::move(found->second);
  runs.erase(found);
  auto outcome = run->collect(clock);
  pids.erase(run->pid());
  meter.remove(id);
  sweep();
  directories->remove(run->directory());
  run->report(std::move(outcome));
}

// Nothing outlives its run: what is killed hands its own children to us, so it is looked again
// until nobody is left; a bomb that forks faster than that is met again soon.
void ExecRuntime::Impl::sweep() {
  constexpr Duration kSoon = millis(5);
  constexpr int kRoundsMax = 100;
  sweep_at.reset();
  if (!options.adopt_orphans) {
    return;
  }
  const auto is_child = [&](pid_t pid) { return pids.contains(pid); };
  const auto is_live = [&](std::string_view token) {
    return std::any_of(runs.begin(), runs.end(),
                       [&](const auto& entry) { return entry.second->token() == token; });
  };
  bool thorough = runs.empty();  // a look at every process of the machine is not cheap
  for (int i = 0; i < kRoundsMax; ++i) {
    const bool found = Orphans::sweep(thorough, is_child, is_live);
    if (!found && (thorough || i == 0)) {
      return;
    }
    thorough = !found;  // where some were found, none is overlooked
  }
  sweep_at = clock.steady() + kSoon;
}

bool ExecRuntime::Impl::has_runs_of_root() const {
  return std::any_of(runs.begin(), runs.end(),
                     [](const auto& entry) { return entry.second->user() == 0; });
}

// The kernel's limit of processes does not bind root, so runs of root are counted.
void ExecRuntime::Impl::count_processes(Micros now) {
  if (now < counted_at + kBetweenCounts || !has_runs_of_root()) {
    return;
  }
  const auto all = all_processes();
  const pid_t self = getpid();
  std::multimap<std::string, pid_t> adopted;  // by the token of their run
  for (const Process& process : all) {
    if (process.parent == self && !pids.contains(process.pid)) {
      adopted.emplace(environment_of(process.pid, "DAYBOOK_TOKEN"), process.pid);
    }
  }
  for (auto& [id, run] : runs) {
    if (run->user() != 0) {
      continue;
    }
    std::vector<pid_t> roots = {run->pid()};
    const auto [from, to] = adopted.equal_range(run->token());
    for (auto it = from; it != to; ++it) {
      roots.push_back(it->second);
    }
    if (threads_below(all, roots) > run->processes_max()) {
      run->kill_now(EndCause::kProcesses);
    }
  }
  counted_at = clock.steady();
}

Result<std::unique_ptr<ExecRuntime>> ExecRuntime::open(ExecOptions options, const Clock& clock) {
  if (geteuid() == 0 && !options.user && options.note) {
    options.note(
        "programs run as root: without its capabilities, but as owner of its files; name another "
        "user in exec-user");
  }
  DAYBOOK_ASSIGN(
      auto directories,
      WorkDirectories::open(options.temp_directory, options.user || !options.allowed_users.empty(),
                            options.note));
  auto impl = std::make_unique<Impl>(std::move(options), clock, std::move(directories));
  if (impl->options.require_sandbox && !impl->sandbox.files_enforced()) {
    return fail(Code::kUnsupported, "NO_SANDBOX",
                "This kernel has no Landlock, so children cannot be kept from files.");
  }
  if (impl->options.adopt_orphans && !Orphans::adopt()) {
    return fail(Code::kUnsupported, "NO_ADOPTION", "The kernel refuses to hand over orphans.");
  }
  DAYBOOK_TRY(impl->start());
  return std::unique_ptr<ExecRuntime>(new ExecRuntime(std::move(impl)));
}

ExecRuntime::ExecRuntime(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ExecRuntime::~ExecRuntime() {
  shutdown();
}

CheckResult ExecRuntime::check(const Draft& draft) const {
  Faults faults;
  (void)permitted_spec(draft.spec, impl_->permissions, faults);
  return faults.empty() ? CheckResult(Checked{})
                        : tl::unexpected(SpecFaults{std::move(faults).all()});
}

std::string ExecRuntime::sandbox_level() const {
  return impl_->sandbox.level();
}

std::shared_ptr<Run> ExecRuntime::run(Order order, Done done) {
  Faults faults;
  ExecSpec spec = permitted_spec(order.spec, impl_->permissions, faults);
  if (const Status sound = faults.first(); !sound) {
    const bool denied = sound.error().code == Code::kDenied;
    done(failed(denied ? "NOT_PERMITTED" : "BAD_SPEC",
                denied ? sound.error().message : sound.error().text(), false));
    return std::make_shared<ExecHandle>();
  }
  const auto& inbox = impl_->inbox;
  std::string_view refused;
  {
    const std::lock_guard lock(inbox->mutex);
    if (inbox->closing) {
      refused = "SERVER_STOPPED";
    } else if (inbox->unstarted >= impl_->options.slots + kOrdersWaitingMax) {
      refused = "RUNTIME_BUSY";
    } else {
      const std::uint64_t id = ++inbox->last_id;
      ++inbox->unstarted;
      inbox->arrived.push_back(
          std::make_unique<ExecRun>(id, std::move(order), std::move(spec), std::move(done)));
      inbox->notify();
      return std::make_shared<ExecHandle>(inbox, id);
    }
  }
  done(failed(refused, "The exec runtime takes no more orders now.", true));
  return std::make_shared<ExecHandle>();
}

void ExecRuntime::shutdown() {
  {
    const std::lock_guard lock(impl_->inbox->mutex);
    impl_->inbox->closing = true;
    impl_->inbox->notify();
  }
  const std::lock_guard lock(impl_->join_mutex);
  if (impl_->thread.joinable()) {
    impl_->thread.join();
  }
}

}  // namespace daybook::components
