#include "tests/reactor/case.h"

#include <charconv>

#include "base/json_text.h"
#include "components/reactor/contract.h"

namespace daybook::reactor {
namespace {

using Kind = FieldType::Kind;

FieldType of(Kind kind, bool optional = false) {
  return {kind, optional};
}

class CaseSets final : public Sets {
 public:
  CaseSets() {
    const FieldType customer{Kind::kRecord, false, {{"email", of(Kind::kText)}}};
    FieldType tags = of(Kind::kList);
    tags.element = std::make_shared<const FieldType>(of(Kind::kText));
    sets_["orders"] = {{{"id", of(Kind::kUuid)},
                        {"orderNumber", of(Kind::kText)},
                        {"status", of(Kind::kText)},
                        {"createdAt", of(Kind::kInstant)},
                        {"total", of(Kind::kNumber)},
                        {"note", of(Kind::kText, true)},
                        {"customer", customer},
                        {"tags", tags},
                        {"data", of(Kind::kValue)}},
                       {{"lines", {"lines", true}}, {"channel", {"channels", false}}}};
    sets_["lines"] = {{{"sku", of(Kind::kText)}, {"quantity", of(Kind::kNumber)}}, {}};
    sets_["channels"] = {{{"key", of(Kind::kText)}, {"open", of(Kind::kBool)}}, {}};
  }
  const SetType* find(std::string_view name) const override {
    const auto at = sets_.find(name);
    return at == sets_.end() ? nullptr : &at->second;
  }
  std::vector<std::string> names() const override {
    std::vector<std::string> out;
    for (const auto& [name, set] : sets_) {
      out.push_back(name);
    }
    return out;
  }
  // The graph's filters are not known here: two words stand for what is wrong.
  Status check(std::string_view set, std::string_view filter,
               std::string_view order_by) const override {
    if (filter.find("statsu") != std::string_view::npos) {
      return fail(Code::kInvalid, "GRAPH_UNKNOWN_FIELD", std::string(set) + " has no statsu\n^");
    }
    if (order_by == "sideways") {
      return fail(Code::kInvalid, "GRAPH_ORDER", std::string(set) + " has no such order");
    }
    return {};
  }

 private:
  std::map<std::string, SetType, std::less<>> sets_;
};

class CaseModules final : public Modules {
 public:
  explicit CaseModules(const Case& c) : case_(c) {}
  std::optional<std::string> code(std::string_view component) const override {
    const auto at = case_.modules.find(component);
    return at == case_.modules.end() ? std::nullopt : std::optional(at->second);
  }

 private:
  const Case& case_;
};

// Gives the answers in order; without answers, the rows of the set that a query asks.
class CaseWorld final : public World {
 public:
  explicit CaseWorld(const Case& c) : case_(c) {}

  Result<std::string> ask(std::string_view question) override {
    asked.emplace_back(question);
    if (asked.size() <= case_.answers.size()) {
      const std::string& answer = case_.answers[asked.size() - 1];
      if (answer.starts_with("refused ")) {
        return fail(Code::kUnavailable, "OUTSIDE_FAILED", answer.substr(8));
      }
      return answer;
    }
    for (const auto& [set, rows] : case_.rows) {
      if (question.starts_with("{\"query\":{\"edge\":\"" + set + "\"")) {
        return "{\"type\":{\"id\":\"uuid\",\"createdAt\":\"instant\"},\"rows\":" + rows + "}";
      }
    }
    return fail(Code::kInternal, "NO_ANSWER", "the case has no answer");
  }
  std::optional<Error> interrupted() override {
    if (case_.interrupted_after && ++looks_ * 4096 > *case_.interrupted_after) {
      return make_error(Code::kUnavailable, "INTERRUPTED", "the case says so");
    }
    return std::nullopt;
  }

  std::vector<std::string> asked;

 private:
  const Case& case_;
  std::size_t looks_ = 0;
};

std::string position(std::string_view source, const Position& at) {
  return std::string(source) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::string shown(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) {
    out += "\n    " + line;
  }
  return lines.empty() ? "\n    (none)" : out;
}

// "CODE 3:14 words of the message": the words may be a part of it, and the source may be left out.
bool is_as_expected(std::string_view expected, std::string_view code, std::string_view source,
                    const Position& at, std::string_view message, std::string_view id) {
  const auto word = [&] {
    const std::size_t end = std::min(expected.find(' '), expected.size());
    const std::string_view out = expected.substr(0, end);
    expected.remove_prefix(std::min(end + 1, expected.size()));
    return out;
  };
  if (word() != code) {
    return false;
  }
  if (expected.empty()) {
    return true;
  }
  const std::string_view place = word();
  const bool there =
      place == position(source, at) || (source == id && place == position({}, at).substr(1));
  return there && message.find(expected) != std::string_view::npos;
}

std::string compare_lines(std::string_view what, const std::vector<std::string>& expected,
                          const std::vector<std::string>& got) {
  return expected == got
             ? std::string()
             : std::string(what) + ": expected" + shown(expected) + "\n  got" + shown(got) + "\n";
}

std::string compare_diagnostics(const Case& c, const std::vector<Diagnostic>& got) {
  std::vector<std::string> lines;
  bool same = got.size() == c.diagnostics.size();
  for (std::size_t i = 0; i < got.size(); ++i) {
    const Diagnostic& d = got[i];
    lines.push_back(d.code + " " + position(d.source, d.at) + " " + d.message);
    same = same && is_as_expected(c.diagnostics[i], d.code, d.source, d.at, d.message, c.id);
  }
  return same ? std::string()
              : "diagnostics: expected" + shown(c.diagnostics) + "\n  got" + shown(lines) + "\n";
}

std::string compare_fault(const Case& c, const std::optional<Fault>& got) {
  const bool same =
      got.has_value() == c.fault.has_value() &&
      (!got || is_as_expected(*c.fault, got->code, got->source, got->at, got->message, c.id));
  if (same) {
    return {};
  }
  const std::string text =
      got ? got->code + " " + position(got->source, got->at) + " " + got->message : "(none)";
  return "fault: expected " + c.fault.value_or("(none)") + "\n  got " + text + "\n";
}

}  // namespace

const Sets& case_sets() {
  static const CaseSets sets;
  return sets;
}

namespace {

// Its contract, read apart from it, says of the parameters what the program says.
std::string compare_contract(const Case& c, const Program& program) {
  const std::string text = contract_text(program);
  const auto contract = Contract::read(text);
  if (!contract || text == kUnknownContract) {
    return "contract: " + text + "\n";
  }
  const Status own = check_parameters(program, c.parameters);
  const Status apart = (*contract)->check(c.parameters);
  const auto shown_of = [](const Status& s) { return s ? "taken" : s.error().text(); };
  return own.has_value() == apart.has_value() && shown_of(own) == shown_of(apart)
             ? std::string()
             : "contract: " + text + " says " + shown_of(apart) + ", not " + shown_of(own) + "\n";
}

}  // namespace

std::string problems_of(const Case& c) {
  if (c.code.empty()) {
    return c.name;
  }
  const Compiled compiled = compile(c.id, c.code, CaseModules(c), case_sets());
  std::string out = compare_diagnostics(c, compiled.diagnostics);
  if (c.imports) {
    out += compare_lines("imports", *c.imports, compiled.imports);
  }
  if (!out.empty() || !compiled.ok()) {
    return out;
  }
  out += compare_contract(c, *compiled.program);
  RunInputs inputs;
  inputs.parameters = c.parameters;
  inputs.now = kCaseNow;
  inputs.limits = c.limits;
  CaseWorld world(c);
  const RunResult ran = run(*compiled.program, inputs, world);
  out += compare_fault(c, ran.fault);
  if (ran.fault) {
    return out;
  }
  if (c.result) {
    out += compare_lines("result", {*c.result}, {ran.result});
  }
  std::vector<std::string> effects;
  for (const EffectText& effect : ran.effects) {
    effects.push_back(effect.json);
  }
  out += c.effects ? compare_lines("effects", *c.effects, effects) : "";
  out += c.asked ? compare_lines("asked", *c.asked, world.asked) : "";
  // The answers alone are enough to run it again.
  Case again = c;
  again.answers.clear();
  for (const Exchange& exchange : ran.exchanges) {
    again.answers.push_back(exchange.answer);
  }
  CaseWorld kept(again);
  const RunResult second = run(*compiled.program, inputs, kept);
  if (second.result != ran.result || second.steps != ran.steps) {
    out += "a second run gives " + second.result + "\n";
  }
  return out;
}

}  // namespace daybook::reactor
