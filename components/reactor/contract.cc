#include "components/reactor/contract.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/json_check.h"
#include "base/json_value.h"
#include "base/json_writer.h"
#include "base/limits/resources.h"
#include "components/reactor/evaluator.h"
#include "components/reactor/nominal.h"
#include "components/reactor/type_source.h"

namespace daybook::reactor {
namespace {

// Nobody is asked, nothing interrupts: steps and memory bound a check.
class NobodyAsked final : public World {
 public:
  Result<std::string> ask(std::string_view) override {
    return fail(Code::kInternal, "NO_WORLD", "a check of parameters asks nothing");
  }
};

// A contract imports nothing and queries nothing.
class Nothing final : public Modules, public Sets {
 public:
  std::optional<std::string> code(std::string_view) const override { return std::nullopt; }
  const SetType* find(std::string_view) const override { return nullptr; }
  std::vector<std::string> names() const override { return {}; }
};

// An event of Daybook's own, or one of several.
bool is_event(const TypeNode& type) {
  switch (type.kind) {
    case TypeKind::kNominal:
      return is_hook(type.name);
    case TypeKind::kAlias:
    case TypeKind::kUnion:
      return !type.parts.empty() && std::all_of(type.parts.begin(), type.parts.end(),
                                                [](const TypeNode* p) { return is_event(*p); });
    default:
      return false;
  }
}

std::string fallback_source(const Node* node) {
  std::string out;
  if (node != nullptr && node->kind == NodeKind::kNegate) {
    node = static_cast<const UnaryNode*>(node)->operand;
    out = "-";
  }
  const bool constant = node != nullptr && node->kind == NodeKind::kConstant;
  return constant && append_literal_source(out, static_cast<const ConstantNode*>(node)->value)
             ? out
             : std::string();
}

Error no_contract(std::string what) {
  return make_error(Code::kCorrupt, "CONTRACT", "this is no contract: " + std::move(what));
}

Result<Contract::Parameter> read_parameter(const JsonValue& value) {
  Contract::Parameter out;
  if (value.kind() != JsonValue::Kind::kObject) {
    return fail(no_contract("a parameter is an object"));
  }
  for (const auto& [name, member] : value.members()) {
    std::string* const text = name == "name"      ? &out.name
                              : name == "type"    ? &out.type
                              : name == "default" ? &out.fallback
                                                  : nullptr;
    bool* const flag = name == "required" ? &out.required : name == "event" ? &out.event : nullptr;
    if (text != nullptr && member.kind() == JsonValue::Kind::kString) {
      *text = member.string();
    } else if (flag != nullptr && member.kind() == JsonValue::Kind::kBool) {
      *flag = member.boolean();
    } else {
      return fail(no_contract("a parameter's member " + name));
    }
  }
  if (out.name.empty() || out.name.find_first_of("`\n") != std::string::npos) {
    return fail(no_contract("a parameter's name"));
  }
  return out;
}

}  // namespace

std::string contract_text(const Program& program) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("parameters");
  json.begin_array();
  bool has_event = false;
  for (const Parameter& p : program.parameters) {
    json.begin_object();
    json.member("name", p.name);
    std::string type = "value";
    if (p.type != nullptr) {
      type.clear();
      append_type_source(type, *p.type);
    }
    json.member("type", type);
    json.member("required", p.fallback == nullptr && !may_be_nothing(p.type));
    if (const std::string fallback = fallback_source(p.fallback); !fallback.empty()) {
      json.member("default", fallback);
    }
    if (!has_event && p.type != nullptr && is_event(*p.type)) {
      has_event = true;
      json.member("event", true);
    }
    json.end_object();
    if (out.size() > kContractBytesMax) {
      return std::string(kUnknownContract);
    }
  }
  json.end_array();
  json.end_object();
  return Contract::read(out) ? out : std::string(kUnknownContract);
}

std::string Contract::source() const {
  std::string out;
  for (const Parameter& p : parameters_) {
    out += "param `" + p.name + "`: " + p.type + "\n";
  }
  return out;
}

Result<std::shared_ptr<const Contract>> Contract::read(std::string_view text) {
  if (text.size() > kContractBytesMax) {
    return fail(no_contract("it is too long"));
  }
  if (const Status sound = check_json(text); !sound) {
    return fail(no_contract(sound.error().message));
  }
  const JsonValue value(text);
  const auto members =
      value.kind() == JsonValue::Kind::kObject ? value.members() : std::vector<JsonValue::Member>();
  if (members.size() != 1 || members.front().first != "parameters") {
    return fail(no_contract("it has the member parameters alone"));
  }
  auto out = std::make_shared<Contract>();
  const JsonValue& list = members.front().second;
  if (list.is_null()) {
    return out;
  }
  if (list.kind() != JsonValue::Kind::kArray) {
    return fail(no_contract("its parameters are a list"));
  }
  for (const JsonValue& element : list.elements()) {
    DAYBOOK_ASSIGN(auto parameter, read_parameter(element));
    out->parameters_.push_back(std::move(parameter));
  }
  const Nothing nothing;
  CompileOptions options;
  options.regex_instructions = kContractRegexInstructionsMax;
  Compiled compiled = compile("contract", out->source(), nothing, nothing, options);
  // Text of one parameter that leads into the next would count as more or fewer.
  if (!compiled.ok() || compiled.program->parameters.size() != out->parameters_.size()) {
    return fail(no_contract(compiled.diagnostics.empty() ? "its parameters are others"
                                                         : compiled.diagnostics.front().message));
  }
  // Nobody else has this program yet. What stands for a parameter that is left out is the run's.
  static const ConstantNode kComputed{};
  const auto program = std::const_pointer_cast<Program>(compiled.program);
  const std::size_t count = out->parameters_.size();
  auto* const parameters = program->arena.array<reactor::Parameter>(count);
  std::uninitialized_copy_n(program->parameters.begin(), count, parameters);
  for (std::size_t i = 0; i < count; ++i) {
    parameters[i].fallback = out->parameters_[i].required ? nullptr : &kComputed;
  }
  program->parameters = {parameters, count};
  out->program_ = program;
  return out;
}

Status Contract::checked(std::string_view given, std::string_view event) const {
  if (program_ == nullptr) {
    return {};
  }
  RunInputs inputs;
  inputs.limits.steps = kContractStepsMax;
  inputs.limits.memory = kContractMemoryMax;
  NobodyAsked world;
  Evaluator evaluator(inputs, world);
  try {
    evaluator.check_given(*program_, given, event);
  } catch (const Stop& stopped) {
    const Fault& fault = stopped.fault;
    if (fault.code == "PARAMETER") {
      return fail(Code::kInvalid, "INVALID_FIELD", fault.message, fault.source);
    }
  } catch (const ArenaFull&) {
  }
  return {};
}

Status Contract::check(std::string_view parameters) const {
  return checked(parameters, {});
}

Status Contract::check_rule(std::string_view parameters) const {
  if (program_ == nullptr) {
    return {};
  }
  const auto event = std::find_if(parameters_.begin(), parameters_.end(),
                                  [](const Parameter& p) { return p.event; });
  if (event == parameters_.end()) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Takes no event: a parameter must be of the type of one, such as OnJobCompleted.",
                "componentId");
  }
  return checked(parameters, event->name);
}

std::size_t Contract::memory_bytes() const {
  std::size_t out = sizeof(Contract) + (program_ == nullptr ? 0 : memory_of(*program_));
  for (const Parameter& p : parameters_) {
    out += sizeof p + p.name.size() + p.type.size() + p.fallback.size();
  }
  return out;
}

}  // namespace daybook::reactor
