// compile(): a component and the modules that it imports.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "components/reactor/checker.h"
#include "components/reactor/compile_budget.h"
#include "components/reactor/limits.h"
#include "components/reactor/parser.h"

namespace daybook::reactor {
namespace {

// A program is never larger than so many times its source; the arena only has to stop what is
// beyond all reason.
constexpr std::size_t kArenaBytesMax = 256U << 20;

// 'a/b.hrc' and '../c.module.hrc' → 'c.module.hrc'. Empty when it leads out of the tree.
std::string resolve(std::string_view from, std::string_view path) {
  std::vector<std::string_view> parts;
  const auto add = [&](std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('/'), text.size());
      const std::string_view part = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (part == "..") {
        if (parts.empty()) {
          return false;
        }
        parts.pop_back();
      } else if (!part.empty() && part != ".") {
        parts.push_back(part);
      }
    }
    return true;
  };
  const std::size_t folder = from.rfind('/');
  if (!path.starts_with('/') && folder != std::string_view::npos) {
    add(from.substr(0, folder));
  }
  if (!add(path)) {
    return {};
  }
  std::string out;
  for (const std::string_view part : parts) {
    out += (out.empty() ? "" : "/") + std::string(part);
  }
  return out;
}

// One compilation: every module once, whoever imports it.
class Compilation {
 public:
  Compilation(const Modules& modules, const Sets& sets, const CompileOptions& options,
              std::vector<Diagnostic>& diagnostics)
      : modules_(modules), sets_(sets), diagnostics_(diagnostics), budget_(options) {}

  std::shared_ptr<const Program> run(std::string_view id, std::string code);
  std::vector<std::string> imports() const {
    std::vector<std::string> out;
    for (const auto& [id, module] : done_) {
      out.push_back(id);
    }
    return out;
  }

 private:
  class Loader;
  struct Done {
    std::shared_ptr<const Program> program;  // null: it has faults, or is not done yet
    std::vector<const Type*> frame;
  };

  std::shared_ptr<const Program> load(std::string_view from, std::string_view path,
                                      std::string& reason);
  std::shared_ptr<const Program> module(const std::string& id, std::string& reason);
  std::shared_ptr<const Program> build(std::string_view id, std::string code,
                                       std::vector<const Type*>& frame);
  static void gather_fields_read(Program& program);
  void sort_faults(const std::string& program, std::size_t from);

  const Modules& modules_;
  const Sets& sets_;
  std::vector<Diagnostic>& diagnostics_;
  CompileBudget budget_;
  // Types borrow from every program, those with faults too.
  std::vector<std::shared_ptr<const Program>> all_;
  Types types_;
  std::map<std::string, Done, std::less<>> done_;
  std::set<std::string, std::less<>> open_;  // being compiled: an import of one is a circle
};

class Compilation::Loader final : public ModuleLoader {
 public:
  Loader(Compilation& compilation, std::string_view id) : compilation_(compilation), id_(id) {}

  std::shared_ptr<const Program> load(std::string_view path, std::string& reason) override {
    return compilation_.load(id_, path, reason);
  }
  // A prelude and what it imports do without it.
  std::shared_ptr<const Program> prelude() override {
    std::string reason;
    if (compilation_.open_.contains(kPreludeId) || id_ == kPreludeId ||
        !compilation_.modules_.code(kPreludeId)) {
      return nullptr;
    }
    return compilation_.module(std::string(kPreludeId), reason);
  }

 private:
  Compilation& compilation_;
  const std::string_view id_;
};

std::shared_ptr<const Program> Compilation::load(std::string_view from, std::string_view path,
                                                 std::string& reason) {
  const std::string id = resolve(from, path);
  if (id.empty()) {
    reason = "'" + std::string(path) + "' leads to no component" + modules_.advice(from, path);
    return nullptr;
  }
  return module(id, reason);
}

std::shared_ptr<const Program> Compilation::module(const std::string& id, std::string& reason) {
  if (open_.contains(id)) {
    reason = "'" + id + "' imports, in the end, itself";
    return nullptr;
  }
  if (const auto known = done_.find(id); known != done_.end()) {
    reason = "the module '" + id + "' has faults";
    return known->second.program;
  }
  if (done_.size() >= kModulesMax) {
    reason = "more than " + std::to_string(kModulesMax) + " modules are imported";
    return nullptr;
  }
  auto code = modules_.code(id);
  if (!code) {
    reason = "there is no module '" + id + "'";
    return nullptr;
  }
  Done done;
  done.program = build(id, std::move(*code), done.frame);
  reason = "the module '" + id + "' has faults";
  return done_.emplace(id, std::move(done)).first->second.program;
}

std::shared_ptr<const Program> Compilation::build(std::string_view id, std::string code,
                                                  std::vector<const Type*>& frame) {
  if (code.size() > kProgramBytesMax) {
    throw ArenaFull{};
  }
  budget_.check();
  const std::size_t faults = diagnostics_.size();
  const std::string name(id);
  open_.insert(name);
  auto program = std::make_shared<Program>(name, std::move(code), kArenaBytesMax);
  all_.push_back(program);
  Loader loader(*this, name);
  const bool readable = Parser(*program, loader, budget_, diagnostics_).run();
  if (readable) {
    std::vector<const std::vector<const Type*>*> imported;
    for (const auto& module : program->modules) {
      imported.push_back(&done_.find(module->source.name())->second.frame);
    }
    frame = Checker(types_, sets_, budget_, diagnostics_).check(*program, imported);
  }
  open_.erase(name);
  gather_fields_read(*program);
  sort_faults(name, faults);
  return diagnostics_.size() == faults ? program : nullptr;
}

void Compilation::gather_fields_read(Program& program) {
  auto& names = program.fields_read;
  for (const auto& module : program.modules) {
    names.insert(names.end(), module->fields_read.begin(), module->fields_read.end());
    program.reads_any = program.reads_any || module->reads_any;
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

// Those of the program itself in the order of its text, behind those of its modules.
void Compilation::sort_faults(const std::string& program, std::size_t from) {
  const auto place = [&](const Diagnostic& d) {
    return d.source == program ? std::tuple(1, d.at.line, d.at.column) : std::tuple(0, 0U, 0U);
  };
  std::stable_sort(diagnostics_.begin() + static_cast<std::ptrdiff_t>(from), diagnostics_.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
}

std::shared_ptr<const Program> Compilation::run(std::string_view id, std::string code) {
  std::vector<const Type*> frame;
  return build(id, std::move(code), frame);
}

std::string type_text(const TypeNode* node) {
  Types types;
  return node == nullptr ? "value" : Types::text(types.of_node(*node));
}

}  // namespace

Compiled compile(std::string_view id, std::string code, const Modules& modules, const Sets& sets,
                 const CompileOptions& options) {
  Compiled out;
  try {
    Compilation compilation(modules, sets, options, out.diagnostics);
    out.program = compilation.run(id, std::move(code));
    out.imports = compilation.imports();
  } catch (CompileStopped& stopped) {
    out.diagnostics.clear();
    out.program = nullptr;
    out.interrupted = std::move(stopped.reason);
  } catch (const ArenaFull&) {
    out.diagnostics.push_back({"TOO_LARGE", "the program is too large", std::string(id), {}, {}});
  }
  if (!out.diagnostics.empty()) {
    out.program = nullptr;
  }
  return out;
}

bool gives_nothing(const Program& program) {
  const auto& statements = program.body->statements;
  return program.exports.empty() &&
         std::none_of(statements.begin(), statements.end(), [](const Statement& s) {
           return s.kind == Statement::Kind::kFrom || s.forced;
         });
}

std::vector<ParameterInfo> parameters_of(const Program& program) {
  std::vector<ParameterInfo> out;
  for (const Parameter& p : program.parameters) {
    out.push_back({std::string(p.name), type_text(p.type), p.fallback == nullptr});
  }
  return out;
}

std::size_t memory_of(const Program& program) {
  constexpr std::size_t kBytesOfInstruction = 32;  // both ways through the text
  std::size_t out = sizeof(Program) + program.arena.bytes() + program.source.text().size() +
                    program.exports.capacity() * sizeof(Export);
  for (const auto& regex : program.regexes) {
    out += regex->program_size() * kBytesOfInstruction;
  }
  return out;
}

}  // namespace daybook::reactor
