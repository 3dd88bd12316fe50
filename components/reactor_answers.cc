#include "components/reactor_answers.h"

#include "base/json_text.h"
#include "base/json_value.h"

namespace daybook::components {
namespace {

constexpr std::string_view kQuestion = "{\"question\":";
constexpr std::string_view kAnswer = ",\"answer\":";

// The JSON value at the front, which is well formed: up to where it is closed.
std::string_view take_value(std::string_view& text) {
  std::size_t depth = 0;
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      i += c == '\\' ? 1U : 0U;
      quoted = c != '"';
      continue;
    }
    if ((c == ',' || c == '}' || c == ']') && depth == 0) {
      break;
    }
    quoted = c == '"';
    depth += c == '{' || c == '[' ? 1U : 0U;
    depth -= c == '}' || c == ']' ? 1U : 0U;
  }
  const std::string_view out = text.substr(0, std::min(i, text.size()));
  text.remove_prefix(out.size());
  return out;
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) {
    return false;
  }
  text.remove_prefix(expected.size());
  return true;
}

}  // namespace

std::string write_answers(const std::vector<reactor::Exchange>& exchanges) {
  std::string out;
  for (const reactor::Exchange& e : exchanges) {
    out += out.empty() ? '[' : ',';
    out += kQuestion;
    out += e.question;
    out += kAnswer;
    out += e.answer;
    out += '}';
  }
  return out.empty() ? out : out + "]";
}

std::optional<std::vector<reactor::Exchange>> read_answers(std::string_view text) {
  std::vector<reactor::Exchange> out;
  if (text.empty()) {
    return out;
  }
  do {
    if (!take(text, out.empty() ? "[" : ",") || !take(text, kQuestion)) {
      return std::nullopt;
    }
    const std::string_view question = take_value(text);
    if (!take(text, kAnswer)) {
      return std::nullopt;
    }
    const std::string_view answer = take_value(text);
    if (!take(text, "}")) {
      return std::nullopt;
    }
    out.push_back({std::string(question), std::string(answer)});
  } while (text != "]");
  return out;
}

namespace {

void append_without_fields(std::string& out, const JsonValue& query) {
  char before = '{';
  for (const auto& [name, value] : query.members()) {
    if (name == "fields") {
      continue;
    }
    out += before;
    before = ',';
    append_json_string(out, name);
    out += ':';
    if (name != "navigate") {
      out += value.text();
      continue;
    }
    char between = '[';
    for (const JsonValue& edge : value.elements()) {
      out += between;
      between = ',';
      append_without_fields(out, edge);
    }
    out += ']';
  }
  out += '}';
}

// Queries did not always say which fields they want: all were answered.
std::string without_fields(std::string_view question) {
  const auto members = JsonValue(question).members();
  if (members.size() != 1 || members.front().first != "query") {
    return std::string(question);
  }
  std::string out = "{\"query\":";
  append_without_fields(out, members.front().second);
  return out + '}';
}

}  // namespace

Result<std::string> KeptWorld::ask(std::string_view question) {
  if (next_ == kept_.size() ||
      (kept_[next_].question != question && kept_[next_].question != without_fields(question))) {
    return fail(Code::kConflict, kDiffers,
                "the run asks what it was not asked then: " + std::string(question));
  }
  return kept_[next_++].answer;
}

}  // namespace daybook::components
