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

tl::unexpected<Error> refused(std::string_view why, std::string_view field) {
  return fail(Code::kInvalid, "INVALID_FIELD", why, field);
}

void read_command(ExecSpec& spec, const Members& members, Faults& faults) {
  const auto* value = members.find("command");
  const auto words = elements_of(value);
  if (!words || words->empty() || words->size() > kExecArgumentsMax) {
    faults.check(refused("Must be an array of 1 to " + std::to_string(kExecArgumentsMax) +
                             " texts: the program and its arguments.",
                         "command"));
    return;
  }
  for (std::size_t i = 0; i < words->size(); ++i) {
    auto word = text_of((*words)[i]);
    if (!word || word->size() > kExecArgumentBytesMax || has_nul(*word) ||
        (i == 0 && word->empty())) {
      faults.check(refused("Must be a text of at most " + std::to_string(kExecArgumentBytesMax) +
                               " bytes, without NUL; the first names the program.",
                           "command[" + std::to_string(i) + "]"));
      continue;
    }
    spec.command.push_back(std::move(*word));
  }
}

// The loader's variables would let a definition change what a trusted program is; DAYBOOK_ is the
// server's.
bool is_reserved_variable(std::string_view name) {
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

void read_env(ExecSpec& spec, const Members& env, Faults& faults) {
  if (env.all().size() > kExecEnvironmentMax) {
    faults.check(refused("At most " + std::to_string(kExecEnvironmentMax) + " variables.", "env"));
    return;
  }
  for (const auto& [name, value_given] : env.all()) {
    if (!is_name(name) || is_reserved_variable(name)) {
      faults.check(refused("This variable cannot be set.", env.path_of(name)));
      continue;
    }
    std::string text;
    faults.take(env.text(name, kExecArgumentBytesMax - kIdBytesMax - sizeof "="), text);
    spec.env.emplace_back(name, std::move(text));
  }
}

void read_limits(ExecLimits& limits, const Members& given, Faults& faults) {
  given.only({"memoryMb", "cpuSeconds", "openFiles", "processes"}, faults);
  const auto read = [&](std::string_view name, std::uint64_t& to, std::int64_t min,
                        std::int64_t max, std::uint64_t unit) {
    std::int64_t number = 0;
    if (given.find(name) != nullptr && faults.take(given.number(name, 0, min, max), number)) {
      to = static_cast<std::uint64_t>(number) * unit;
    }
  };
  read("memoryMb", limits.memory_bytes, kMemoryMbMin, kMemoryMbMax, 1 << 20);
  read("cpuSeconds", limits.cpu_seconds, 1, kTimeoutMaxUs / 1'000'000, 1);
  read("openFiles", limits.open_files, kOpenFilesMin, kOpenFilesMax, 1);
  read("processes", limits.processes, 1, kProcessesMax, 1);
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
    return refused("Must be json, text or none.", "output");
  }
  return {};
}

// A path that says where it leads, as far as links allow.
bool is_plain(std::string_view path) {
  return path.starts_with('/') && path.size() <= kPathBytesMax && !has_nul(path) &&
         std::filesystem::path(path).lexically_normal() == std::filesystem::path(path);
}

void read_writable(ExecSpec& spec, const Members& members, Faults& faults) {
  const auto* value = members.find("writable");
  if (value == nullptr) {
    return;
  }
  const auto paths = elements_of(value);
  if (!paths || paths->size() > kExecWritableMax) {
    faults.check(refused(
        "Must be an array of at most " + std::to_string(kExecWritableMax) + " paths.", "writable"));
    return;
  }
  for (std::size_t i = 0; i < paths->size(); ++i) {
    auto path = text_of((*paths)[i]);
    if (!path || !is_plain(*path)) {
      faults.check(refused("Must be an absolute path without '.' and '..'.",
                           "writable[" + std::to_string(i) + "]"));
      continue;
    }
    spec.writable.push_back(std::move(*path));
  }
}

Status read_directory(ExecSpec& spec, const Members& members) {
  DAYBOOK_ASSIGN(spec.working_directory, members.text("workingDirectory", kPathBytesMax));
  if (!spec.working_directory.empty() && spec.working_directory[0] != '/') {
    return refused("Must be an absolute path.", "workingDirectory");
  }
  return {};
}

// An object within, where there is one.
template <typename Read>
void read_object(const Members& members, std::string_view name, Faults& faults, const Read& read) {
  const auto* value = members.find(name);
  if (value == nullptr) {
    return;
  }
  const auto object = Members::of(*value, name);
  if (!object) {
    faults.add(object.error());
    return;
  }
  read(*object);
}

}  // namespace

ExecSpec parse_exec_spec(std::string_view json, Faults& faults) {
  ExecSpec spec;
  const auto given = Members::of_spec(json, faults);
  if (!given) {
    return spec;
  }
  const Members& members = *given;
  members.only(
      {"command", "env", "workingDirectory", "limits", "timeout", "output", "user", "writable"},
      faults);
  read_command(spec, members, faults);
  read_object(members, "env", faults, [&](const Members& env) { read_env(spec, env, faults); });
  faults.check(read_directory(spec, members));
  read_object(members, "limits", faults,
              [&](const Members& limits) { read_limits(spec.limits, limits, faults); });
  faults.take(members.duration("timeout", Duration{kTimeoutMaxUs}), spec.timeout);
  faults.check(read_output(spec, members));
  faults.take(members.text("user", kIdBytesMax), spec.user);
  read_writable(spec, members, faults);
  return spec;
}

}  // namespace daybook::components
