// Running a component's file once, with everything given: what `component run`, `component test`
// and the REPL share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "tools/daybook/cli.h"
#include "tools/daybook/component_file.h"

namespace daybook::cli {

struct DryRun {
  boost::json::object parameters;
  Micros now;
};

// Of a file with a JSON array: the answer to each query, in the order in which they are asked; none
// of no file.
Result<std::vector<std::string>> answers_of(const Environment& env, const std::string& file);

// Where a verb gets its sets from: --config, or DAYBOOK_CONFIG, as `serve` does.
void add_sets_option(CLI::App& verb, std::string& config);
Result<std::unique_ptr<KnownSets>> sets_of(const Environment& env, const std::string& config);

// Nothing is sent: effects are values, held to what a server holds them to. A fault names its file.
reactor::RunResult run_dry(const ComponentFile& file, const reactor::Program& program,
                           const DryRun& what, reactor::World& world);

// "file:line:column", or the parameter that is at fault.
std::string place_of(const reactor::Fault& fault);

// {"result": …, "effects": […], "failure": {code, message, line, column}}.
boost::json::object to_json(const reactor::RunResult& result);

}  // namespace daybook::cli
