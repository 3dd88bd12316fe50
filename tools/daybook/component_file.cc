#include "tools/daybook/component_file.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include <boost/json.hpp>

#include "base/json_value.h"
#include "base/limits/resources.h"
#include "base/utf8.h"
#include "tools/daybook/cli.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/graph_page.h"
#include "tools/daybook/manifest.h"
#include "tools/daybook/spec_input.h"

namespace daybook::cli {

namespace {

namespace fs = std::filesystem;

class FileModules final : public reactor::Modules {
 public:
  explicit FileModules(fs::path root) : root_(std::move(root)) {}

  std::optional<std::string> code(std::string_view component) const override {
    auto text = read_code_file(root_, std::string(component), false, kComponentCodeBytesMax);
    return text ? std::optional(std::move(*text)) : std::nullopt;
  }
  std::string advice(std::string_view from, std::string_view path) const override {
    std::error_code bad;
    return fs::is_regular_file(root_ / fs::path(from).parent_path() / path, bad)
               ? "; the file lies outside of '" + root_.generic_string() +
                     "': --root names the folder of all components"
               : std::string();
  }

 private:
  fs::path root_;
};

std::string answer_of(const boost::json::value& rows) {
  return "{\"rows\":" + to_text(rows) + "}";
}

std::string error_answer(const Error& error) {
  return to_text(boost::json::object{{"error", error.text()}, {"code", error.reason}});
}

// As POST /resources/graph takes it.
boost::json::object graph_question(const graph::Query& query) {
  boost::json::object out{{"edge", query.set}};
  if (!query.filter.empty()) {
    out["filter"] = query.filter;
  }
  if (!query.order_by.empty()) {
    out["orderBy"] = query.order_by;
  }
  boost::json::array edges;
  for (const graph::Query& edge : query.navigate) {
    edges.push_back(graph_question(edge));
  }
  out["node"] =
      boost::json::object{{"fields", boost::json::array(query.fields.begin(), query.fields.end())},
                          {"navigate", std::move(edges)}};
  return out;
}

// The member "more" of an answer, with the comma behind it: the set and navigations of which not
// all rows are there.
std::string more_of(const boost::json::object& answer, const std::string& set) {
  boost::json::array paths;
  const auto* more = answer.if_contains("more");
  if (more != nullptr && more->is_bool() && more->get_bool()) {
    paths.emplace_back(set);
  }
  const auto* cut = answer.if_contains("cut");
  for (std::size_t i = 0; cut != nullptr && cut->is_array() && i < cut->get_array().size(); ++i) {
    if (const auto* path = cut->get_array()[i].if_string()) {
      paths.emplace_back(set + "." + std::string(*path));
    }
  }
  return paths.empty() ? std::string() : "\"more\":" + to_text(paths) + ",";
}

bool has_member(std::string_view json, std::string_view name) {
  const auto members = JsonValue(json).members();
  return std::any_of(members.begin(), members.end(),
                     [&](const auto& member) { return member.first == name; });
}

}  // namespace

std::string answer_text(const boost::json::value& given) {
  if (given.is_array()) {
    return answer_of(given);
  }
  if (given.is_object() && given.get_object().contains("error") &&
      !given.get_object().contains("code")) {
    boost::json::object whole = given.get_object();
    whole["code"] = "GIVEN";
    return to_text(whole);
  }
  return to_text(given);
}

std::string ComponentFile::path_of(std::string_view component) const {
  return component == id ? path : (root / component).lexically_normal().generic_string();
}

Result<ComponentFile> open_component(const Environment& env, const std::string& file,
                                     const std::string& root) {
  ComponentFile out;
  out.path = file;
  if (file == "-") {
    DAYBOOK_ASSIGN(out.code, read_input(env, file, kComponentCodeBytesMax));
    out.root = root.empty() ? "." : root;
    out.id = "stdin.hrc";
    return out;
  }
  const fs::path path(file);
  DAYBOOK_ASSIGN(out.code, read_code_file(".", file, true, kComponentCodeBytesMax));
  out.root = !root.empty() ? fs::path(root) : path.has_parent_path() ? path.parent_path() : ".";
  std::error_code bad;
  const fs::path relative = fs::relative(path, out.root, bad);
  if (bad || relative.empty() || *relative.begin() == "..") {
    return fail(Code::kInvalid, "BAD_ROOT", file + " does not lie below " + out.root.string(),
                "--root");
  }
  out.id = relative.generic_string();
  return out;
}

reactor::Compiled compile_file(const ComponentFile& file, const reactor::Sets& sets) {
  return compile_text(file, file.code, sets);
}

reactor::Compiled compile_text(const ComponentFile& file, std::string code,
                               const reactor::Sets& sets) {
  return reactor::compile(file.id, std::move(code), FileModules(file.root), sets);
}

Result<boost::json::object> check_body(const ComponentFile& file,
                                       const std::vector<std::string>& imports) {
  boost::json::object with;
  for (const std::string& id : imports) {
    DAYBOOK_ASSIGN(std::string code, read_code_file(file.root, id, false, kComponentCodeBytesMax));
    with[id] = boost::json::object{{"code", std::move(code)}};
  }
  return boost::json::object{{"runtime", "reactor"}, {"code", file.code}, {"with", with}};
}

std::string shown_fault(reactor::Diagnostic fault) {
  const std::string line = std::exchange(fault.line, {});
  std::string out = printable(fault.text(), kProblemBytesMax);
  if (line.empty()) {
    return out;
  }
  std::size_t place = 0;
  for (std::uint32_t column = 1; column < fault.at.column && place < line.size(); ++column) {
    const Utf8Character c = first_character(std::string_view(line).substr(place));
    place += std::max<std::size_t>(c.bytes, 1);
  }
  // What is escaped becomes longer, so the caret goes by what is shown before it.
  const std::string before = printable(line.substr(0, place), kProblemBytesMax);
  out += "\n  " + before + printable(line.substr(place), kProblemBytesMax);
  return out + "\n  " + std::string(display_width(before), ' ') + "^";
}

Status report_faults(std::ostream& err, const ComponentFile& file,
                     const reactor::Compiled& compiled) {
  for (reactor::Diagnostic fault : compiled.diagnostics) {
    fault.source = file.path_of(fault.source);
    err << shown_fault(std::move(fault)) << '\n';
  }
  if (compiled.ok()) {
    return {};
  }
  const std::size_t count = compiled.diagnostics.size();
  return fail(Code::kInvalid, "COMPONENT_REFUSED",
              std::to_string(count) + (count == 1 ? " fault" : " faults"));
}

Result<std::string> ToolWorld::ask(std::string_view question) {
  const auto asked = JsonValue(question).members();
  const JsonValue* query = asked.front().first == "query" ? &asked.front().second : nullptr;
  if (client_ != nullptr) {
    return query != nullptr ? ask_server(*query)
                            : error_answer(make_error(Code::kUnsupported, "NOT_CALLED",
                                                      "calls are not made here"));
  }
  if (next_ == answers_.size()) {
    return fail(Code::kInvalid, "NO_ANSWER", "nothing answers " + std::string(question) + " here");
  }
  std::string answer = answers_[next_++];
  const bool bare = has_member(answer, "rows") && !has_member(answer, "type");
  return query != nullptr && bare ? typed(sets_.query_of(*query), answer) : std::move(answer);
}

// A question that a server would refuse is not answered here either.
std::string ToolWorld::typed(const graph::Query& query, const std::string& answer) const {
  const auto type = sets_.type_of(query);
  if (type) {
    return "{\"type\":" + *type + "," + answer.substr(1);
  }
  const bool unknown = sets_.open() && type.error().reason == "GRAPH_UNKNOWN_SET";
  return unknown ? answer : error_answer(type.error());
}

std::string ToolWorld::ask_server(const JsonValue& asked) {
  const graph::Query query = sets_.query_of(asked);
  const auto answer = fetch_page(*client_, boost::json::array{graph_question(query)});
  if (!answer) {
    return error_answer(answer.error());
  }
  return typed(
      query, "{" + more_of(*answer, query.set) + "\"rows\":" + to_text(answer->at("nodes")) + "}");
}

}  // namespace daybook::cli
