#include "tools/daybook/component_check.h"

#include <filesystem>
#include <ostream>

#include <boost/json.hpp>

#include "components/reactor_id.h"
#include "tools/daybook/apply.h"
#include "tools/daybook/component_file.h"
#include "tools/daybook/exit_code.h"
#include "tools/daybook/manifest_fields.h"

namespace daybook::cli {

namespace {

bool is_file(const std::string& name) {
  std::error_code bad;
  return std::filesystem::is_regular_file(name, bad);
}

Status check_file(const Session& session, const std::string& path, const std::string& root,
                  const std::string& before) {
  DAYBOOK_ASSIGN(const ComponentFile file, open_component(path, root));
  const reactor::Compiled compiled = compile_file(file);
  DAYBOOK_TRY(report_faults(session.env.err, file, compiled));
  for (const reactor::ParameterInfo& p : reactor::parameters_of(*compiled.program)) {
    session.env.out << before << "param " << p.name << ": " << p.type
                    << (p.required ? "" : " (optional)") << '\n';
  }
  session.env.out << before << "no fault found\n";
  return {};
}

// A name that looks like a file's was meant as one.
Error not_there(Error error, const std::string& name, const Client& client) {
  const bool absent = error.code == Code::kNotFound;
  if (!names_a_file(name) || (!absent && error.reason != kReasonUnreachable)) {
    return error;
  }
  return make_error(
      Code::kNotFound, "NO_SUCH_FILE",
      "there is no file '" + name + "'" +
          (absent ? ", and no component of that id on " + client.server() : std::string()));
}

Status check_stored(const Session& session, const std::string& id, const std::string& before) {
  DAYBOOK_ASSIGN(Client client, session.client());
  const std::string target = target_of(ResourceKind::kComponent, id);
  const auto stored = client.get(target);
  if (!stored) {
    return fail(not_there(stored.error(), id, client));
  }
  boost::json::object spec;
  for (const Field& field : fields_of(ResourceKind::kComponent)) {
    const auto* value = stored->as_object().if_contains(field.name);
    if (value != nullptr && !value->is_null()) {
      spec[field.name] = *value;
    }
  }
  DAYBOOK_TRY(client.request("POST", target + "/check", std::move(spec)));
  session.env.out << before << "no fault found\n";
  return {};
}

Status check(const Session& session, const std::string& name, const std::string& root,
             const std::string& before) {
  return is_file(name) ? check_file(session, name, root, before)
                       : check_stored(session, name, before);
}

}  // namespace

bool names_a_file(const std::string& name) {
  return is_file(name) || components::is_reactor_id(name) || name.find('/') != std::string::npos;
}

Status check_components(const Session& session, const std::vector<std::string>& names,
                        const std::string& root) {
  if (names.size() == 1) {
    return check(session, names.front(), root, "");
  }
  std::size_t refused = 0;
  for (const std::string& name : names) {
    if (const Status status = check(session, name, root, name + ": "); !status) {
      session.env.err << name << ": " << status.error().text() << '\n';
      ++refused;
    }
  }
  return refused == 0 ? Status()
                      : fail(Code::kInvalid, "COMPONENT_REFUSED",
                             std::to_string(refused) + " of " + std::to_string(names.size()));
}

}  // namespace daybook::cli
