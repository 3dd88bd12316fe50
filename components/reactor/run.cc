// run() and check_parameters(): a program from its parameters to its result.
#include "components/reactor/run.h"

#include <algorithm>

#include "components/reactor/effects.h"
#include "components/reactor/eval_statements.h"
#include "components/reactor/evaluator.h"
#include "components/reactor/json.h"

namespace daybook::reactor {
namespace {

// Every so many steps the world is asked whether to go on.
constexpr std::uint64_t kCheckEvery = 4096;
constexpr std::size_t kFirstBlock = 8 * 1024;

// Of a check before the run: nothing is asked.
class NoWorld final : public World {
 public:
  Result<std::string> ask(std::string_view) override {
    return fail(Code::kInternal, "NO_WORLD", "a default of a parameter asks nothing");
  }
};

}  // namespace

Evaluator::Evaluator(const RunInputs& inputs, World& world)
    : inputs_(inputs), world_(world), arena_(inputs.limits.memory, kFirstBlock) {
  next_check_ = std::min(kCheckEvery, inputs_.limits.steps + 1);
}

void Evaluator::stop(std::string_view code, std::string_view message, const Program* program,
                     std::uint32_t at) {
  throw Stop{{std::string(code), std::string(message), std::string(program->source.name()),
              program->source.position_of(at), false}};
}

void Evaluator::interrupted(const Error& reason, const Program* program, std::uint32_t at) {
  throw Stop{{reason.reason, reason.message, std::string(program->source.name()),
              program->source.position_of(at), true}};
}

void Evaluator::hold(std::size_t bytes) {
  held_ += bytes;
  if (held_ + arena_.bytes() > inputs_.limits.memory) {
    held_ -= bytes;
    throw ArenaFull{};
  }
}

void Evaluator::check_steps(const Program* program, std::uint32_t at) {
  if (steps_ > inputs_.limits.steps) {
    stop("STEP_LIMIT", "the run took more than " + std::to_string(inputs_.limits.steps) + " steps",
         program, at);
  }
  if (const auto reason = world_.interrupted()) {
    interrupted(*reason, program, at);
  }
  next_check_ = std::min(steps_ + kCheckEvery, inputs_.limits.steps + 1);
}

Evaluator::Frame Evaluator::frame_of(const Program& program) {
  auto& caches = caches_[&program];
  if (!caches) {
    caches = std::make_unique<FieldCache[]>(program.caches);
  }
  return {push_frame(program.frame, &program, 0), nullptr, &program, caches.get()};
}

// Imports are values of other modules' frames; a module runs once, when it is first needed.
void Evaluator::import_into(Frame& frame) {
  for (const ImportedName& name : frame.program->imported) {
    const Value* from = module_frame(*frame.program->modules[name.module]);
    frame.slots[name.to_slot] = from[name.from_slot];
  }
}

const Value* Evaluator::module_frame(const Program& program) {
  if (const auto known = modules_.find(&program); known != modules_.end()) {
    return known->second;
  }
  if (depth_ >= inputs_.limits.depth) {
    stop("DEPTH_LIMIT", "modules import each other too deep", &program, 0);
  }
  ++depth_;
  Frame frame = frame_of(program);
  import_into(frame);
  run_statements(*program.body, frame, [](const Value&, std::uint32_t) {});
  --depth_;
  modules_.emplace(&program, frame.slots);
  return frame.slots;
}

Evaluator::Frame Evaluator::begin(const Program& program, std::string_view parameters) {
  program_ = &program;
  Frame frame = frame_of(program);
  import_into(frame);
  bind_parameters(program, parameters, frame);
  return frame;
}

// One value, or a tuple of several; each may be at fault by itself.
std::string Evaluator::result_json(const std::vector<std::pair<Value, std::uint32_t>>& results,
                                   const Program& program) {
  std::string out;
  for (const auto& [value, at] : results) {
    const bool first = out.empty();
    if (!first) {
      out.pop_back();
    }
    const std::size_t end = out.size();
    append_json(*this, results.size() == 1 ? value : list_of({value}, Tag::kTuple), out,
                inputs_.limits.output - output_bytes_ - end, &program, at);
    if (!first) {
      out[end] = ',';
    }
  }
  return out;
}

RunResult Evaluator::finish(const Program& program, Frame& frame) {
  std::vector<std::pair<Value, std::uint32_t>> results;
  // Effects are in the order of the program, whether functions or records ask for them.
  run_statements(*program.body, frame, [&](const Value& output, std::uint32_t at) {
    try {
      bool left = true;
      const Value rest = take_effects(*this, output, left, &program, at);
      if (left) {
        results.emplace_back(rest, at);
      }
    } catch (const ArenaFull&) {
      stop("MEMORY_LIMIT", "the run needs more memory than it may have", &program, at);
    }
  });
  RunResult out;
  if (!results.empty()) {
    out.result = result_json(results, program);
  }
  out.effects = std::move(effects_);
  return out;
}

namespace {

template <typename Work>
std::optional<Fault> guarded(const Program& program, Work&& work) {
  try {
    work();
    return std::nullopt;
  } catch (Stop& stopped) {
    return std::move(stopped.fault);
  } catch (const ArenaFull&) {
    return Fault{"MEMORY_LIMIT",
                 "the run needs more memory than it may have",
                 std::string(program.source.name()),
                 {},
                 false};
  }
}

}  // namespace

namespace {

const Program* find_source(const Program& program, std::string_view name) {
  if (program.source.name() == name) {
    return &program;
  }
  for (const auto& module : program.modules) {
    if (const Program* found = find_source(*module, name)) {
      return found;
    }
  }
  return nullptr;
}

}  // namespace

Diagnostic diagnose(const Program& program, const Fault& fault) {
  const Program* source = find_source(program, fault.source);
  if (source == nullptr) {
    return {fault.code, fault.message, fault.source, fault.at, {}};
  }
  return source->source.diagnose(fault.code, fault.message, source->source.offset_of(fault.at));
}

RunResult run(const Program& program, const RunInputs& inputs, World& world) {
  Evaluator evaluator(inputs, world);
  RunResult out;
  auto fault = guarded(program, [&] {
    Evaluator::Frame frame = evaluator.begin(program, inputs.parameters);
    out = evaluator.finish(program, frame);
  });
  out.fault = std::move(fault);
  out.exchanges = std::move(evaluator.exchanges());
  out.steps = evaluator.steps();
  out.memory = evaluator.arena().bytes();
  return out;
}

Status check_parameters(const Program& program, std::string_view parameters,
                        std::string_view given) {
  RunInputs inputs;
  NoWorld world;
  Evaluator evaluator(inputs, world);
  const auto fault = guarded(program, [&] { evaluator.check_given(program, parameters, given); });
  return fault ? fail(Code::kInvalid, "INVALID_FIELD", fault->message, fault->source) : Status();
}

}  // namespace daybook::reactor
