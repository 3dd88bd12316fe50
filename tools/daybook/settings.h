// What `serve` can be told. Each setting has one name in three places, and the first that gives it
// wins:
//
//   flag --exec-slots 8   >   environment DAYBOOK_EXEC_SLOTS=8   >   TOML file exec-slots = 8
//
// In the file a table stands for the first word of its names: [mail] url = … is mail-url.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/tls_files.h"
#include "base/ids.h"
#include "base/limits/components.h"
#include "base/limits/disk.h"
#include "base/limits/dispatch.h"
#include "base/limits/http.h"
#include "base/limits/state.h"
#include "base/result.h"
#include "components/sender.h"
#include "graph/config.h"

namespace daybook::cli {

inline constexpr std::size_t kMiB = std::size_t{1} << 20;

// What exec components may do; names of users as the system knows them.
struct ExecSettings {
  std::string user;                        // whom programs run as; empty: the server's own
  std::vector<std::string> allowed_users;  // whom a component may name besides
  std::optional<std::vector<std::filesystem::path>> writable;  // by every program; absent: /tmp
  std::vector<std::filesystem::path> allowed_writable;  // below which a component may name some
  std::uint64_t memory_mb = 0;                          // of a process; zero: half of the machine's
  std::uint64_t directory_mb = 0;                       // of a run's directory; zero: the default
  Duration timeout{kExecTimeoutDefaultUs};              // of programs that name none; zero: none
};

struct ServeSettings {
  std::filesystem::path data_dir;
  std::string host = "127.0.0.1";
  std::uint16_t port = 7070;
  Duration drain{kRunDrainTimeoutUs};  // at stop: in which runs may end by themselves
  api::TlsFiles tls;
  std::string unix_socket;
  std::vector<std::string> trusted_proxies;
  bool tokens = false;  // "access": whoever connects needs one
  std::size_t exec_slots = 4;
  std::size_t http_slots = 64;
  std::size_t idempotency_keys = kIdempotencyKeysDefault;
  std::uint64_t queue_memory = kQueueMemoryDefault;
  std::size_t reactor_threads = 2;
  std::size_t io_threads = 2;
  std::size_t http_memory_mb = kHttpMemoryBytes / kMiB;  // of bodies and answers
  bool http_allow_private = false;
  std::vector<std::string> http_allowed_networks;
  std::filesystem::path http_secret_file;  // empty: requests of http components are not signed
  components::MailOptions mail;
  std::filesystem::path mail_password_file;  // instead of mail.password
  std::string actors_endpoint;
  ExecSettings exec;
  std::filesystem::path temp_dir;  // empty: the system's
  bool require_sandbox = false;
  std::uint64_t snapshot_events = 1'000'000;
  std::uint64_t disk_watermark = kDiskWatermarkBytes;
  std::uint64_t disk_floor = kDiskFloorBytes;
  bool retention = true;
  bool accept_clock_jump = false;
  std::optional<Micros> clock;  // a movable clock that begins there, for trying things out
  std::string log_level = "info";
  // The tables [graph.<set>]; in the file only.
  std::vector<graph::SetConfig> graph_sets;
};

// A secret has no flag: every user and program of the machine reads command lines.
enum class SettingKind { kFlag, kValue, kList, kSecret };

struct Setting {
  std::string_view
      name;  // of the flag and in the file; the variable is DAYBOOK_ and the name in capitals
  SettingKind kind;
  std::string_view what;
  Status (*set)(ServeSettings&, const std::string& value, std::string_view origin);
};

std::span<const Setting> settings();
// "DAYBOOK_EXEC_SLOTS" for "exec-slots".
std::string variable_of(const Setting& setting);

// Values by setting name; a list has several.
using GivenValues = std::map<std::string, std::vector<std::string>, std::less<>>;
using Variables = std::function<std::optional<std::string>(const std::string&)>;

// `file` is the TOML file, empty for none. Errors name the flag, the variable, or "<file>:<line>".
Result<ServeSettings> resolve_settings(const GivenValues& flags, const Variables& variable,
                                       const std::filesystem::path& file);

// What whoever starts a server so may not have meant, a line each. `variables`: names of those that
// are set.
std::vector<std::string> doubts(const ServeSettings& settings,
                                const std::vector<std::string>& variables);

}  // namespace daybook::cli
