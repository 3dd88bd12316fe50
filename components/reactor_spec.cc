#include "components/reactor_spec.h"

#include <algorithm>

#include "base/limits/resources.h"
#include "base/texts_key.h"
#include "components/json_reader.h"
#include "components/order_document.h"

namespace daybook::components {
namespace {

std::optional<std::string> code_of(std::string_view spec) {
  auto code = parse_reactor_spec(spec);
  return code ? std::optional(std::move(*code)) : std::nullopt;
}

}  // namespace

std::optional<std::string> parse_reactor_spec(std::string_view json, Faults& faults) {
  const auto members = Members::of_spec(json, faults);
  if (!members) {
    return std::nullopt;
  }
  members->only({"code"}, faults);
  if (members->find("code") == nullptr) {
    faults.add(
        make_error(Code::kInvalid, "INVALID_FIELD", "Is required: the component's text.", "code"));
    return std::nullopt;
  }
  std::string code;
  return faults.take(members->text("code", kComponentCodeBytesMax), code)
             ? std::optional(std::move(code))
             : std::nullopt;
}

Result<std::string> parse_reactor_spec(std::string_view json) {
  Faults faults;
  auto code = parse_reactor_spec(json, faults);
  DAYBOOK_TRY(faults.first());
  return std::move(*code);
}

std::optional<std::string> OrderModules::code(std::string_view component) const {
  const auto found = std::find_if(modules_.begin(), modules_.end(),
                                  [&](const Module& m) { return m.component == component; });
  return found == modules_.end() ? std::nullopt : code_of(found->spec);
}

std::optional<std::string> StoredModules::code(std::string_view component) const {
  const auto spec = directory_.spec(component);
  if (spec) {
    read_.insert_or_assign(std::string(component), sha256(*spec));
  }
  return spec ? code_of(*spec) : std::nullopt;
}

Hash StoredModules::texts_key(const Draft& draft, const std::vector<std::string>& imports) const {
  TextsKey key;
  key.add(draft.component, sha256(draft.spec));
  for (const std::string& import : imports) {
    if (const auto found = read_.find(import); found != read_.end()) {
      key.add(import, found->second);
    }
  }
  return key.finish();
}

namespace {

std::string field_of(const reactor::Diagnostic& fault, std::string_view component) {
  const std::string where = fault.source == component ? "code" : fault.source;
  return where + ":" + std::to_string(fault.at.line) + ":" + std::to_string(fault.at.column);
}

}  // namespace

std::string place_members(const reactor::Diagnostic& fault) {
  return "\"source\":" + json_text(fault.source) + ",\"line\":" + std::to_string(fault.at.line) +
         ",\"column\":" + std::to_string(fault.at.column) +
         ",\"length\":" + std::to_string(fault.length) + ",\"snippet\":" + json_text(fault.line);
}

std::string place_json(const reactor::Diagnostic& fault, std::string_view component) {
  return "{\"field\":" + json_text(field_of(fault, component)) + "," + place_members(fault) +
         ",\"message\":" + json_text(fault.message) + "}";
}

SpecFaults to_faults(const std::vector<reactor::Diagnostic>& diagnostics,
                     std::string_view component, Faults members) {
  SpecFaults out{std::move(members).all()};
  out.details.resize(out.errors.size());
  for (const reactor::Diagnostic& d : diagnostics) {
    out.errors.push_back(make_error(Code::kInvalid, d.code, d.message, field_of(d, component)));
    out.details.push_back(place_json(d, component));
  }
  return out;
}

}  // namespace daybook::components
