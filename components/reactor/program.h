// A compiled component: immutable, shared between threads and runs.
//
//   source ─lex─▶ tokens ─parse─▶ tree, names resolved ─check─▶ types agree ─▶ Program
//
// compile() is a function of its arguments; it never fails, it lists what is wrong.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "components/reactor/limits.h"
#include "components/reactor/sets.h"
#include "components/reactor/source.h"

namespace daybook::reactor {

class Program;

// The code of other components, for `import`. Ids are as in the API.
class Modules {
 public:
  virtual ~Modules() = default;
  virtual std::optional<std::string> code(std::string_view component) const = 0;
  // What a person can do about an import that leads out of the tree: the end of a sentence.
  virtual std::string advice(std::string_view /*from*/, std::string_view /*path*/) const {
    return {};
  }
};

// Exported names of this component, when it is there, are known in every other one: what an
// operator wants to offer to all components stands here.
inline constexpr std::string_view kPreludeId = "prelude.module.hrc";

struct ParameterInfo {
  std::string name;
  std::string type;  // as people write it
  bool required = true;
};

struct CompileOptions {
  // Why the compilation should end now, if it should: a deadline, a server that stops. Asked every
  // few milliseconds, on the thread that compiles.
  std::function<std::optional<Error>()> interrupted;
  // Of all regular expressions; those of modules count too.
  std::size_t regex_instructions = kRegexInstructionsAllMax;
};

struct Compiled {
  std::shared_ptr<const Program> program;  // null when it has faults, or was interrupted
  std::vector<Diagnostic> diagnostics;
  std::vector<std::string> imports;  // ids of components, theirs included, each once
  std::optional<Error> interrupted;  // then nothing is known of it

  bool ok() const { return program != nullptr; }
};

// `id` is the component's; imports are relative to it.
Compiled compile(std::string_view id, std::string code, const Modules& modules, const Sets& sets,
                 const CompileOptions& options = {});

// Neither an output, nor an effect, nor anything that others may import: an empty file, or a `from`
// that was forgotten.
bool gives_nothing(const Program& program);

// What a job may give it.
std::vector<ParameterInfo> parameters_of(const Program& program);
// Bytes it takes in memory, its modules not counted.
std::size_t memory_of(const Program& program);

}  // namespace daybook::reactor
