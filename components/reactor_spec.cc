#include "components/reactor_spec.h"

#include <algorithm>

#include "base/limits/resources.h"
#include "components/json_reader.h"

namespace daybook::components {
namespace {

std::optional<std::string> code_of(std::string_view spec) {
  auto code = parse_reactor_spec(spec);
  return code ? std::optional(std::move(*code)) : std::nullopt;
}

}  // namespace

Result<std::string> parse_reactor_spec(std::string_view json) {
  DAYBOOK_ASSIGN(const auto value, parse_json(json, "BAD_SPEC"));
  DAYBOOK_ASSIGN(const Members members, Members::of(value, ""));
  DAYBOOK_TRY(members.only({"code"}));
  if (members.find("code") == nullptr) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Is required: the component's text.", "code");
  }
  return members.text("code", kComponentCodeBytesMax);
}

std::optional<std::string> OrderModules::code(std::string_view component) const {
  const auto found = std::find_if(modules_.begin(), modules_.end(),
                                  [&](const Module& m) { return m.component == component; });
  return found == modules_.end() ? std::nullopt : code_of(found->spec);
}

std::optional<std::string> StoredModules::code(std::string_view component) const {
  const auto spec = directory_.spec(component);
  return spec ? code_of(*spec) : std::nullopt;
}

std::vector<Error> to_errors(const std::vector<reactor::Diagnostic>& diagnostics,
                             std::string_view component) {
  std::vector<Error> out;
  for (const reactor::Diagnostic& d : diagnostics) {
    const std::string where = d.source == component ? "code" : d.source;
    out.push_back(
        make_error(Code::kInvalid, d.code, d.text(),
                   where + ":" + std::to_string(d.at.line) + ":" + std::to_string(d.at.column)));
  }
  return out;
}

}  // namespace daybook::components
