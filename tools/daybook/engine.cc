#include "tools/daybook/engine.h"

#include <unistd.h>

#include <new>
#include <system_error>

#include "graph/own_sets.h"
#include "log/memory_log.h"
#include "log/rocks_log.h"
#include "log/watched_log.h"
#include "scheduler/recover.h"
#include "tools/daybook/cli.h"
#include "tools/daybook/engine_impl.h"
#include "tools/daybook/host_name.h"
#include "tools/daybook/start_limits.h"

namespace daybook::cli {

// Of the log, the views, the write path, the runtimes and those that start work, with some to
// spare.
constexpr std::size_t kThreadsBeside = 48;

constexpr std::string_view kSnapshots = "snapshots";

// The order of starting. Nothing is written to the data directory before "log", and what a start
// can be refused for is found out before that. Stopping is the same backwards. The sequencer's
// threads start only after the dispatcher took over the recovered state, and the first command is
// StartServer: from then on an older server's appends are refused. Starting of jobs ends first of
// all, for that answers the workers that poll while the api can still send it.
const std::array<Engine::Impl::Step, 17> Engine::Impl::kSteps = {{
    {"temporary directory", &Impl::open_scratch, &Impl::remove_scratch},
    {"data directory", &Impl::open_data_dir, &Impl::close_data_dir},
    {"look at the log", &Impl::look, &Impl::end_look},
    {"outer runtimes", &Impl::open_outer_runtimes, &Impl::close_runtimes},
    {"log", &Impl::open_log, &Impl::close_log},
    {"state", &Impl::recover_state, &Impl::drop_sequencer},
    {"views", &Impl::open_views, &Impl::close_views},
    {"graph", &Impl::make_graph, &Impl::drop_graph},
    {"runtimes", &Impl::open_runtimes, &Impl::close_runtimes},
    {"open work", &Impl::make_dispatcher, &Impl::drop_dispatcher},
    {"sequencer", &Impl::start_sequencer, &Impl::stop_sequencer},
    {"dispatcher", &Impl::start_dispatcher, &Impl::stop_dispatcher},
    {"contracts", &Impl::start_contracts, &Impl::stop_contracts},
    {"rules", &Impl::start_rules, &Impl::stop_rules},
    {"outbox", &Impl::start_outbox, &Impl::stop_outbox},
    {"api", &Impl::start_api, &Impl::stop_api},
    {"starting of jobs", &Impl::allow_starts, &Impl::end_starts},
}};

Status Engine::Impl::open_scratch() {
  std::error_code bad;
  const fs::path parent =
      options.temp_dir.empty() ? fs::temp_directory_path(bad) : options.temp_dir;
  if (bad) {
    return fail(Code::kIo, "TEMP_DIRECTORY", bad.message());
  }
  DAYBOOK_ASSIGN(scratch,
                 TemporaryDirectory::make(parent,
                                          options.exec.user || !options.exec.allowed_users.empty()
                                              ? TemporaryDirectory::kOthersPass
                                              : TemporaryDirectory::kOwnerOnly,
                                          warn));
  return {};
}

fs::path Engine::Impl::views_path() const {
  return data_dir ? data_dir->views_path() : scratch->path() / "views";
}

fs::path Engine::Impl::snapshots_path() const {
  return data_dir ? data_dir->path() / "snapshots" : scratch->path() / "snapshots";
}

Status Engine::Impl::open_data_dir() {
  if (!options.data_dir.empty()) {
    DAYBOOK_ASSIGN(data_dir, cli::open_data_dir(options, *clock));
  }
  return {};
}

Status Engine::Impl::look() {
  DAYBOOK_TRY(check_graph(options, scratch->path(), *clock));
  if (data_dir) {
    DAYBOOK_ASSIGN(looked_at, look_before_start(*data_dir, options, *clock));
  }
  return {};
}

void Engine::Impl::watch(std::unique_ptr<log::Log> opened) {
  log = std::make_unique<log::WatchedLog>(
      options.wrap_log ? options.wrap_log(std::move(opened)) : std::move(opened), supervisor);
}

Status Engine::Impl::open_log() {
  if (!data_dir) {
    watch(std::make_unique<log::MemoryLog>(options.tail_bytes));
    return {};
  }
  DAYBOOK_ASSIGN(auto opened, looked_at.log ? log::RocksLog::open_to_write(std::move(looked_at.log))
                                            : log::RocksLog::open(*data_dir, log_options(options)));
  report.log_opened_by = opened->opened_by();
  watch(std::move(opened));
  DAYBOOK_ASSIGN(const std::string note, note_about_room(*data_dir, options));
  if (!note.empty()) {
    report.notes.push_back(note);
  }
  return {};
}

// Begun is not written: only what was written since heals.
Status Engine::Impl::take_snapshot(const scheduler::State& state, Seq seq, const Hash& chain) {
  const Seq before = snapshotter->newest();
  Status taken = snapshotter->take(state, seq, chain);
  if (snapshotter->newest() > before) {
    supervisor.heal(kSnapshots);
  }
  if (!taken && taken.error().reason != "SNAPSHOT_RUNNING") {
    supervisor.fail(kSnapshots, taken.error(), Consequence::kDegraded);
  }
  return taken;
}

Status Engine::Impl::recover_state() {
  std::error_code bad;
  fs::create_directories(snapshots_path(), bad);
  if (bad) {
    return fail(Code::kIo, "SNAPSHOT_DIR", bad.message(), snapshots_path().string());
  }
  if (!looked_at.recovered) {
    DAYBOOK_ASSIGN(looked_at.recovered, scheduler::recover(*log, snapshots_path()));
  }
  scheduler::Recovered& recovered = *looked_at.recovered;
  report.last = log->last();
  report.snapshot = recovered.snapshot;
  report.events_folded = recovered.events;
  report.notes.insert(report.notes.end(), recovered.notes.begin(), recovered.notes.end());
  snapshotter = std::make_unique<scheduler::Snapshotter>(snapshots_path());
  scheduler::SequencerOptions wanted;
  wanted.snapshot_events = options.snapshot_events;
  wanted.contracts = contracts;
  wanted.keys_max = options.idempotency_keys;
  wanted.on_fatal = [this](const Error& error) {
    supervisor.fail("write path", error, Consequence::kStop);
  };
  wanted.on_tokens = [this](std::shared_ptr<const access::TokenTable> table) {
    tokens.replace(std::move(table));
  };
  wanted.on_clock = [](const std::string& line) { spdlog::warn("clock: {}", line); };
  if (data_dir) {
    wanted.admit = [this] { return data_dir->check_space(); };
    wanted.snapshot = [this](const scheduler::State& state, Seq seq, const Hash& chain) {
      return take_snapshot(state, seq, chain);
    };
  }
  sequencer = std::make_unique<scheduler::Sequencer>(*log, *clock, std::move(recovered.state),
                                                     std::move(wanted));
  looked_at.recovered.reset();
  return {};
}

Status Engine::Impl::open_views() {
  projections::ViewsOptions wanted;
  wanted.directory = views_path();
  wanted.supervisor = &supervisor;
  DAYBOOK_ASSIGN(views, projections::Views::open(wanted, *log));
  if (!views->healed().empty()) {
    report.notes.push_back(views->healed());
  }
  return views->start();
}

void Engine::Impl::close_views() {
  views->stop();
  views.reset();
}

Status Engine::Impl::make_graph() {
  graph = std::make_unique<graph::Graph>(*clock);
  DAYBOOK_TRY(graph::add_own_sets(*graph, *views));
  for (const graph::SetConfig& config : options.graph_sets) {
    DAYBOOK_ASSIGN(std::unique_ptr<graph::Set> set, graph::make_configured_set(config));
    DAYBOOK_TRY(graph->add(std::move(set)));
  }
  return graph->check_navigations();
}

// A server that asks for tokens and has nobody who may everything could not be used at all.
Result<OwnerToken> Engine::Impl::prepare_owner_token() {
  if (!options.tokens) {
    return OwnerToken();
  }
  const fs::path directory = data_dir ? data_dir->path() : scratch->path();
  return OwnerToken::prepare(*tokens.table(), clock->wall(), directory, *entropy);
}

Status Engine::Impl::start_sequencer() {
  DAYBOOK_ASSIGN(OwnerToken owner, prepare_owner_token());
  // From the first append on the log is this server's: a failure is no refused start any more.
  supervisor.arm();
  DAYBOOK_TRY(sequencer->start());
  scheduler::StartServer command;
  command.version = kVersion;
  command.host = host_name();
  command.pid = static_cast<std::uint32_t>(::getpid());
  command.alive = data_dir ? data_dir->last_alive() : std::nullopt;
  DAYBOOK_TRY(sequencer->call(std::move(command), "system", entropy->command_id()));
  DAYBOOK_TRY(owner.create(*sequencer, entropy->command_id()));
  report.owner_token = owner.file();
  return {};
}

void Engine::Impl::stop_sequencer() {
  sequencer->stop();
  if (const Status written = snapshotter->wait(); !written) {
    spdlog::warn("the last snapshot was not written, the next start reads more of the log: {}",
                 written.error().text());
  }
}

api::DiskStatus Engine::Impl::disk() {
  api::DiskStatus out;
  std::error_code bad;
  const fs::space_info space =
      fs::space(options.data_dir.empty() ? scratch->path() : data_dir->path(), bad);
  if (!bad) {
    out.free_bytes = space.available;
    out.total_bytes = space.capacity;
  }
  out.accepting = !data_dir || data_dir->check_space();
  return out;
}

Status Engine::Impl::start_api() {
  if (!options.listen) {
    return {};
  }
  DAYBOOK_TRY(api::check_listen(options.host, options.tokens));
  api::Options wanted;
  wanted.host = options.host;
  wanted.port = options.port;
  wanted.tls = options.tls;
  wanted.unix_socket = options.unix_socket;
  wanted.trusted_proxies = options.trusted_proxies;
  wanted.io_threads = options.io_threads;
  wanted.memory_bytes = options.http_memory_bytes;
  std::function<dispatch::RuleRunnerStatus()> rules_status;
  if (rules) {
    rules_status = [this] { return rules->status(); };
  }
  std::function<bool(Seq, Duration)> contracts_settled;
  if (contract_keeper) {
    contracts_settled = [this](Seq seq, Duration at_most) {
      return contract_keeper->wait_settled(seq, at_most);
    };
  }
  std::function<dispatch::OutboxMetrics()> sent;
  if (outbox) {
    sent = [this] { return outbox->metrics(); };
  }
  api = std::make_unique<api::Api>(api::Engine{.log = *log,
                                               .sequencer = *sequencer,
                                               .views = *views,
                                               .dispatcher = *dispatcher,
                                               .graph = *graph,
                                               .runtimes = checks,
                                               .contracts = *contracts,
                                               .contracts_settled = std::move(contracts_settled),
                                               .effects = effect_rules(),
                                               .mail = !options.mail.url.empty(),
                                               .tokens = options.tokens ? &tokens : nullptr,
                                               .clock = *clock,
                                               .movable_clock = shifted_clock.get(),
                                               .entropy = *entropy,
                                               .logger = *spdlog::default_logger_raw(),
                                               .supervisor = supervisor,
                                               .disk = [this] { return disk(); },
                                               .rules = std::move(rules_status),
                                               .outbox = std::move(sent),
                                               .version = kVersion},
                                   wanted);
  DAYBOOK_TRY(api->start());
  const bool is_ipv6 = options.host.find(':') != std::string::npos;
  address = (options.tls.empty() ? "http://" : "https://") +
            (is_ipv6 ? "[" + options.host + "]" : options.host) + ":" + std::to_string(api->port());
  return {};
}

void Engine::Impl::stop_api() {
  if (api) {
    api->stop();
  }
  api.reset();
}

// What a library needs and does not get is a refused start, not the end of the process.
Status Engine::Impl::run(const Step& step) {
  try {
    return (this->*step.start)();
  } catch (const std::system_error& bad) {
    return fail(Code::kExhausted, "NOT_STARTED", std::string(step.name) + ": " + bad.what());
  } catch (const std::bad_alloc&) {
    return fail(Code::kExhausted, "NO_MEMORY", std::string(step.name) + ": there is no memory");
  }
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Engine::~Engine() {
  stop();
}

Result<std::unique_ptr<Engine>> Engine::start(EngineOptions options) {
  std::unique_ptr<Engine> engine(new Engine(std::make_unique<Impl>(std::move(options))));
  Impl& impl = *engine->impl_;
  const Micros begin = impl.clock->steady();
  if (impl.options.listen) {
    DAYBOOK_TRY(check_process_limits(kThreadsBeside + impl.options.io_threads +
                                     impl.options.reactor_threads));
    DAYBOOK_TRY(check_address(impl.options.host, impl.options.port));
  }
  for (const Impl::Step& step : Impl::kSteps) {
    spdlog::debug("starting: {}", step.name);
    DAYBOOK_TRY(impl.run(step));
    ++impl.steps_done;
  }
  impl.report.seconds = static_cast<double>((impl.clock->steady() - begin).value) / 1e6;
  return engine;
}

void Engine::stop() {
  while (impl_->steps_done > 0) {
    const Impl::Step& step = Impl::kSteps[--impl_->steps_done];
    spdlog::debug("stopping: {}", step.name);
    (impl_.get()->*step.stop)();
  }
}

Status Engine::reload() {
  return impl_->api ? impl_->api->reload() : Status();
}

const StartReport& Engine::report() const {
  return impl_->report;
}

std::string Engine::address() const {
  return impl_->address;
}

log::Log& Engine::log() {
  return *impl_->log;
}

scheduler::Sequencer& Engine::sequencer() {
  return *impl_->sequencer;
}

projections::Views& Engine::views() {
  return *impl_->views;
}

dispatch::Dispatcher& Engine::dispatcher() {
  return *impl_->dispatcher;
}

const graph::Graph& Engine::graph() const {
  return *impl_->graph;
}

}  // namespace daybook::cli
