#include "tools/daybook/settings.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <toml++/toml.h>

#include "base/time_text.h"
#include "tools/daybook/graph_settings.h"
#include "tools/daybook/settings_file.h"

namespace daybook::cli {

namespace {

tl::unexpected<Error> refuse(std::string_view origin, const std::string& why) {
  return fail(Code::kInvalid, "BAD_SETTING", why, origin);
}

Status set_number(std::uint64_t& to, const std::string& value, std::string_view origin,
                  std::pair<std::uint64_t, std::uint64_t> range) {
  std::uint64_t read = 0;
  const auto [end, bad] = std::from_chars(value.data(), value.data() + value.size(), read);
  if (bad != std::errc() || end != value.data() + value.size() || read < range.first ||
      read > range.second) {
    return refuse(origin, "'" + value + "' is not a whole number from " +
                              std::to_string(range.first) + " to " + std::to_string(range.second));
  }
  to = read;
  return {};
}

Status set_flag(bool& to, const std::string& value, std::string_view origin) {
  if (value == "true" || value == "1" || value == "yes") {
    to = true;
  } else if (value == "false" || value == "0" || value == "no") {
    to = false;
  } else {
    return refuse(origin, "'" + value + "' is not true or false");
  }
  return {};
}

Status set_drain(ServeSettings& s, const std::string& value, std::string_view origin) {
  const auto drain = parse_duration(value, "drain");
  if (!drain || drain->value > kRunDrainMaxUs) {
    return refuse(origin, "'" + value + "' is not a duration of at most " +
                              format_duration(Duration{kRunDrainMaxUs}) + ", such as 20s");
  }
  s.drain = *drain;
  return {};
}

Status set_access(ServeSettings& s, const std::string& value, std::string_view origin) {
  if (value != "open" && value != "tokens") {
    return refuse(origin, "'" + value + "' is not open or tokens");
  }
  s.tokens = value == "tokens";
  return {};
}

// "127.0.0.1:7070", "[::1]:0".
Status set_listen(ServeSettings& s, const std::string& value, std::string_view origin) {
  const std::size_t colon = value.rfind(':');
  if (colon == std::string::npos || colon == 0) {
    return refuse(origin, "'" + value + "' is not HOST:PORT");
  }
  std::string host = value.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  std::uint64_t port = 0;
  DAYBOOK_TRY(set_number(port, value.substr(colon + 1), origin, {0, 65'535}));
  s.host = host;
  s.port = static_cast<std::uint16_t>(port);
  return {};
}

constexpr std::string_view kSizeUnits = "KMGT";

std::string size_text(std::uint64_t bytes) {
  std::size_t unit = 0;
  while (unit < kSizeUnits.size() && bytes != 0 && bytes % 1024 == 0) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + (unit == 0 ? "" : std::string(1, kSizeUnits[unit - 1]));
}

// "512M": whole bytes, or with K, M, G or T for powers of 1024.
Status set_bytes(std::uint64_t& to, const std::string& value, std::string_view origin,
                 std::uint64_t min) {
  std::uint64_t number = 0;
  const char* const last = value.data() + value.size();
  const auto [end, bad] = std::from_chars(value.data(), last, number);
  const std::size_t unit = end == last ? kSizeUnits.size() : kSizeUnits.find(*end);
  const unsigned shift = end == last ? 0U : 10U * (static_cast<unsigned>(unit) + 1U);
  const bool whole = end == last || (end + 1 == last && unit != std::string_view::npos);
  constexpr std::uint64_t kMax = std::uint64_t{1} << 50;
  if (bad != std::errc() || !whole || number > kMax >> shift || number << shift < min) {
    return refuse(origin, "'" + value + "' is not a size from " + size_text(min) + " to " +
                              size_text(kMax) + ", like 96M or 2G");
  }
  to = number << shift;
  return {};
}

Status set_watermark(ServeSettings& s, const std::string& value, std::string_view origin) {
  return set_bytes(s.disk_watermark, value, origin, kDiskFloorBytesMin);
}

Status set_floor(ServeSettings& s, const std::string& value, std::string_view origin) {
  return set_bytes(s.disk_floor, value, origin, kDiskFloorBytesMin);
}

Status set_queue_memory(ServeSettings& s, const std::string& value, std::string_view origin) {
  return set_bytes(s.queue_memory, value, origin, kQueueMemoryLeast);
}

Status set_log_level(ServeSettings& s, const std::string& value, std::string_view origin) {
  constexpr std::array kLevels = {"trace", "debug", "info", "warn", "error", "off"};
  if (std::find(kLevels.begin(), kLevels.end(), value) == kLevels.end()) {
    return refuse(origin, "'" + value + "' is not trace, debug, info, warn, error or off");
  }
  s.log_level = value;
  return {};
}

Status set_mail_tls(ServeSettings& s, const std::string& value, std::string_view origin) {
  if (value == "required") {
    s.mail.tls = components::MailTls::kRequired;
  } else if (value == "opportunistic") {
    s.mail.tls = components::MailTls::kOpportunistic;
  } else if (value == "off") {
    s.mail.tls = components::MailTls::kOff;
  } else {
    return refuse(origin, "'" + value + "' is not required, opportunistic or off");
  }
  return {};
}

Status add_path(std::vector<std::filesystem::path>& to, const std::string& value,
                std::string_view origin) {
  if (!value.starts_with('/')) {
    return refuse(origin, "'" + value + "' is not an absolute path");
  }
  to.emplace_back(value);
  return {};
}

// What is given takes the place of what was; "none" permits nothing.
Status set_writable(ServeSettings& s, const std::string& value, std::string_view origin) {
  if (!s.exec.writable) {
    s.exec.writable.emplace();
  }
  return value == "none" ? Status() : add_path(*s.exec.writable, value, origin);
}

// A setting that is a text and nothing more.
template <auto Member>
Status set_mail_text(ServeSettings& s, const std::string& value, std::string_view) {
  s.mail.*Member = value;
  return {};
}

template <auto Member>
Status set_tls(ServeSettings& s, const std::string& value, std::string_view) {
  s.tls.*Member = value;
  return {};
}

constexpr Setting kSettings[] = {
    {"data-dir", SettingKind::kValue, "Directory of the log and the views; made when it is absent",
     [](ServeSettings& s, const std::string& v, std::string_view) -> Status {
       s.data_dir = v;
       return {};
     }},
    {"listen", SettingKind::kValue, "HOST:PORT to listen on; port 0 takes a free one", set_listen},
    {"access", SettingKind::kValue,
     "open: everybody may everything, on loopback only; tokens: as their tokens permit",
     set_access},
    {"tls-cert-file", SettingKind::kValue,
     "PEM file with the server's certificate and those that vouch for it; read again on SIGHUP",
     set_tls<&api::TlsFiles::certificate>},
    {"tls-key-file", SettingKind::kValue, "PEM file with the certificate's key",
     set_tls<&api::TlsFiles::key>},
    {"tls-client-ca-file", SettingKind::kValue,
     "PEM file with those who vouch for workers' certificates; then jobs are leased to no others",
     set_tls<&api::TlsFiles::client_ca>},
    {"unix-socket", SettingKind::kValue, "Path of a Unix socket to listen on too",
     [](ServeSettings& s, const std::string& v, std::string_view) -> Status {
       s.unix_socket = v;
       return {};
     }},
    {"trusted-proxy", SettingKind::kList, "Address of a proxy whose X-Forwarded-For says who asks",
     [](ServeSettings& s, const std::string& v, std::string_view) -> Status {
       s.trusted_proxies.push_back(v);
       return {};
     }},
    {"drain", SettingKind::kValue, "At stop: how long what runs may still take, such as 20s",
     set_drain},
    {"exec-slots", SettingKind::kValue, "Child processes at once",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       return set_number(s.exec_slots, v, o, {0, 10'000});
     }},
    {"idempotency-keys", SettingKind::kValue,
     "Idempotency keys remembered at most; each takes some 70 bytes for 25 hours",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       return set_number(s.idempotency_keys, v, o, {kIdempotencyKeysLeast, kIdempotencyKeysMost});
     }},
    {"queue-memory", SettingKind::kValue,
     "Memory of jobs that wait for their time, like 32M; the farther ones are on disk",
     set_queue_memory},
    {"reactor-threads", SettingKind::kValue, "Runs of the reactor language at once",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       return set_number(s.reactor_threads, v, o, {1, 64});
     }},
    {"clock", SettingKind::kValue,
     "A time from which the server's clock runs, movable by `daybook clock`: for trying things out",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       DAYBOOK_ASSIGN(s.clock, parse_time(v, o));
       return {};
     }},
    {"http-slots", SettingKind::kValue, "Requests of http components at once",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       return set_number(s.http_slots, v, o, {0, 10'000});
     }},
    {"io-threads", SettingKind::kValue, "Threads that answer requests",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       return set_number(s.io_threads, v, o, {1, 256});
     }},
    {"http-memory", SettingKind::kValue,
     "MiB that bodies and answers of all connections may take together",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       return set_number(s.http_memory_mb, v, o, {16, 65'536});
     }},
    {"http-allow-private", SettingKind::kFlag,
     "Let http components reach every address: for local use only",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       return set_flag(s.http_allow_private, v, o);
     }},
    {"http-allowed-network", SettingKind::kList,
     "Network like 10.1.0.0/16 that http components may reach beside public addresses",
     [](ServeSettings& s, const std::string& v, std::string_view) -> Status {
       s.http_allowed_networks.push_back(v);
       return {};
     }},
    {"http-secret-file", SettingKind::kValue, "File with the secret that signs http requests",
     [](ServeSettings& s, const std::string& v, std::string_view) -> Status {
       s.http_secret_file = v;
       return {};
     }},
    {"mail-url", SettingKind::kValue,
     "smtp://HOST:PORT or smtps://HOST:PORT that mails are given to; absent: they wait",
     set_mail_text<&components::MailOptions::url>},
    {"mail-user", SettingKind::kValue, "User name at the mail server",
     set_mail_text<&components::MailOptions::user>},
    {"mail-password", SettingKind::kSecret,
     "Password at the mail server: by the variable or the file only, never as a flag",
     set_mail_text<&components::MailOptions::password>},
    {"mail-password-file", SettingKind::kValue, "File with the password at the mail server",
     [](ServeSettings& s, const std::string& v, std::string_view) -> Status {
       s.mail_password_file = v;
       return {};
     }},
    {"mail-from", SettingKind::kValue, "Address that mails come from when they name none",
     set_mail_text<&components::MailOptions::from>},
    {"mail-from-name", SettingKind::kValue, "Name beside that address",
     set_mail_text<&components::MailOptions::from_name>},
    {"mail-tls", SettingKind::kValue, "STARTTLS: required, opportunistic or off", set_mail_tls},
    {"mail-ca-file", SettingKind::kValue,
     "Certificates to believe the mail server by; absent: the system's",
     set_mail_text<&components::MailOptions::ca_file>},
    {"actors-endpoint", SettingKind::kValue,
     "https://HOST that takes messages to actors; absent: messageActor is not offered",
     [](ServeSettings& s, const std::string& v, std::string_view) -> Status {
       s.actors_endpoint = v;
       return {};
     }},
    {"temp-dir", SettingKind::kValue, "Where exec components get their working directories",
     [](ServeSettings& s, const std::string& v, std::string_view) -> Status {
       s.temp_dir = v;
       return {};
     }},
    {"exec-user", SettingKind::kValue,
     "User that programs of exec components run as; needs a server of root",
     [](ServeSettings& s, const std::string& v, std::string_view) -> Status {
       s.exec.user = v;
       return {};
     }},
    {"exec-allowed-user", SettingKind::kList, "User that a component may name besides",
     [](ServeSettings& s, const std::string& v, std::string_view) -> Status {
       s.exec.allowed_users.push_back(v);
       return {};
     }},
    {"exec-writable", SettingKind::kList,
     "Directory that every program may write to, instead of /tmp; none: nowhere but its own",
     set_writable},
    {"exec-allowed-writable", SettingKind::kList,
     "Directory below which a component may name what its program may write to",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       return add_path(s.exec.allowed_writable, v, o);
     }},
    {"exec-memory-mb", SettingKind::kValue,
     "Memory of one process of a program; absent: half of the machine's",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       return set_number(s.exec.memory_mb, v, o, {64, 16'777'216});
     }},
    {"exec-directory-mb", SettingKind::kValue, "What a run's directory may hold",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       return set_number(s.exec.directory_mb, v, o, {1, 16'777'216});
     }},
    {"exec-timeout", SettingKind::kValue,
     "Longest run of a program when nothing else says it; 0s: no end",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       DAYBOOK_ASSIGN(s.exec.timeout, parse_duration(v, o));
       return {};
     }},
    {"require-sandbox", SettingKind::kFlag,
     "Refuse to start where the kernel cannot keep children from files",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       return set_flag(s.require_sandbox, v, o);
     }},
    {"snapshot-events", SettingKind::kValue, "Events between two snapshots of the decision state",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       return set_number(s.snapshot_events, v, o, {1000, 1'000'000'000});
     }},
    {"disk-watermark", SettingKind::kValue,
     "Free space below which new work is refused, like 512M; more than disk-floor", set_watermark},
    {"disk-floor", SettingKind::kValue,
     "Free space below which the server stops, like 96M; from 12M, smaller write buffers below 96M",
     set_floor},
    {"retention", SettingKind::kValue, "false keeps ended jobs in the lists for ever",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       const Status set = set_flag(s.retention, v, o);
       return set ? set
                  : refuse(o, "'" + v +
                                  "' is not true or false; how long ended jobs stay is the "
                                  "'retention' of each job definition");
     }},
    {"accept-clock-jump", SettingKind::kFlag,
     "Start although the wall clock is far ahead of the last event",
     [](ServeSettings& s, const std::string& v, std::string_view o) -> Status {
       return set_flag(s.accept_clock_jump, v, o);
     }},
    {"log-level", SettingKind::kValue, "trace, debug, info, warn, error or off", set_log_level},
};

const Setting* find_setting(std::string_view name) {
  const auto* at = std::find_if(std::begin(kSettings), std::end(kSettings),
                                [&](const Setting& s) { return s.name == name; });
  return at == std::end(kSettings) ? nullptr : at;
}

struct Given {
  std::vector<std::string> values;
  std::string origin;
};
using GivenByName = std::map<std::string, Given, std::less<>>;

Result<std::string> toml_text(const toml::node& node, const std::string& origin) {
  if (const auto* text = node.as_string()) {
    return text->get();
  }
  if (const auto* number = node.as_integer()) {
    return std::to_string(number->get());
  }
  if (const auto* flag = node.as_boolean()) {
    return std::string(flag->get() ? "true" : "false");
  }
  return refuse(origin, "must be a text, a whole number, true or false");
}

Status take_toml(const std::string& name, const toml::node& node, const std::string& file,
                 GivenByName& out) {
  const std::string origin = file + ":" + std::to_string(node.source().begin.line);
  const Setting* setting = find_setting(name);
  if (setting == nullptr) {
    return refuse(origin, "unknown setting '" + name + "'; `daybook serve --help` lists them");
  }
  if (out.contains(name)) {
    return refuse(origin, "the setting '" + name + "' stands there twice");
  }
  Given given{{}, origin};
  const auto* list = node.as_array();
  if (list != nullptr && setting->kind == SettingKind::kList) {
    for (const toml::node& element : *list) {
      DAYBOOK_ASSIGN(std::string text, toml_text(element, origin));
      given.values.push_back(std::move(text));
    }
  } else {
    DAYBOOK_ASSIGN(std::string text, toml_text(node, origin));
    given.values.push_back(std::move(text));
  }
  out[name] = std::move(given);
  return {};
}

// Whether settings begin with that word: then a table may stand for it.
bool is_group(std::string_view word) {
  const std::string prefix = std::string(word) + "-";
  return std::any_of(std::begin(kSettings), std::end(kSettings),
                     [&](const Setting& s) { return s.name.starts_with(prefix); });
}

// Names may be written as TOML likes them: data_dir for data-dir.
std::string dashed(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

Result<GivenByName> read_toml(const std::filesystem::path& file,
                              std::vector<graph::SetConfig>& graph_sets) {
  GivenByName out;
  DAYBOOK_ASSIGN(const toml::table table, read_settings_file(file));
  for (const auto& [key, node] : table) {
    if (key.str() == "graph") {
      DAYBOOK_ASSIGN(graph_sets, read_graph_sets(node, file.string()));
      continue;
    }
    const auto* group = node.as_table();
    if (group == nullptr || !is_group(key.str())) {
      DAYBOOK_TRY(take_toml(dashed(key.str()), node, file.string(), out));
      continue;
    }
    for (const auto& [name, member] : *group) {
      DAYBOOK_TRY(
          take_toml(std::string(key.str()) + "-" + dashed(name.str()), member, file.string(), out));
    }
  }
  return out;
}

// A list in a variable is separated by commas.
std::vector<std::string> split(const Setting& setting, const std::string& text) {
  if (setting.kind != SettingKind::kList) {
    return {text};
  }
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    if (end > at) {
      out.push_back(text.substr(at, end - at));
    }
    at = end + 1;
  }
  return out;
}

}  // namespace

std::vector<std::string> doubts(const ServeSettings& settings,
                                const std::vector<std::string>& variables) {
  std::vector<std::string> out;
  for (const std::string& name : variables) {
    const bool is_known =
        name == "DAYBOOK_CONFIG" || name == "DAYBOOK_SERVER" || name == "DAYBOOK_TOKEN" ||
        name == "DAYBOOK_CA_FILE" ||
        std::any_of(std::begin(kSettings), std::end(kSettings),
                    [&](const Setting& setting) { return variable_of(setting) == name; });
    if (name.starts_with("DAYBOOK_") && !is_known) {
      out.push_back("the variable " + name +
                    " is no setting and does nothing; `daybook serve --help` lists them");
    }
  }
  if (settings.exec_slots == 0) {
    out.emplace_back("exec-slots is 0: no job of an exec component will run");
  }
  if (settings.http_slots == 0) {
    out.emplace_back("http-slots is 0: no job of an http component will run");
  }
  return out;
}

std::span<const Setting> settings() {
  return kSettings;
}

std::string variable_of(const Setting& setting) {
  std::string out = "DAYBOOK_";
  for (const char c : setting.name) {
    out += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return out;
}

Result<ServeSettings> resolve_settings(const GivenValues& flags, const Variables& variable,
                                       const std::filesystem::path& file) {
  ServeSettings out;
  GivenByName given;
  if (!file.empty()) {
    DAYBOOK_ASSIGN(given, read_toml(file, out.graph_sets));
  }
  for (const Setting& setting : kSettings) {
    const std::string name(setting.name);
    if (const auto text = variable(variable_of(setting))) {
      given[name] = {split(setting, *text), variable_of(setting)};
    }
    if (const auto at = flags.find(name); at != flags.end()) {
      if (setting.kind == SettingKind::kSecret) {
        return refuse(
            "--" + name,
            "a password on the command line can be read by every user and program of this "
            "machine: give it by --" +
                name + "-file, " + variable_of(setting) + " or the file of --config");
      }
      given[name] = {at->second, "--" + name};
    }
  }
  for (const Setting& setting : kSettings) {
    const auto at = given.find(setting.name);
    if (at == given.end()) {
      continue;
    }
    for (const std::string& value : at->second.values) {
      DAYBOOK_TRY(setting.set(out, value, at->second.origin));
    }
  }
  if (out.tls.certificate.empty() != out.tls.key.empty()) {
    return refuse(out.tls.key.empty() ? "tls-key-file" : "tls-cert-file",
                  "a certificate and its key are given together");
  }
  if (!out.tls.client_ca.empty() && out.tls.empty()) {
    return refuse("tls-client-ca-file", "needs tls-cert-file: without TLS nobody shows anything");
  }
  if (out.disk_watermark <= out.disk_floor) {
    return refuse("disk-watermark",
                  "must be more than disk-floor (" + std::to_string(out.disk_floor) + " bytes)");
  }
  return out;
}

}  // namespace daybook::cli
