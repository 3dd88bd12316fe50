// component run FILE.
#include "tools/daybook/component_run.h"

#include <optional>
#include <ostream>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "base/check.h"
#include "base/clock.h"
#include "base/sha256.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "components/reactor_answers.h"
#include "components/reactor_runtime.h"
#include "events/cut_answers.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/spec_input.h"

namespace daybook::cli {

namespace {

struct FileRunOptions {
  std::string file;
  std::string root;
  std::vector<std::string> parameters;
  std::string now;
  std::string answers;
  std::string config;
  bool ask_server = false;
};

// name=value; a value that is JSON is that, any other is a text.
Result<boost::json::object> parameters_of(const std::vector<std::string>& given) {
  boost::json::object out;
  for (const std::string& one : given) {
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(Code::kInvalid, "BAD_PARAMETER", "'" + one + "' is not name=value", "--param");
    }
    const std::string text = one.substr(equals + 1);
    const auto value = parse_json(text, "--param");
    out[one.substr(0, equals)] = value ? *value : boost::json::value(text);
  }
  return out;
}

}  // namespace

Result<std::vector<std::string>> answers_of(const Environment& env, const std::string& file) {
  std::vector<std::string> out;
  if (file.empty()) {
    return out;
  }
  constexpr std::size_t kAnswersFileBytesMax = 16U << 20;
  DAYBOOK_ASSIGN(const std::string text, read_input(env, file, kAnswersFileBytesMax));
  DAYBOOK_ASSIGN(const boost::json::value value, parse_json(text, file));
  if (!value.is_array()) {
    return fail(Code::kInvalid, "BAD_ANSWERS", "is not an array with the rows of each query", file);
  }
  for (const auto& rows : value.get_array()) {
    out.push_back(answer_text(rows));
  }
  return out;
}

void add_sets_option(CLI::App& verb, std::string& config) {
  verb.add_option("--config", config,
                  "A server's settings: its sets are the only ones beside Daybook's own");
}

Result<std::unique_ptr<KnownSets>> sets_of(const Environment& env, const std::string& config) {
  return KnownSets::of_file(config.empty() ? env.variable("DAYBOOK_CONFIG").value_or("") : config);
}

namespace {

// Of a parameter the fault names that, not a file.
bool names_parameter(const reactor::Fault& fault) {
  return fault.code == "PARAMETER";
}

// As the job's record says it.
void warn_of_cut_rows(const Session& session, const reactor::RunResult& result) {
  const std::string cut = events::cut_answers(components::write_answers(result.exchanges));
  const auto paths = parse_json(cut.empty() ? "[]" : cut, "");
  std::string named;
  for (std::size_t i = 0; paths && i < paths->as_array().size(); ++i) {
    named += (i == 0 ? "" : ", ") + std::string(paths->as_array()[i].as_string());
  }
  if (!named.empty()) {
    session.env.err << "warning: there are more rows than the first 100 of "
                    << printable(named, kProblemBytesMax) << '\n';
  }
}

Status run_file(const Session& session, const FileRunOptions& options) {
  DAYBOOK_ASSIGN(const ComponentFile file, open_component(session.env, options.file, options.root));
  std::optional<Client> client;
  if (options.ask_server) {
    DAYBOOK_ASSIGN(client, session.client());
  }
  DAYBOOK_ASSIGN(const std::unique_ptr<KnownSets> sets,
                 client ? KnownSets::of_server(*client) : sets_of(session.env, options.config));
  const reactor::Compiled compiled = compile_file(file, *sets);
  DAYBOOK_TRY(report_faults(session.env.err, file, compiled));
  DryRun what;
  DAYBOOK_ASSIGN(what.parameters, parameters_of(options.parameters));
  what.now = SystemClock().wall();
  if (!options.now.empty()) {
    DAYBOOK_ASSIGN(what.now, parse_time(options.now, "--now"));
  }
  DAYBOOK_ASSIGN(std::vector<std::string> answers, answers_of(session.env, options.answers));
  ToolWorld world = client ? ToolWorld(*client, *sets) : ToolWorld(std::move(answers), *sets);
  const reactor::RunResult result = run_dry(file, *compiled.program, what, world);
  if (result.fault) {
    return fail(Code::kInvalid, result.fault->code, result.fault->message, place_of(*result.fault));
  }
  session.print_json(to_json(result));
  warn_of_cut_rows(session, result);
  return {};
}

// As a server does it. A case that does not say when it runs is held to the present time: an
// effect may lie only so far ahead.
void refuse_effects(reactor::RunResult& run, Micros now) {
  const Micros from = now.value == 0 ? SystemClock().wall() : now;
  if (auto effects = components::read_effects(run, from); !effects) {
    run.fault = std::move(effects.error());
    run.effects.clear();
  }
}

}  // namespace

std::string place_of(const reactor::Fault& fault) {
  return names_parameter(fault) ? fault.source
                                : fault.source + ":" + std::to_string(fault.at.line) + ":" +
                                      std::to_string(fault.at.column);
}

reactor::RunResult run_dry(const ComponentFile& file, const reactor::Program& program,
                           const DryRun& what, reactor::World& world) {
  const std::string parameters = to_text(what.parameters);
  reactor::RunInputs inputs;
  inputs.parameters = parameters;
  inputs.now = what.now;
  inputs.seed = sha256("dry run");
  reactor::RunResult out = reactor::run(program, inputs, world);
  refuse_effects(out, what.now);
  if (out.fault && !names_parameter(*out.fault)) {
    out.fault->source = file.path_of(out.fault->source);
  }
  return out;
}

namespace {

// What a run wrote: at most the depth of a result inside of an effect.
boost::json::value read_output(std::string_view json) {
  auto value = parse_json(json, "");
  DAYBOOK_CHECK(value.has_value(), "a run writes JSON");
  return std::move(*value);
}

}  // namespace

boost::json::object to_json(const reactor::RunResult& result) {
  boost::json::object out;
  if (result.fault) {
    out["failure"] = {{"code", result.fault->code},
                      {"message", result.fault->message},
                      {"source", result.fault->source},
                      {"line", result.fault->at.line},
                      {"column", result.fault->at.column}};
    return out;
  }
  out["result"] = read_output(result.result);
  boost::json::array effects;
  for (const reactor::EffectText& effect : result.effects) {
    effects.push_back(read_output(effect.json));
  }
  out["effects"] = std::move(effects);
  return out;
}

void add_component_run_command(CLI::App& noun, Session& session) {
  auto options = std::make_shared<FileRunOptions>();
  auto& verb = add_verb(
      noun, "run", "Run a component's file once and show its result and effects; nothing is sent",
      {"component run examples/page/hourly-sync.hreactor --now 2025-11-16T02:00:00Z",
       "component run report.hreactor --param day=2025-11-15 --answers rows.json",
       "component run report.hreactor --param day=2025-11-15 --ask-server"});
  verb.add_option("file", options->file, "A component's file")->required();
  verb.add_option("--root", options->root,
                  "Folder that stands for all components; absent: the file's own");
  verb.add_option("--param", options->parameters, "name=value; a value may be JSON");
  verb.add_option("--now", options->now, "The time of the run; absent: the present one");
  verb.add_option("--answers", options->answers,
                  "JSON file: the rows of each query, in the order in which they are asked");
  add_sets_option(verb, options->config);
  verb.add_flag("--ask-server", options->ask_server,
                "Queries are answered by the server, over its sets");
  verb.callback([&session, options] {
    session.action = [&session, options] { return run_file(session, *options); };
  });
}

}  // namespace daybook::cli
