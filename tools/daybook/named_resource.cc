#include "tools/daybook/named_resource.h"

#include <CLI/CLI.hpp>

#include "tools/daybook/positive.h"

namespace daybook::cli {

namespace {

using ById = Status (*)(const Session&, const NamedResource&, const std::string&);

void add_by_id(CLI::App& noun, Session& session, const NamedResource& resource,
               const std::string& name, const std::string& what, ById act) {
  auto id = std::make_shared<std::string>();
  auto& verb = add_verb(noun, name, what, {resource.noun + " " + name + " " + resource.example});
  verb.add_option("id", *id, "The " + resource.thing + "'s id")->required();
  verb.callback([&session, &resource, id, act] {
    session.action = [&session, &resource, id, act] { return act(session, resource, *id); };
  });
}

Status get_resource(const Session& session, const NamedResource& resource, const std::string& id) {
  return print_resource(session, resource.target_of(id));
}

Status remove_resource(const Session& session, const NamedResource& resource,
                       const std::string& id) {
  return delete_resource(session, resource.target_of(id), resource.noun + " " + id,
                         resource.deleted.empty() ? "" : " " + resource.deleted);
}

}  // namespace

void add_list_verb(CLI::App& noun, Session& session, const NamedResource& resource) {
  auto request = std::make_shared<ListRequest>();
  request->path = resource.path;
  request->collection = resource.collection;
  request->fields = true;
  auto& verb = add_verb(noun, "list", "List " + resource.thing + "s",
                        {resource.noun + " list", resource.noun + " list --limit 500 -o json"});
  verb.add_option("--limit", request->limit, "Rows at most")->check(positive());
  verb.add_option("--after", request->after, "Cursor of an earlier page");
  verb.callback([&session, &resource, request] {
    session.action = [&session, &resource, request] {
      return print_list(session, *request, resource.columns);
    };
  });
}

void add_get_verb(CLI::App& noun, Session& session, const NamedResource& resource) {
  add_by_id(noun, session, resource, "get", "Show a " + resource.thing, get_resource);
}

void add_delete_verb(CLI::App& noun, Session& session, const NamedResource& resource) {
  const std::string what = "Delete a " + resource.thing + ".";
  add_by_id(noun, session, resource, "delete",
            resource.deleted.empty() ? what : what + " " + resource.deleted, remove_resource);
}

}  // namespace daybook::cli
