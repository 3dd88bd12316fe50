#include "tools/daybook/component_file.h"

#include <fstream>
#include <ostream>
#include <sstream>

#include <boost/json.hpp>

#include "base/limits/resources.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/manifest.h"

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
  return to_text(boost::json::object{{"error", error.text()}});
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

std::string ComponentFile::path_of(std::string_view component) const {
  return component == id ? path : (root / component).lexically_normal().generic_string();
}

Result<ComponentFile> open_component(const std::string& file, const std::string& root) {
  ComponentFile out;
  out.path = file;
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

reactor::Compiled compile_file(const ComponentFile& file) {
  return compile_text(file, file.code);
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
