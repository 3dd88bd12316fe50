#include "tools/daybook/apply.h"

#include <algorithm>
#include <array>
#include <istream>
#include <ostream>
#include <set>

#include <boost/json.hpp>

#include "api/on_failure_json.h"
#include "base/utf8.h"
#include "tools/daybook/apply_check.h"
#include "tools/daybook/apply_order.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/json_text.h"
#include "tools/daybook/manifest_fields.h"
#include "tools/daybook/resource_list.h"

namespace daybook::cli {

namespace {

std::string_view done_word(Change change) {
  switch (change) {
    case Change::kCreate:
      return "created";
    case Change::kUpdate:
      return "updated";
    case Change::kNone:
      break;
  }
  return "unchanged";
}

// In the form that the server stores; as it is when that would be refused.
void make_canonical(boost::json::object& definition) {
  auto* list = definition.if_contains("onFailure");
  if (list == nullptr || !list->is_array()) {
    return;
  }
  const std::string text = to_text(*list);
  api::FieldErrors errors;
  const std::string stored = api::read_on_failure(JsonValue(text), errors);
  if (auto value = parse_json(stored.empty() ? "[]" : stored, ""); errors.empty() && value) {
    *list = std::move(*value);
  }
}

// A member that the manifest leaves out and whose absence has no fixed meaning (the runtime follows
// from the id) is the server's to choose, so it does not count as a difference.
// What it does not say of a definition stays as it is, so that counts for no difference either.
bool is_same(const Resource& resource, const boost::json::object& stored) {
  const auto fields = fields_of(resource.kind);
  boost::json::object spec = resource.spec;
  make_canonical(spec);
  const boost::json::object wanted = normalized(spec, fields);
  boost::json::object have = normalized(resource.kind == ResourceKind::kDefinition
                                            ? restricted(stored, resource.spec, fields)
                                            : stored,
                                        fields);
  if (!wanted.contains("runtime")) {
    have.erase("runtime");
  }
  return wanted == have;
}

Error at_place(Error error, const Resource& resource) {
  error.message =
      resource.uri + ": " + error.message + (error.field.empty() ? "" : " (" + error.field + ")");
  error.field = resource.place;
  return error;
}

// Prints every problem as "file:line: what", and gives one error for the exit code.
Status report(const Session& session, const std::vector<Error>& problems) {
  if (problems.empty()) {
    return {};
  }
  for (const Error& problem : problems) {
    session.env.err << problem.field << ": "
                    << printable(problem.reason + ": " + problem.message, kProblemBytesMax) << '\n';
  }
  Error summary = problems.front();
  summary.reason = "MANIFEST_REFUSED";
  summary.message = std::to_string(problems.size()) +
                    (problems.size() == 1 ? " problem" : " problems") + "; nothing was changed";
  summary.field.clear();
  return fail(std::move(summary));
}

// What is checked with a component: the manifest's modules, which it may import.
boost::json::object with_modules(const Manifest& manifest, const Resource& resource) {
  boost::json::object spec = resource.spec;
  boost::json::object with;
  for (const Resource& other : manifest.resources) {
    if (is_module(other) && &other != &resource && spec.contains("code") &&
        other.spec.contains("code")) {
      with[other.id] = {{"code", other.spec.at("code")}};
    }
  }
  if (!with.empty()) {
    spec["with"] = std::move(with);
  }
  return spec;
}

// Whether what was sent is at fault, not the server or the way to it.
bool is_refusal(Code code) {
  return code == Code::kMalformed || code == Code::kInvalid || code == Code::kTooLarge ||
         code == Code::kUnsupported;
}

// The server's own check of every component: code that does not parse, a spec that its runtime
// refuses.
Result<std::vector<Error>> check_on_server(Client& client, const Manifest& manifest) {
  std::vector<Error> problems;
  for (const Resource& resource : manifest.resources) {
    if (resource.kind != ResourceKind::kComponent) {
      continue;
    }
    DAYBOOK_ASSIGN(const Response response,
                   client.send("POST", target_of(resource.kind, resource.id) + "/check",
                               to_text(with_modules(manifest, resource))));
    if (response.status < 300) {
      continue;
    }
    for (Error& error : errors_of(response.status, response.body)) {
      if (!is_refusal(error.code)) {
        return fail(std::move(error));
      }
      problems.push_back(at_place(std::move(error), resource));
    }
  }
  return problems;
}

std::vector<Error> check_changes(Client& client, const Manifest& manifest,
                                 const std::vector<Planned>& changes) {
  std::vector<Error> problems;
  ChangeCheck check(client, manifest);
  for (const Planned& planned : changes) {
    for (Error& error : check(planned)) {
      problems.push_back(at_place(std::move(error), *planned.resource));
    }
  }
  return problems;
}

// The components that a resource names.
std::vector<std::string> named_by(const Resource& resource) {
  std::vector<std::string> out;
  if (resource.kind == ResourceKind::kDefinition) {
    out.push_back(cell(resource.spec, "componentId"));
  }
  const auto* list = resource.spec.if_contains("components");
  if (resource.kind == ResourceKind::kRule && list != nullptr && list->is_array()) {
    for (const auto& component : list->get_array()) {
      out.push_back(cell(component, "componentId"));
    }
  }
  return out;
}

// A definition or a rule may name a component that comes later; when nobody has it, jobs will fail
// and the rule does nothing.
void warn_of_missing_components(const Session& session, Client& client, const Manifest& manifest) {
  std::set<std::string> known;
  for (const Resource& resource : manifest.resources) {
    if (resource.kind == ResourceKind::kComponent) {
      known.insert(resource.id);
    }
  }
  for (const Resource& resource : manifest.resources) {
    for (const std::string& component : named_by(resource)) {
      if (!known.insert(component).second) {
        continue;
      }
      const auto found = client.get(target_of(ResourceKind::kComponent, component));
      if (!found && found.error().code == Code::kNotFound) {
        session.env.err << resource.place << ": warning: component '" << component
                        << "' is neither in the manifest nor on the server\n";
      }
    }
  }
}

// Rules and definitions first: they go before what they name.
struct KindNames {
  ResourceKind kind;
  std::string_view collection;
  std::string_view member;  // that holds the id
};
constexpr std::array kKinds = {
    KindNames{ResourceKind::kRule, "rules", "ruleId"},
    KindNames{ResourceKind::kDefinition, "jobDefinitions", "jobDefinitionId"},
    KindNames{ResourceKind::kComponent, "components", "componentId"}};

struct Surplus {
  ResourceKind kind;
  std::string id;
};

Result<std::vector<Surplus>> surplus(Client& client, const Manifest& manifest) {
  std::vector<Surplus> out;
  for (const auto& [kind, collection, member] : kKinds) {
    ListRequest request;
    request.path = "/resources/" + std::string(class_of(kind));
    request.collection = collection;
    request.limit = 1'000'000;
    DAYBOOK_ASSIGN(const boost::json::value list, fetch_list(client, request));
    for (const auto& row : list.get_object().at(collection).get_array()) {
      const std::string id = cell(row, member);
      const bool wanted =
          std::any_of(manifest.resources.begin(), manifest.resources.end(),
                      [&, k = kind](const Resource& r) { return r.kind == k && r.id == id; });
      if (!wanted) {
        out.push_back({kind, id});
      }
    }
  }
  return out;
}

std::string uri_of(const Surplus& one) {
  return "/resources/" + std::string(class_of(one.kind)) + "/" + one.id;
}

Status confirm(const Session& session, const ApplyOptions& options, std::size_t count) {
  if (session.yes || count == 0) {
    return {};
  }
  const bool stdin_is_manifest =
      std::find(options.files.begin(), options.files.end(), "-") != options.files.end();
  if (!session.env.err_is_terminal || stdin_is_manifest) {
    return fail(Code::kInvalid, "NOT_CONFIRMED",
                "--prune would delete " + std::to_string(count) +
                    " resources and nobody can be asked; give --yes");
  }
  session.env.err << "delete these " << count << " resources? [y/N] " << std::flush;
  std::string answer;
  std::getline(session.env.in, answer);
  if (answer != "y" && answer != "yes") {
    return fail(Code::kConflict, "NOT_CONFIRMED", "nothing was changed");
  }
  return {};
}

// Of what the manifest does not put right itself: others that it holds may still have to come.
void print_warnings(const Session& session, const Manifest& manifest, const Resource& resource,
                    const boost::json::value& answer) {
  const auto* object = answer.if_object();
  const auto* warnings = object == nullptr ? nullptr : object->if_contains("warnings");
  if (warnings == nullptr || !warnings->is_array()) {
    return;
  }
  for (const auto& warning : warnings->get_array()) {
    const auto is_about = [&](const Resource& other) {
      return std::any_of(kKinds.begin(), kKinds.end(), [&](const KindNames& names) {
        return names.kind == other.kind && cell(warning, names.member) == other.id;
      });
    };
    // That of a component that is missing has been said before anything was changed.
    if (cell(warning, "code") != "COMPONENT_NOT_FOUND" &&
        std::none_of(manifest.resources.begin(), manifest.resources.end(), is_about)) {
      session.env.err << resource.place
                      << ": warning: " << printable(cell(warning, "message"), kProblemBytesMax)
                      << '\n';
    }
  }
}

Status send(const Session& session, Client& client, const Manifest& manifest,
            const Planned& planned) {
  const Resource& resource = *planned.resource;
  std::string seq = planned.seq;
  if (planned.change != Change::kNone) {
    // A definition that is there is changed in what the manifest names: an operator's pause stays.
    const bool merges =
        resource.kind == ResourceKind::kDefinition && planned.change == Change::kUpdate;
    auto answer = client.request(merges ? "PATCH" : "PUT", target_of(resource.kind, resource.id),
                                 boost::json::value(resource.spec));
    if (!answer) {
      return fail(at_place(std::move(answer.error()), resource));
    }
    seq = cell(*answer, "seq");
    print_warnings(session, manifest, resource, *answer);
  }
  session.env.out << done_word(planned.change) << ' ' << resource.uri << " (" << seq << ")\n";
  return {};
}

void print_plan(const Session& session, const std::vector<Planned>& changes,
                const std::vector<Surplus>& deletions) {
  for (const Planned& planned : changes) {
    const auto word = done_word(planned.change);
    session.env.out << (planned.change == Change::kNone ? "" : "would be ") << word << ' '
                    << planned.resource->uri << '\n';
  }
  for (const Surplus& one : deletions) {
    session.env.out << "would be deleted " << uri_of(one) << '\n';
  }
}

}  // namespace

std::string target_of(ResourceKind kind, const std::string& id) {
  return "/resources/" + std::string(class_of(kind)) + "/" + escape_segment(id, true);
}

Result<std::vector<Planned>> plan(Client& client, const Manifest& manifest) {
  std::vector<Planned> out;
  for (const Resource& resource : manifest.resources) {
    Planned planned{
        .resource = &resource, .change = Change::kCreate, .rank = rank_of(resource, manifest)};
    auto stored = client.get(target_of(resource.kind, resource.id));
    if (stored && stored->is_object()) {
      planned.change = is_same(resource, stored->get_object()) ? Change::kNone : Change::kUpdate;
      planned.seq = cell(*stored, "seq");
      planned.stored = std::move(stored->get_object());
    } else if (!stored && stored.error().code != Code::kNotFound) {
      return fail(stored.error());
    }
    out.push_back(std::move(planned));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Planned& a, const Planned& b) { return a.rank < b.rank; });
  return out;
}

Status apply(const Session& session, const ApplyOptions& options) {
  Manifest manifest;
  for (const std::string& file : options.files) {
    read_manifest_file(file, session.env.in, options.manifest, manifest);
  }
  DAYBOOK_TRY(report(session, manifest.problems));
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(const std::vector<Error> problems, check_on_server(client, manifest));
  DAYBOOK_TRY(report(session, problems));
  warn_of_missing_components(session, client, manifest);
  DAYBOOK_ASSIGN(const std::vector<Planned> changes, plan(client, manifest));
  DAYBOOK_TRY(report(session, check_changes(client, manifest, changes)));
  std::vector<Surplus> deletions;
  if (options.prune) {
    DAYBOOK_ASSIGN(deletions, surplus(client, manifest));
  }
  if (options.dry_run) {
    print_plan(session, changes, deletions);
    return {};
  }
  for (const Surplus& one : deletions) {
    session.env.err << "not in the manifest: " << uri_of(one) << '\n';
  }
  DAYBOOK_TRY(confirm(session, options, deletions.size()));
  for (const Planned& planned : changes) {
    DAYBOOK_TRY(send(session, client, manifest, planned));
  }
  for (const Surplus& one : deletions) {
    DAYBOOK_ASSIGN(const boost::json::value answer,
                   client.request("DELETE", target_of(one.kind, one.id)));
    session.env.out << "deleted " << uri_of(one) << " (" << cell(answer, "seq") << ")\n";
  }
  return {};
}

}  // namespace daybook::cli
