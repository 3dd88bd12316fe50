// `list`, `get` and `delete` of resources whose ids people choose: components, job definitions,
// rules.
#pragma once

#include <string>
#include <vector>

#include "tools/daybook/cli.h"
#include "tools/daybook/resource_list.h"

namespace daybook::cli {

struct NamedResource {
  std::string noun;        // "definition"
  std::string thing;       // "job definition"
  std::string path;        // "/resources/job-definitions"
  std::string collection;  // "jobDefinitions"
  std::string example;     // an id
  std::string deleted;  // what follows when one is deleted: "Its pending jobs fail."; may be empty
  std::vector<ListColumn> columns;

  std::string target_of(const std::string& id) const {
    return path + "/" + escape_segment(id, true);
  }
};

// `resource` outlives the tree.
void add_list_verb(CLI::App& noun, Session& session, const NamedResource& resource);
void add_get_verb(CLI::App& noun, Session& session, const NamedResource& resource);
void add_delete_verb(CLI::App& noun, Session& session, const NamedResource& resource);

}  // namespace daybook::cli
