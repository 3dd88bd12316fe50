// The difference of two states: a merge of their sorted entries.
#include <map>

#include "replay/as_of.h"
#include "replay/json_writer.h"
#include "replay/state_json.h"

namespace daybook::replay {
namespace {

using Entries = std::map<std::string, std::string>;  // id → JSON

void compare(std::string_view what, const Entries& a, const Entries& b, std::vector<Change>& out) {
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() || right != b.end()) {
    const int order = left == a.end()    ? 1
                      : right == b.end() ? -1
                                         : left->first.compare(right->first);
    if (order < 0) {
      out.push_back({ChangeKind::kRemoved, what, left->first, left->second, {}});
      ++left;
    } else if (order > 0) {
      out.push_back({ChangeKind::kAdded, what, right->first, {}, right->second});
      ++right;
    } else {
      if (left->second != right->second) {
        out.push_back({ChangeKind::kChanged, what, left->first, left->second, right->second});
      }
      ++left;
      ++right;
    }
  }
}

Entries components_of(const scheduler::State& state) {
  Entries out;
  state.each_component([&](const auto& entry) { out.emplace(entry.id, component_json(entry)); });
  return out;
}

Entries definitions_of(const scheduler::State& state) {
  Entries out;
  state.each_definition([&](const auto& entry) { out.emplace(entry.id, definition_json(entry)); });
  return out;
}

Entries sendings_of(const scheduler::State& state) {
  Entries out;
  state.each_sending([&](const auto& entry) { out.emplace(entry.id.text(), sending_json(entry)); });
  return out;
}

Entries rules_of(const scheduler::State& state) {
  Entries out;
  state.each_rule([&](const auto& entry) { out.emplace(entry.id, rule_json(entry)); });
  return out;
}

Entries tokens_of(const scheduler::State& state) {
  Entries out;
  state.each_token([&](const auto& entry) { out.emplace(entry.id, token_json(entry)); });
  return out;
}

// Both states give their jobs by creation; only those that differ become text as a whole.
Status compare_jobs(const scheduler::State& a, const scheduler::State& b, log::EventReader& reader,
                    std::vector<Change>& out) {
  const auto jobs_of = [](const scheduler::State& state) {
    std::vector<scheduler::JobView> views;
    views.reserve(state.pending_count() + state.running_count());
    state.each_job([&](const scheduler::JobView& view) { views.push_back(view); });
    return views;
  };
  const auto add = [&](ChangeKind kind, const scheduler::JobView* before,
                       const scheduler::JobView* after) -> Status {
    Change change{kind, "job", (before != nullptr ? before : after)->job.text(), {}, {}};
    if (before != nullptr) {
      DAYBOOK_ASSIGN(change.before, whole_job_json(*before, reader));
    }
    if (after != nullptr) {
      DAYBOOK_ASSIGN(change.after, whole_job_json(*after, reader));
    }
    out.push_back(std::move(change));
    return {};
  };
  const auto left = jobs_of(a);
  const auto right = jobs_of(b);
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < left.size() || j < right.size()) {
    const bool only_left =
        j == right.size() || (i < left.size() && left[i].job.key() < right[j].job.key());
    const bool only_right =
        !only_left && (i == left.size() || right[j].job.key() < left[i].job.key());
    if (only_left) {
      DAYBOOK_TRY(add(ChangeKind::kRemoved, &left[i], nullptr));
    } else if (only_right) {
      DAYBOOK_TRY(add(ChangeKind::kAdded, nullptr, &right[j]));
    } else if (job_json(left[i]) != job_json(right[j])) {
      DAYBOOK_TRY(add(ChangeKind::kChanged, &left[i], &right[j]));
    }
    i += only_right ? 0 : 1;
    j += only_left ? 0 : 1;
  }
  return {};
}

}  // namespace

Result<std::vector<Change>> diff(const scheduler::State& a, const scheduler::State& b,
                                 log::Log& log) {
  std::vector<Change> out;
  compare("component", components_of(a), components_of(b), out);
  compare("definition", definitions_of(a), definitions_of(b), out);
  log::EventReader reader(log);
  DAYBOOK_TRY(compare_jobs(a, b, reader, out));
  compare("sending", sendings_of(a), sendings_of(b), out);
  compare("rule", rules_of(a), rules_of(b), out);
  compare("token", tokens_of(a), tokens_of(b), out);
  return out;
}

std::string diff_json(const std::vector<Change>& changes) {
  std::string out = "{";
  constexpr std::pair<ChangeKind, std::string_view> kLists[] = {
      {ChangeKind::kAdded, "added"},
      {ChangeKind::kRemoved, "removed"},
      {ChangeKind::kChanged, "changed"},
  };
  for (const auto& [kind, name] : kLists) {
    out += out.size() > 1 ? ",\n\"" : "\n\"";
    out += name;
    out += "\":[";
    bool any = false;
    for (const Change& change : changes) {
      if (change.kind != kind) {
        continue;
      }
      out += any ? ",\n" : "\n";
      any = true;
      JsonObject object(out);
      object.text("what", change.what);
      object.text("id", change.id);
      if (!change.before.empty()) {
        object.raw("before", change.before);
      }
      if (!change.after.empty()) {
        object.raw("after", change.after);
      }
      object.end();
    }
    out += any ? "\n]" : "]";
  }
  return out + "\n}\n";
}

}  // namespace daybook::replay
