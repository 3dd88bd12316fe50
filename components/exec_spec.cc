#include "components/exec_spec.h"

#include <algorithm>
#include <filesystem>

#include "base/limits/components.h"
#include "base/limits/definitions.h"
#include "base/limits/resources.h"
#include "components/json_reader.h"

namespace daybook::components {
namespace {

constexpr std::int64_t kMemoryMbMin = 8;
constexpr std::int64_t kMemoryMbMax = 1'048'576;
constexpr std::int64_t kOpenFilesMin = 8;
constexpr std::int64_t kOpenFilesMax = 65'536;
constexpr std::int64_t kProcessesMax = 65'536;
constexpr std::size_t kPathBytesMax = 4095;

bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

Status read_command(ExecSpec& spec, const Members& members) {
  const auto* value = members.find("command");
  const auto words = elements_of(value);
  if (!words || words->empty() || words->size() > kExecArgumentsMax) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Must be an array of 1 to " + std::to_string(kExecArgumentsMax) +
                    " texts: the program and its arguments.",
                "command");
  }
  for (std::size_t i = 0; i < words->size(); ++i) {
    auto word = text_of((*words)[i]);
    if (!word || word->size() > kExecArgumentBytesMax || has_nul(*word) ||
        (i == 0 && word->empty())) {
      return fail(Code::kInvalid, "INVALID_FIELD",
                  "Must be a text of at most " + std::to_string(kExecArgumentBytesMax) +
                      " bytes, without NUL; the first names the program.",
                  "command[" + std::to_string(i) + "]");
    }
    spec.command.push_back(std::move(*word));
  }
  return {};
}

// The loader's variables would let a definition change what a trusted program is; DAYBOOK_ is the
// server's.
bool is_reserved(std::string_view name) {
  return name.starts_with("LD_") || name.starts_with("DAYBOOK_") || name == "GCONV_PATH" ||
         name == "GLIBC_TUNABLES";
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kIdBytesMax && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                  (c >= 'A' && c <= 'Z');
         });
}

Status read_env(ExecSpec& spec, const Members& members) {
  const auto* value = members.find("env");
  if (value == nullptr) {
    return {};
  }
  DAYBOOK_ASSIGN(const Members env, Members::of(*value, "env"));
  if (env.all().size() > kExecEnvironmentMax) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "At most " + std::to_string(kExecEnvironmentMax) + " variables.", "env");
  }
  for (const auto& [name, value_given] : env.all()) {
    if (!is_name(name) || is_reserved(name)) {
      return fail(Code::kInvalid, "INVALID_FIELD", "This variable cannot be set.",
                  env.path_of(name));
    }
    DAYBOOK_ASSIGN(std::string text,
                   env.text(name, kExecArgumentBytesMax - kIdBytesMax - sizeof "="));
    spec.env.emplace_back(name, std::move(text));
  }
  return {};
}

Status read_limits(ExecLimits& limits, const Members& members) {
  const auto* value = members.find("limits");
  if (value == nullptr) {
    return {};
  }
  DAYBOOK_ASSIGN(const Members given, Members::of(*value, "limits"));
  DAYBOOK_TRY(given.only({"memoryMb", "cpuSeconds", "openFiles", "processes"}));
  const auto read = [&](std::string_view name, std::uint64_t& to, std::int64_t min,
                        std::int64_t max, std::uint64_t unit) -> Status {
    if (given.find(name) == nullptr) {
      return {};
    }
    DAYBOOK_ASSIGN(const std::int64_t number, given.number(name, 0, min, max));
    to = static_cast<std::uint64_t>(number) * unit;
    return {};
  };
  DAYBOOK_TRY(read("memoryMb", limits.memory_bytes, kMemoryMbMin, kMemoryMbMax, 1 << 20));
  DAYBOOK_TRY(read("cpuSeconds", limits.cpu_seconds, 1, kTimeoutMaxUs / 1'000'000, 1));
  DAYBOOK_TRY(read("openFiles", limits.open_files, kOpenFilesMin, kOpenFilesMax, 1));
  return read("processes", limits.processes, 1, kProcessesMax, 1);
}

Status read_output(ExecSpec& spec, const Members& members) {
  DAYBOOK_ASSIGN(const std::string form, members.text("output", kIdBytesMax));
  if (form.empty() || form == "json") {
    spec.output = ExecOutput::kJson;
  } else if (form == "text") {
    spec.output = ExecOutput::kText;
  } else if (form == "none") {
    spec.output = ExecOutput::kNone;
  } else {
    return fail(Code::kInvalid, "INVALID_FIELD", "Must be json, text or none.", "output");
  }
  return {};
}

// A path that says where it leads, as far as links allow.
bool is_plain(std::string_view path) {
  return path.starts_with('/') && path.size() <= kPathBytesMax && !has_nul(path) &&
         std::filesystem::path(path).lexically_normal() == std::filesystem::path(path);
}

Status read_writable(ExecSpec& spec, const Members& members) {
  const auto* value = members.find("writable");
  if (value == nullptr) {
    return {};
  }
  const auto paths = elements_of(value);
  if (!paths || paths->size() > kExecWritableMax) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Must be an array of at most " + std::to_string(kExecWritableMax) + " paths.",
                "writable");
  }
  for (std::size_t i = 0; i < paths->size(); ++i) {
    auto path = text_of((*paths)[i]);
    if (!path || !is_plain(*path)) {
      return fail(Code::kInvalid, "INVALID_FIELD", "Must be an absolute path without '.' and '..'.",
                  "writable[" + std::to_string(i) + "]");
    }
    spec.writable.push_back(std::move(*path));
  }
  return {};
}

}  // namespace

Result<ExecSpec> parse_exec_spec(std::string_view json) {
  DAYBOOK_ASSIGN(const auto value, parse_json(json, "BAD_SPEC"));
  DAYBOOK_ASSIGN(const Members members, Members::of(value, ""));
  DAYBOOK_TRY(members.only(
      {"command", "env", "workingDirectory", "limits", "timeout", "output", "user", "writable"}));
  ExecSpec spec;
  DAYBOOK_TRY(read_command(spec, members));
  DAYBOOK_TRY(read_env(spec, members));
  DAYBOOK_ASSIGN(spec.working_directory, members.text("workingDirectory", kPathBytesMax));
  if (!spec.working_directory.empty() && spec.working_directory[0] != '/') {
    return fail(Code::kInvalid, "INVALID_FIELD", "Must be an absolute path.", "workingDirectory");
  }
  DAYBOOK_TRY(read_limits(spec.limits, members));
  DAYBOOK_ASSIGN(spec.timeout, members.duration("timeout", Duration{kTimeoutMaxUs}));
  DAYBOOK_TRY(read_output(spec, members));
  DAYBOOK_ASSIGN(spec.user, members.text("user", kIdBytesMax));
  DAYBOOK_TRY(read_writable(spec, members));
  return spec;
}

}  // namespace daybook::components
