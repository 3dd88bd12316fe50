#include "tests/tools/text_mate.h"

#include <boost/json.hpp>
#include <boost/regex.hpp>

namespace daybook::cli {

namespace {

using Rules = std::vector<const boost::json::object*>;

struct Open {
  const boost::json::object* rule = nullptr;  // null: the grammar itself
  std::string name;
  std::string end;
};

struct Found {
  const boost::json::object* rule = nullptr;  // null: the end of what is open
  boost::cmatch match;
};

std::string member(const boost::json::object& rule, std::string_view name) {
  const auto* value = rule.if_contains(name);
  return value == nullptr ? std::string() : std::string(value->as_string());
}

// Editors read code points, this reads bytes.
std::string in_bytes(std::string pattern) {
  constexpr std::string_view kBeyondAscii = "\\x{80}-\\x{10FFFF}";
  for (std::size_t at = 0; (at = pattern.find(kBeyondAscii)) != std::string::npos;) {
    pattern.replace(at, kBeyondAscii.size(), "\\x80-\\xff");
  }
  return pattern;
}

class Reading {
 public:
  Reading(const boost::json::object& grammar, std::string_view text)
      : grammar_(grammar), names_(text.size()), base_(text.data()) {}

  void line(const char* begin, const char* end) {
    const char* at = begin;
    for (;;) {
      const Found found = find(begin, at, end);
      if (found.match.empty()) {
        name(at, end, open_.back().name);
        return;
      }
      const char* start = found.match[0].first;
      name(at, start, open_.back().name);
      take(found);
      at = found.match[0].second;
      if (at == end) {
        return;
      }
    }
  }
  std::vector<std::string> names() && { return std::move(names_); }

 private:
  void name(const char* begin, const char* end, const std::string& name) {
    for (; begin < end; ++begin) {
      names_[static_cast<std::size_t>(begin - base_)] = name;
    }
  }

  void add(const boost::json::array& patterns, Rules& out) const {
    for (const auto& pattern : patterns) {
      const auto& rule = pattern.as_object();
      const std::string include = member(rule, "include");
      if (include.empty()) {
        out.push_back(&rule);
      } else {
        add(grammar_.at("repository").at(include.substr(1)).at("patterns").as_array(), out);
      }
    }
  }

  // The first match in the line; of several at one place the end, then the first rule.
  Found find(const char* begin, const char* at, const char* end) const {
    Found best;
    const auto look = [&](const boost::json::object* rule, const std::string& pattern) {
      boost::cmatch match;
      const boost::regex regex(in_bytes(pattern));
      if (boost::regex_search(at, end, match, regex, boost::match_default, begin) &&
          (best.match.empty() || match[0].first < best.match[0].first) &&
          (rule == nullptr || match[0].length() > 0)) {
        best = {rule, match};
      }
    };
    const Open& top = open_.back();
    if (top.rule != nullptr) {
      look(nullptr, top.end);
    }
    Rules rules;
    if (const auto* patterns =
            (top.rule == nullptr ? grammar_ : *top.rule).if_contains("patterns")) {
      add(patterns->as_array(), rules);
    }
    for (const auto* rule : rules) {
      look(rule, member(*rule, rule->contains("begin") ? "begin" : "match"));
    }
    return best;
  }

  void take(const Found& found) {
    const char* begin = found.match[0].first;
    const char* end = found.match[0].second;
    if (found.rule == nullptr) {
      name(begin, end, open_.back().name);
      open_.pop_back();
      return;
    }
    std::string own = member(*found.rule, "name");
    own = own.empty() ? open_.back().name : own;
    name(begin, end, own);
    if (found.rule->contains("begin")) {
      std::string closing = member(*found.rule, "end");
      for (std::size_t at = 0; (at = closing.find("\\1")) != std::string::npos;) {
        closing.replace(at, 2, found.match[1].str());
      }
      open_.push_back({found.rule, own, closing});
    } else if (const auto* captures = found.rule->if_contains("captures")) {
      for (const auto& [number, capture] : captures->as_object()) {
        const auto& part = found.match[std::stoi(std::string(number))];
        name(part.first, part.second, member(capture.as_object(), "name"));
      }
    }
  }

  const boost::json::object& grammar_;
  std::vector<std::string> names_;
  const char* base_;
  std::vector<Open> open_ = std::vector<Open>(1);
};

}  // namespace

std::vector<std::string> TextMate::names_of(std::string_view text) const {
  Reading reading(grammar_.as_object(), text);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > at) {
      reading.line(text.data() + at, text.data() + end);
    }
    at = end + 1;
  }
  return std::move(reading).names();
}

}  // namespace daybook::cli
