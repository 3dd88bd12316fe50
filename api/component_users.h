// What a change of a component breaks: said in the answer to the change, since nothing refuses it.
#pragma once

#include <string>
#include <vector>

#include "api/call.h"
#include "base/json_writer.h"
#include "scheduler/component_users.h"

namespace daybook::api {

struct ComponentWarning {
  std::string code;
  std::string message;
  std::string_view of{};  // the member that names whom it is about; empty: the component itself
  std::string id{};
};
using ComponentWarnings = std::vector<ComponentWarning>;

// Those of them that the caller may read: a warning tells of nobody else. Of a definition a pending
// job may be named, so its jobs count too.
scheduler::ComponentUsers users_seen_by(const access::Rights& rights,
                                        scheduler::ComponentUsers users);

// Of those that name the component, as it is stored now: components that import it and do not
// compile; rules that it refuses, or an importer of it does; definitions whose next jobs it or an
// importer refuses; all of them when it is gone. Compiles, so on the thread for that; looks at
// kComponentUsersMax of each, for kComponentUsersTimeUs, and says when that was not all.
ComponentWarnings check_users(const Engine& engine, const std::string& component,
                              const scheduler::ComponentUsers& users);

// The member "warnings".
void write_warnings(JsonWriter& json, const ComponentWarnings& warnings);

}  // namespace daybook::api
