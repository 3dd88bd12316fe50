#include "tools/daybook/component_file.h"

#include <fstream>
#include <ostream>
#include <sstream>

#include <boost/json.hpp>

#include "base/limits/resources.h"
#include "tools/daybook/exact_json.h"
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

// What POST /resources/graph takes, of what a program asks.
boost::json::object graph_question(const boost::json::object& asked) {
  boost::json::object out;
  for (const char* name : {"edge", "filter", "orderBy"}) {
    if (const auto* value = asked.if_contains(name)) {
      out[name] = *value;
    }
  }
  boost::json::object node;
  if (const auto* inner = asked.if_contains("navigate")) {
    boost::json::array edges;
    for (const auto& edge : inner->as_array()) {
      edges.push_back(graph_question(edge.as_object()));
    }
    node["navigate"] = std::move(edges);
  }
  out["node"] = std::move(node);
  return out;
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

reactor::Compiled compile_text(const ComponentFile& file, std::string code) {
  return reactor::compile(file.id, std::move(code), FileModules(file.root), reactor::OpenSets());
}

namespace {

// Sets that nobody knows here, noted as they are asked for.
class NotedSets final : public reactor::Sets {
 public:
  explicit NotedSets(std::set<std::string>* asked) : asked_(asked) {}

  const reactor::SetType* find(std::string_view name) const override {
    if (asked_ != nullptr) {
      asked_->emplace(name);
    }
    return nullptr;
  }
  std::vector<std::string> names() const override { return {}; }
  bool open() const override { return true; }

 private:
  std::set<std::string>* asked_;
};

}  // namespace

reactor::Compiled compile_file(const ComponentFile& file, std::set<std::string>* asked) {
  return reactor::compile(file.id, file.code, FileModules(file.root), NotedSets(asked));
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

Status report_faults(std::ostream& err, const ComponentFile& file,
                     const reactor::Compiled& compiled) {
  for (reactor::Diagnostic fault : compiled.diagnostics) {
    fault.source = file.path_of(fault.source);
    err << fault.text() << '\n';
  }
  if (compiled.ok()) {
    return {};
  }
  const std::size_t count = compiled.diagnostics.size();
  return fail(Code::kInvalid, "COMPONENT_REFUSED",
              std::to_string(count) + (count == 1 ? " fault" : " faults"));
}

Result<std::string> ToolWorld::ask(std::string_view question) {
  if (client_ != nullptr) {
    return ask_server(question);
  }
  if (next_ == answers_.size()) {
    return fail(Code::kInvalid, "NO_ANSWER", "nothing answers " + std::string(question) + " here");
  }
  return answers_[next_++];
}

Result<std::string> ToolWorld::ask_server(std::string_view question) {
  DAYBOOK_ASSIGN(const boost::json::value asked, parse_json(question, "question"));
  const auto* query = asked.as_object().if_contains("query");
  if (query == nullptr) {
    return error_answer(make_error(Code::kUnsupported, "NOT_CALLED", "calls are not made here"));
  }
  const auto answer = client_->request("POST", "/resources/graph",
                                       boost::json::array{graph_question(query->as_object())});
  if (!answer) {
    return error_answer(answer.error());
  }
  return answer_of(answer->as_array().at(0).as_object().at("nodes"));
}

}  // namespace daybook::cli
