#include "tools/daybook/component_check.h"

#include <filesystem>
#include <ostream>
#include <set>

#include <boost/json.hpp>

#include "base/utf8.h"
#include "components/reactor_id.h"
#include "tools/daybook/apply.h"
#include "tools/daybook/component_file.h"
#include "tools/daybook/component_run.h"
#include "tools/daybook/exit_code.h"
#include "tools/daybook/manifest_fields.h"

namespace daybook::cli {

namespace {

bool is_file(const std::string& name) {
  std::error_code bad;
  return std::filesystem::is_regular_file(name, bad);
}

std::string listed(const std::set<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    out += (out.empty() ? "'" : ", '") + name + "'";
  }
  return out;
}

// Against the sets that a server has: with the files that it imports, not those that are stored.
Status ask_server(const Session& session, const ComponentFile& file,
                  const reactor::Compiled& compiled) {
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(boost::json::object body, check_body(file, compiled.imports));
  const std::string target = target_of(ResourceKind::kComponent, file.id);
  DAYBOOK_TRY(client.request("POST", target + "/check", std::move(body)));
  return {};
}

Status check_file(const Session& session, const std::string& path, const CheckOptions& options,
                  const std::string& before) {
  DAYBOOK_ASSIGN(const ComponentFile file, open_component(session.env, path, options.root));
  DAYBOOK_ASSIGN(const std::unique_ptr<KnownSets> sets, sets_of(session.env, options.config));
  const reactor::Compiled compiled = compile_file(file, *sets);
  const auto say = [&](const std::string& what) {
    session.env.out << printable(before + what, kProblemBytesMax) << '\n';
  };
  DAYBOOK_TRY(report_faults(session.env.err, file, compiled));
  if (options.ask_server) {
    DAYBOOK_TRY(ask_server(session, file, compiled));
  } else if (!sets->unknown().empty()) {
    say("not checked: what is asked of " + listed(sets->unknown()) +
        "; a server knows its sets (--ask-server), or its settings (--config)");
  }
  if (reactor::gives_nothing(*compiled.program)) {
    say("warning: it gives nothing: there is no 'from' in it");
  }
  for (const reactor::ParameterInfo& p : reactor::parameters_of(*compiled.program)) {
    say("param " + p.name + ": " + p.type + (p.required ? "" : " (optional)"));
  }
  say("no fault found");
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
  session.env.out << printable(before, kProblemBytesMax) << "no fault found\n";
  return {};
}

Status check(const Session& session, const std::string& name, const CheckOptions& options,
             const std::string& before) {
  return name == "-" || is_file(name) ? check_file(session, name, options, before)
                                      : check_stored(session, name, before);
}

}  // namespace

bool names_a_file(const std::string& name) {
  return is_file(name) || components::is_reactor_id(name) || name.find('/') != std::string::npos;
}

Status check_components(const Session& session, const std::vector<std::string>& names,
                        const CheckOptions& options) {
  if (names.size() == 1) {
    return check(session, names.front(), options, "");
  }
  std::size_t refused = 0;
  for (const std::string& name : names) {
    if (const Status status = check(session, name, options, name + ": "); !status) {
      session.env.err << printable(name + ": " + status.error().text(), kProblemBytesMax) << '\n';
      ++refused;
    }
  }
  return refused == 0 ? Status()
                      : fail(Code::kInvalid, "COMPONENT_REFUSED",
                             std::to_string(refused) + " of " + std::to_string(names.size()));
}

}  // namespace daybook::cli
