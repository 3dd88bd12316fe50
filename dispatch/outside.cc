#include "dispatch/outside.h"

#include <utility>

#include "base/check.h"
#include "base/json_check.h"
#include "base/json_text.h"
#include "graph/set_access.h"

namespace daybook::dispatch {
namespace {

std::string error_answer(std::string_view message, std::string_view code) {
  std::string out = "{\"error\":";
  append_json_string(out, message);
  out += ",\"code\":";
  append_json_string(out, code);
  return out + "}";
}

std::string error_answer(const Error& error) {
  return error_answer(error.text(), error.reason);
}

// Of what not all rows are there.
void append_more(std::string& out, std::string_view set, const graph::Answer& answer) {
  std::string paths;
  const auto add = [&](const std::string& path) {
    paths += paths.empty() ? "" : ",";
    append_json_string(paths, path);
  };
  if (answer.more) {
    add(std::string(set));
  }
  for (const std::string& path : answer.cut) {
    add(std::string(set) + "." + path);
  }
  out += paths.empty() ? paths : ",\"more\":[" + paths + "]";
}

}  // namespace

GraphOutside::GraphOutside(const graph::Graph& graph, const components::Caller& caller,
                           Freshness fresh, const access::TokenBook* tokens)
    : graph_(graph), caller_(caller), fresh_(std::move(fresh)), tokens_(tokens), sets_(graph) {}

GraphOutside::~GraphOutside() = default;

const reactor::Sets& GraphOutside::sets() const {
  return sets_;
}

// What goes wrong with a question is an answer too: a program may match it.
Result<std::string> GraphOutside::ask(std::string_view question,
                                      const components::AskTerms& terms) {
  // Navigations inside each other may be deeper than is read.
  if (auto sound = check_json(question, kJsonDocumentDepthMax); !sound) {
    return error_answer("the question cannot be read: " + sound.error().message,
                        sound.error().reason);
  }
  const auto members = JsonValue(question).members();
  DAYBOOK_CHECK(members.size() == 1, "a question asks one thing");
  const auto& [kind, asked] = members.front();
  if (kind == "http") {
    return caller_.http(asked, terms);
  }
  return kind == "actor" ? caller_.actor(asked, terms) : query(asked, terms);
}

// A run sees no more than who scheduled it; it may not even ask when that one is gone.
Status GraphOutside::check_owner(const graph::Query& query, std::string_view owner) const {
  if (owner.empty() || tokens_ == nullptr) {
    return {};
  }
  const auto table = tokens_->table();
  const access::TableEntry* entry = table->find(owner);
  return graph::check_access(graph_, query, entry == nullptr ? access::Rights() : *entry->rights);
}

Result<std::string> GraphOutside::query(const JsonValue& asked,
                                        const components::AskTerms& terms) const {
  const graph::Query query = read_query(asked, graph_);
  const auto type = graph_.type_of(query);
  if (!type) {
    return error_answer(type.error());
  }
  if (const Status may = check_owner(query, terms.owner); !may) {
    return error_answer(may.error());
  }
  // A run, or a rule, sees at least what led to it.
  if (const Status fresh = fresh_(terms); !fresh) {
    return error_answer(fresh.error());
  }
  const auto answer = graph_.answer(query, terms.now, terms.deadline);
  if (!answer) {
    return error_answer(answer.error());
  }
  std::string out = "{\"type\":" + type_text(*type);
  out += ",\"rows\":";
  out += answer->json;
  append_more(out, query.set, *answer);
  return out + "}";
}

}  // namespace daybook::dispatch
