// Running a component's file once, with everything given: what `component run`, `component test`
// and the REPL share.
#pragma once

#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "tools/daybook/cli.h"
#include "tools/daybook/component_file.h"

namespace daybook::cli {

struct DryRun {
  boost::json::object parameters;
  Micros now;
};

// Nothing is sent: effects are values. A fault names its file.
reactor::RunResult run_dry(const ComponentFile& file, const reactor::Program& program,
                           const DryRun& what, reactor::World& world);

// {"result": …, "effects": […], "failure": {code, message, line, column}}.
boost::json::object to_json(const reactor::RunResult& result);

// Prints every fault of a component's file, or its parameters.
Status check_component_file(const Session& session, const std::string& path,
                            const std::string& root);

}  // namespace daybook::cli
