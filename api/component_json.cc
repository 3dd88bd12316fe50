#include "api/component_json.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/hex.h"
#include "base/limits/resources.h"
#include "base/sha256.h"
#include "components/reactor_id.h"
#include "events/json.h"

namespace daybook::api {
namespace {

using events::Runtime;

std::optional<Runtime> parse_runtime(std::string_view name) {
  if (components::names_reactor(name)) {
    return Runtime::kReactor;
  }
  for (const Runtime runtime : {Runtime::kExec, Runtime::kHttp, Runtime::kWorker}) {
    if (events::runtime_name(runtime) == name) {
      return runtime;
    }
  }
  return std::nullopt;
}

// The name wins over the ending: an id is only a name.
std::optional<Runtime> read_runtime(FieldReader& fields, const std::string& id) {
  std::string name;
  if (!fields.find("runtime", JsonValue::Kind::kString, "text")) {
    if (components::is_reactor_id(id)) {
      return Runtime::kReactor;
    }
    fields.errors().add(
        "is required: reactor, exec, http or worker; ids that end with .hreactor, .hrule, "
        ".hdiscount, .hrc, .hrl or .hrd do without",
        fields.path_of("runtime"));
    return std::nullopt;
  }
  fields.text("runtime", name, kTagBytesMax);
  const auto runtime = parse_runtime(name);
  if (!runtime) {
    fields.errors().add("must be reactor, rule, discount, exec, http or worker",
                        fields.path_of("runtime"));
  }
  return runtime;
}

std::string spec_of(const std::vector<JsonValue::Member>& members) {
  std::string out = "{";
  for (const auto& [name, value] : members) {
    out += out.size() > 1 ? "," : "";
    events::append_json_string(out, name);
    out += ':';
    out += value.text();
  }
  return out + "}";
}

Answer<components::Checked> check_spec(const scheduler::Component& component,
                                       const dispatch::RuntimeChecks& runtimes,
                                       const components::ComponentDirectory& others) {
  const std::string& spec = component.spec;
  const Runtime runtime = component.runtime;
  if (spec.size() > kComponentCodeBytesMax) {
    return refuse(Code::kTooLarge, "TOO_LARGE", "the component is over the limit of 1 MiB", "body");
  }
  if (runtime == Runtime::kWorker) {
    FieldErrors errors;
    FieldReader(JsonValue(spec), "", errors).finish();
    if (!errors.empty()) {
      return refuse(Problem(errors.take()));
    }
    return components::Checked();
  }
  const auto found = runtimes.find(runtime);
  if (found == runtimes.end() || found->second == nullptr) {
    return refuse(
        Code::kInvalid, "RUNTIME_NOT_AVAILABLE",
        "this server does not run " + std::string(events::runtime_name(runtime)) + " components",
        "runtime");
  }
  auto checked = found->second->check({component.id, spec, others});
  if (!checked) {
    return refuse(Problem(std::move(checked.error().errors), std::move(checked.error().details)));
  }
  return std::move(*checked);
}

// The faults of the general members, and those of the runtime's after them.
Problem joined(std::vector<Error> errors, Answer<components::Checked> checked) {
  std::vector<std::string> details(errors.size());
  if (!checked) {
    Problem& own = checked.error();
    own.details.resize(own.errors.size());
    std::move(own.errors.begin(), own.errors.end(), std::back_inserter(errors));
    std::move(own.details.begin(), own.details.end(), std::back_inserter(details));
    errors.resize(std::min(errors.size(), FieldErrors::kMax));
    details.resize(errors.size());
  }
  return Problem(std::move(errors), std::move(details));
}

}  // namespace

Answer<ReadComponent> read_component(std::string_view body, const std::string& id,
                                     const dispatch::RuntimeChecks& runtimes,
                                     const components::ComponentDirectory& others) {
  scheduler::PutComponent out;
  FieldErrors errors;
  const JsonValue value(body);
  FieldReader fields(value, "", errors);
  if (!errors.empty()) {
    return refuse(Problem(errors.take()));
  }
  out.component.id = id;
  fields.path_id(IdKind::kComponent, "componentId", id);
  const auto runtime = read_runtime(fields, id);
  fields.line("displayName", out.display_name, kDisplayNameBytesMax);
  fields.text("description", out.description, kDescriptionBytesMax);
  fields.line("componentVersion", out.component_version, kTagBytesMax);
  fields.pass_over_answered({"specHash", "parameters"});
  if (!runtime) {
    return refuse(Problem(errors.take()));
  }
  out.component.runtime = *runtime;
  out.component.spec = spec_of(fields.take_rest());
  out.component.spec_hash = sha256(out.component.spec);
  auto checked = check_spec(out.component, runtimes, others);
  if (!checked || !errors.empty()) {
    return refuse(joined(errors.take(), std::move(checked)));
  }
  out.component.imports = std::move(checked->imports);
  out.component.contract = std::move(checked->contract);
  out.component.contract_of = checked->contract_of;
  return ReadComponent{std::move(out), std::move(checked->warnings)};
}

namespace {

// "parameters": what the contract says; null where nothing is known.
void write_contract(JsonWriter& json, const std::string& contract) {
  const auto members =
      contract.empty() ? std::vector<JsonValue::Member>() : JsonValue(contract).members();
  json.raw_member("parameters", members.empty() ? "null" : members.front().second.text());
}

}  // namespace

void write_component_members(JsonWriter& json, const projections::ComponentRow& row) {
  json.member("componentId", row.component);
  json.member("runtime", events::runtime_name(row.runtime));
  json.member_or_null("displayName", !row.display_name.empty(), row.display_name);
  json.member_or_null("description", !row.description.empty(), row.description);
  json.member_or_null("componentVersion", !row.component_version.empty(), row.component_version);
  for (const auto& [name, value] : JsonValue(row.spec).members()) {
    json.raw_member(name, value.text());
  }
  json.member("specHash", to_hex(row.spec_hash));
  write_contract(json, row.contract);
  json.member_or_null("createdAt", row.created_at.value != 0, row.created_at);
  json.member("updatedAt", row.updated_at);
  json.member("updatedBy", row.updated_by);
}

}  // namespace daybook::api
