#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <cstring>
#include <ctime>
#include <functional>
#include <optional>
#include <ostream>

#include <CLI/CLI.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "api/api.h"
#include "base/thread.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/engine.h"
#include "tools/daybook/log_formatter.h"
#include "tools/daybook/service_notify.h"
#include "tools/daybook/settings.h"
#include "tools/daybook/spec_input.h"

namespace daybook::cli {

namespace {

constexpr std::size_t kSecretBytesMax = 4096;

// Standard output belongs to the one line that says where the server listens.
void log_to_stderr(const std::string& level) {
  auto logger = spdlog::stderr_logger_mt("daybook");
  logger->set_level(spdlog::level::from_str(level));
  logger->set_formatter(make_log_formatter());
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

// All that could end the process, or be meant for something that a server does not do: they are
// taken by one thread, and only two of them end it. Left alone: what tells of a fault of the
// program itself, of children, of a terminal's job control, and what nobody can take.
sigset_t taken_signals() {
  sigset_t set;
  sigfillset(&set);
  for (const int left : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGCHLD,
                         SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH, SIGKILL, SIGSTOP}) {
    sigdelset(&set, left);
  }
  return set;
}

// A peer that closes early and a file that may not grow are errors of the call that meets them. The
// others wait for the one thread that takes them.
void take_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  const sigset_t set = taken_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);  // before any thread, so that none takes them
}

// What is done while the server runs, by the thread that waits for its end.
struct WhileServing {
  std::function<void()> on_hangup;
  std::function<void()> on_time;
  std::optional<Duration> every;  // on_time is called so often
};

timespec as_timespec(Duration duration) {
  constexpr std::int64_t kSecondUs = 1'000'000;
  timespec out{};
  out.tv_sec = duration.value / kSecondUs;
  out.tv_nsec = duration.value % kSecondUs * 1000;
  return out;
}

// SIGTERM or SIGINT; any other but SIGHUP is named in the log, so that whoever sent it sees that it
// did nothing.
int wait_for_stop(const WhileServing& serving) {
  const sigset_t set = taken_signals();
  for (;;) {
    const timespec patience = as_timespec(serving.every.value_or(hours(1)));
    const int number = ::sigtimedwait(&set, nullptr, &patience);
    if (number == SIGTERM || number == SIGINT) {
      return number;
    }
    if (number == SIGHUP && serving.on_hangup) {
      serving.on_hangup();
    } else if (number > 0) {
      spdlog::warn(
          "signal {} ({}) does nothing here: SIGHUP reads certificates and the log's level again, "
          "SIGTERM stops the server",
          number, ::strsignal(number));
    }
    if (serving.every) {
      serving.on_time();
    }
  }
}

// The first signal stops in order; a second one ends the process where it stands, which recovery is
// made for. Without a thread for it the orderly stop goes its way.
void leave_on_second_signal() {
  auto thread = start_thread("signals", [] {
    const int number = wait_for_stop({});
    spdlog::warn("second signal: leaving at once");
    ::_exit(128 + number);
  });
  if (thread) {
    thread->detach();
  }
}

// What the file holds, without line ends behind it.
Result<std::string> read_secret(const Session& session, const std::filesystem::path& file) {
  DAYBOOK_ASSIGN(std::string out, read_input(session.env, file.string(), kSecretBytesMax));
  while (!out.empty() && out.back() == '\n') {
    out.pop_back();
  }
  return out;
}

Result<components::ExecUser> find_user(const std::string& name, std::string_view setting) {
  const passwd* found = ::getpwnam(name.c_str());  // before any thread
  if (found == nullptr) {
    return fail(Code::kInvalid, "BAD_SETTING", "there is no user '" + name + "'", setting);
  }
  if (::geteuid() != 0) {
    return fail(Code::kInvalid, "BAD_SETTING",
                "only a server that runs as root can run programs as another user", setting);
  }
  return components::ExecUser{name, found->pw_uid, found->pw_gid};
}

Status set_exec_options(components::ExecOptions& out, const ExecSettings& settings) {
  if (!settings.user.empty()) {
    DAYBOOK_ASSIGN(out.user, find_user(settings.user, "exec-user"));
  }
  for (const std::string& name : settings.allowed_users) {
    DAYBOOK_ASSIGN(components::ExecUser user, find_user(name, "exec-allowed-user"));
    out.allowed_users.push_back(std::move(user));
  }
  if (settings.writable) {
    out.writable = *settings.writable;
  }
  out.allowed_writable = settings.allowed_writable;
  out.memory_bytes = settings.memory_mb * kMiB;
  if (settings.directory_mb > 0) {
    out.directory_bytes = settings.directory_mb * kMiB;
  }
  out.timeout = settings.timeout;
  return {};
}

Result<EngineOptions> engine_options(const Session& session, const ServeSettings& settings) {
  EngineOptions out;
  out.data_dir = settings.data_dir;
  out.retention = settings.retention;
  out.tokens = settings.tokens;
  out.tls = settings.tls;
  out.unix_socket = settings.unix_socket;
  out.trusted_proxies = settings.trusted_proxies;
  out.accept_clock_jump = settings.accept_clock_jump;
  out.snapshot_events = settings.snapshot_events;
  out.disk_watermark = settings.disk_watermark;
  out.disk_floor = settings.disk_floor;
  out.idempotency_keys = settings.idempotency_keys;
  out.queue_memory = settings.queue_memory;
  out.host = settings.host;
  out.port = settings.port;
  out.io_threads = settings.io_threads;
  out.http_memory_bytes = settings.http_memory_mb * kMiB;
  out.drain = settings.drain;
  out.exec_slots = settings.exec_slots;
  out.http_slots = settings.http_slots;
  out.reactor_threads = settings.reactor_threads;
  out.movable_clock = settings.clock;
  out.http_allow_private = settings.http_allow_private;
  out.http_allowed_networks = settings.http_allowed_networks;
  DAYBOOK_TRY(set_exec_options(out.exec, settings.exec));
  out.temp_dir = settings.temp_dir;
  out.require_sandbox = settings.require_sandbox;
  out.graph_sets = settings.graph_sets;
  out.mail = settings.mail;
  out.actors_endpoint = settings.actors_endpoint;
  if (!settings.http_secret_file.empty()) {
    DAYBOOK_ASSIGN(out.http_signing_secret, read_secret(session, settings.http_secret_file));
  }
  if (!settings.mail_password_file.empty()) {
    DAYBOOK_ASSIGN(out.mail.password, read_secret(session, settings.mail_password_file));
  }
  return out;
}

void say_how_it_started(const StartReport& report, const std::filesystem::path& data_dir) {
  for (const std::string& note : report.notes) {
    spdlog::warn("{}", note);
  }
  spdlog::info("log in {} opened ({}) at seq {}; state from snapshot {} and {} events, in {:.3f} s",
               data_dir.string(), report.log_opened_by, report.last.value, report.snapshot.value,
               report.events_folded, report.seconds);
  if (!report.owner_token.empty()) {
    spdlog::warn("a token that may do everything stands in {}: read it, then delete the file",
                 report.owner_token.string());
  }
  spdlog::info("children are kept from: {}", report.sandbox);
}

std::vector<std::string> names_of_variables() {
  std::vector<std::string> out;
  for (char** at = ::environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view text(*at);
    out.emplace_back(text.substr(0, text.find('=')));
  }
  return out;
}

// What can be another while the server runs: certificates, and what is logged. Whatever is wrong
// leaves all as it is.
void reload(const Session& session, const GivenValues& flags, const std::string& config,
            Engine& engine) {
  const auto settings = resolve_settings(flags, session.env.variable, config);
  const Status read = settings ? engine.reload() : Status(fail(settings.error()));
  if (!read) {
    spdlog::error("SIGHUP: nothing is changed: {}", read.error().text());
    return;
  }
  spdlog::set_level(spdlog::level::from_str(settings->log_level));
  spdlog::info(
      "SIGHUP: certificates and the log's level were read again; other settings wait for "
      "the next start");
}

Status serve(const Session& session, const GivenValues& flags, const std::string& config) {
  DAYBOOK_ASSIGN(const ServeSettings settings,
                 resolve_settings(flags, session.env.variable, config));
  if (settings.data_dir.empty()) {
    return fail(Code::kInvalid, "NO_DATA_DIR",
                "say where the log is kept: --data-dir, DAYBOOK_DATA_DIR or data-dir in --config");
  }
  if (Status loopback = api::check_listen(settings.host, settings.tokens); !loopback) {
    loopback.error().code = Code::kInvalid;  // the setting is at fault, not the caller's rights
    return loopback;
  }
  log_to_stderr(settings.log_level);
  for (const std::string& doubt : doubts(settings, names_of_variables())) {
    spdlog::warn("{}", doubt);
  }
  if (settings.tls.empty() && !api::check_listen(settings.host, false)) {
    spdlog::warn(
        "requests come unencrypted: who can read the network reads tokens; give tls-cert-file and "
        "tls-key-file, or put a proxy that ends TLS in front (docs/access.md)");
  }
  take_signals();
  DAYBOOK_ASSIGN(EngineOptions options, engine_options(session, settings));
  DAYBOOK_ASSIGN(const std::unique_ptr<Engine> engine, Engine::start(std::move(options)));
  session.env.out << "listening on " << engine->address() << std::endl;
  say_how_it_started(engine->report(), settings.data_dir);
  const ServiceNotify manager;
  manager.ready();
  WhileServing serving;
  serving.on_hangup = [&] {
    manager.reloading();
    reload(session, flags, config, *engine);
    manager.ready();
  };
  // Only a server whose write path answers is alive.
  serving.on_time = [&] {
    if (engine->sequencer().call(scheduler::ExpireTokens{})) {
      manager.alive();
    }
  };
  serving.every = manager.alive_every();
  const int number = wait_for_stop(serving);
  manager.stopping();
  spdlog::info("signal {}: stopping", number);
  leave_on_second_signal();
  engine->stop();
  spdlog::info("stopped");
  return {};
}

void add_settings(CLI::App& verb, const std::shared_ptr<GivenValues>& given) {
  for (const Setting& setting : settings()) {
    const std::string name(setting.name);
    const std::string what = std::string(setting.what) + " (" + variable_of(setting) + ")";
    if (setting.kind == SettingKind::kFlag) {
      verb.add_flag_function(
          "--" + name, [given, name](std::int64_t) { (*given)[name] = {"true"}; }, what);
    } else {
      auto* option = verb.add_option_function<std::vector<std::string>>(
          "--" + name,
          [given, name](const std::vector<std::string>& values) { (*given)[name] = values; }, what);
      option->allow_extra_args(false);
      option->expected(1);
      option->multi_option_policy(setting.kind == SettingKind::kList
                                      ? CLI::MultiOptionPolicy::TakeAll
                                      : CLI::MultiOptionPolicy::TakeLast);
    }
  }
}

}  // namespace

void add_serve_command(CLI::App& root, Session& session) {
  auto& verb = add_verb(root, "serve", "Run the server",
                        {"serve --data-dir /var/lib/daybook",
                         "serve --data-dir data --listen 127.0.0.1:0 --exec-slots 8",
                         "serve --data-dir /var/lib/daybook --access tokens --listen 0.0.0.0:7070",
                         "serve --config /etc/daybook.toml"});
  auto given = std::make_shared<GivenValues>();
  auto config = std::make_shared<std::string>();
  add_settings(verb, given);
  verb.add_option("--config", *config,
                  "TOML file with settings named like the flags (DAYBOOK_CONFIG)");
  verb.callback([&session, given, config] {
    session.action = [&session, given, config] {
      const std::string file =
          config->empty() ? session.env.variable("DAYBOOK_CONFIG").value_or("") : *config;
      return serve(session, *given, file);
    };
  });
}

}  // namespace daybook::cli
