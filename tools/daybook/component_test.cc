// component test FILE.yaml: cases of components, each with what it must give. The form
// of the file is in docs/components.md, "Cases".
#include <algorithm>
#include <array>
#include <filesystem>
#include <ostream>
#include <span>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <yaml-cpp/yaml.h>

#include "base/time_text.h"
#include "base/utf8.h"
#include "components/reactor/decimal.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/component_run.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/spec_input.h"
#include "tools/daybook/table.h"

namespace daybook::cli {

namespace {

constexpr std::size_t kCasesFileBytesMax = 4U << 20;
constexpr int kDepthMax = 32;
constexpr std::array<std::string_view, 3> kFileMembers = {"component", "config", "cases"};
constexpr std::array<std::string_view, 7> kCaseMembers = {
    "name", "parameters", "now", "answers", "result", "effects", "failure"};

// Numbers, true, false and null are what they look like unless they are quoted.
boost::json::value to_value(const YAML::Node& node, int depth = 0) {
  if (depth > kDepthMax) {
    throw YAML::Exception(node.Mark(), "nested too deep");
  }
  if (!node.IsDefined() || node.IsNull()) {
    return nullptr;
  }
  if (node.IsMap()) {
    boost::json::object out;
    for (const auto& entry : node) {
      out[entry.first.Scalar()] = to_value(entry.second, depth + 1);
    }
    return out;
  }
  if (node.IsSequence()) {
    boost::json::array out;
    for (const auto& item : node) {
      out.push_back(to_value(item, depth + 1));
    }
    return out;
  }
  if (node.Tag() != "!") {
    const auto value = parse_json(node.Scalar(), "");
    if (value && is_scalar(*value)) {
      return *value;
    }
  }
  return boost::json::string(node.Scalar());
}

bool is_number(const boost::json::value& value) {
  return is_scalar(value) && !value.is_null() && !value.is_bool() && !value.is_string();
}

// Whether `got` has everything that `wanted` names; lists are as long as each other.
bool covers(const boost::json::value& got, const boost::json::value& wanted) {
  if (wanted.is_object() && got.is_object() && !is_scalar(wanted)) {
    for (const auto& [name, value] : wanted.get_object()) {
      const auto* there = got.get_object().if_contains(name);
      if (there == nullptr || !covers(*there, value)) {
        return false;
      }
    }
    return true;
  }
  if (wanted.is_array() && got.is_array()) {
    const auto& w = wanted.get_array();
    const auto& g = got.get_array();
    return w.size() == g.size() && std::equal(g.begin(), g.end(), w.begin(), covers);
  }
  if (is_number(wanted) && is_number(got)) {
    const auto w = reactor::Decimal::parse(to_text(wanted));
    const auto g = reactor::Decimal::parse(to_text(got));
    return w && g && *w == *g;
  }
  return got == wanted;
}

std::string listed(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) {
    out += (out.empty() ? "" : ", ") + std::string(name);
  }
  return out;
}

void check_names(const YAML::Node& map, std::span<const std::string_view> names) {
  for (const auto& entry : map) {
    if (std::find(names.begin(), names.end(), entry.first.Scalar()) == names.end()) {
      throw YAML::Exception(entry.first.Mark(), "there is no member '" + entry.first.Scalar() +
                                                    "' here; there are " + listed(names));
    }
  }
}

// What a line of a terminal or two show of it.
std::string shortened(std::string text) {
  constexpr std::size_t kShownBytesMax = 400;
  if (text.size() <= kShownBytesMax) {
    return text;
  }
  std::size_t end = kShownBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  const std::string left = std::to_string(text.size() - end);
  text.resize(end);
  return text + "… (" + left + " bytes more)";
}

std::string counted(std::size_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

std::string name_of(const YAML::Node& one) {
  return one["name"] ? one["name"].Scalar() : "line " + std::to_string(one.Mark().line + 1);
}

// Before the first case is run: a file is right as a whole.
Status check_form(const YAML::Node& root, const std::string& path) {
  if (!root.IsMap() || !root["component"] || !root["cases"].IsSequence()) {
    return fail(Code::kInvalid, "BAD_CASES", "needs 'component' and a list of 'cases'", path);
  }
  check_names(root, kFileMembers);
  for (const auto& one : root["cases"]) {
    if (!one.IsMap()) {
      throw YAML::Exception(one.Mark(), "a case is a map with some of " + listed(kCaseMembers));
    }
    check_names(one, kCaseMembers);
    if (one["now"]) {
      DAYBOOK_TRY(parse_time(one["now"].Scalar(), path + ": " + name_of(one) + ": now"));
    }
  }
  return {};
}

// What is wrong with one case; empty when it gave what it must.
Result<std::string> try_case(const ComponentFile& file, const reactor::Program& program,
                             const KnownSets& sets, const YAML::Node& one) {
  DryRun what;
  if (const auto parameters = to_value(one["parameters"]); parameters.is_object()) {
    what.parameters = parameters.get_object();
  }
  if (one["now"]) {
    DAYBOOK_ASSIGN(what.now, parse_time(one["now"].Scalar(), "now"));
  }
  std::vector<std::string> answers;
  for (const auto& rows : one["answers"]) {
    answers.push_back(answer_text(to_value(rows)));
  }
  ToolWorld world(std::move(answers), sets);
  const boost::json::object got = to_json(run_dry(file, program, what, world));
  const std::string shown = to_text(got);
  const std::string failure = one["failure"] ? one["failure"].Scalar() : "";
  const auto* fault = got.if_contains("failure");
  if ((fault != nullptr) != !failure.empty() ||
      (fault != nullptr && fault->at("code").as_string() != std::string_view(failure))) {
    return "gave " + shortened(shown);
  }
  if (fault != nullptr) {
    return std::string();  // there is nothing else to compare
  }
  for (const char* member : {"result", "effects"}) {
    const auto wanted = to_value(one[member]);
    if (one[member] && (got.if_contains(member) == nullptr || !covers(got.at(member), wanted))) {
      return std::string(member) + ": wanted " + shortened(to_text(wanted)) + ", gave " +
             shortened(shown);
    }
  }
  return std::string();
}

struct TestOptions {
  std::string file;
  std::string root;
  std::string config;
};

// The file's own word goes first: its cases are written for it.
Result<std::unique_ptr<KnownSets>> sets_for(const Session& session, const TestOptions& options,
                                            const YAML::Node& root) {
  const auto folder = std::filesystem::path(options.file).parent_path();
  return root["config"] ? KnownSets::of_file((folder / root["config"].Scalar()).string())
                        : sets_of(session.env, options.config);
}

Status test_file(const Session& session, const TestOptions& options) {
  const std::string& path = options.file;
  DAYBOOK_ASSIGN(const std::string text, read_input(session.env, path, kCasesFileBytesMax));
  std::size_t failed = 0;
  std::size_t count = 0;
  try {
    const YAML::Node root = YAML::Load(text);
    DAYBOOK_TRY(check_form(root, path));
    const auto beside = std::filesystem::path(path).parent_path() / root["component"].Scalar();
    DAYBOOK_ASSIGN(const ComponentFile file,
                   open_component(session.env, beside.string(), options.root));
    DAYBOOK_ASSIGN(const std::unique_ptr<KnownSets> sets, sets_for(session, options, root));
    const reactor::Compiled compiled = compile_file(file, *sets);
    DAYBOOK_TRY(report_faults(session.env.err, file, compiled));
    for (const auto& one : root["cases"]) {
      DAYBOOK_ASSIGN(const std::string wrong, try_case(file, *compiled.program, *sets, one));
      session.env.out << (wrong.empty() ? "ok      " : "FAILED  ") << one_line(name_of(one))
                      << '\n';
      if (!wrong.empty()) {
        session.env.out << "        " << printable(wrong, kProblemBytesMax) << '\n';
      }
      failed += wrong.empty() ? 0U : 1U;
      ++count;
    }
  } catch (const YAML::Exception& bad) {
    return fail(Code::kInvalid, "BAD_CASES", bad.msg,
                path + ":" + std::to_string(bad.mark.line + 1));
  }
  session.env.out << counted(count, "case") << ", " << failed << " failed\n";
  return failed == 0 ? Status()
                     : fail(Code::kInvalid, "CASES_FAILED",
                            std::to_string(failed) + " of " + std::to_string(count));
}

}  // namespace

void add_component_test_command(CLI::App& noun, Session& session) {
  auto options = std::make_shared<TestOptions>();
  auto& verb = add_verb(noun, "test", "Run the cases of a component, without a server",
                        {"component test examples/page/hourly-sync.cases.yaml"});
  verb.add_option("file", options->file,
                  "YAML file with " + listed(kFileMembers) + "; a case has " +
                      listed(kCaseMembers) + ", and docs/components.md says what they mean")
      ->required();
  verb.add_option("--root", options->root,
                  "Folder that stands for all components; absent: that of the component");
  add_sets_option(verb, options->config);
  verb.callback([&session, options] {
    session.action = [&session, options] { return test_file(session, *options); };
  });
}

}  // namespace daybook::cli
