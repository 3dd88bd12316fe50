// Rights beside a slow model that lists all that a permission means.
#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "access/rights.h"
#include <gtest/gtest.h>

#include "base/entropy.h"

namespace daybook::access {
namespace {

using Asked = std::tuple<Noun, std::string, Verb>;

constexpr Noun kSomeNouns[] = {Noun::kJobs, Noun::kRules, Noun::kWorkers, Noun::kSystem};
constexpr Verb kAllVerbs[] = {Verb::kRead, Verb::kWrite, Verb::kLease, Verb::kAdmin};

bool is_sound(const std::string& id) {
  return !id.empty() && check_id(IdKind::kComponent, id, "").has_value();
}

// Every id of up to so many characters: of few letters, for they should meet often.
std::vector<std::string> ids_up_to(std::size_t length) {
  std::vector<std::string> all = {""};
  std::vector<std::string> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (is_sound(all[i])) {
      out.push_back(all[i]);
    }
    for (const char c : std::string("ab-/")) {
      if (all[i].size() < length) {
        all.push_back(all[i] + c);
      }
    }
  }
  return out;
}

// What may be asked of one noun and verb: all of it, or an id. Longer than the ids that are held,
// so that there is one below, and one that only begins so, for each of them.
const std::vector<std::string>& asked_ids() {
  static const std::vector<std::string> kAsked = [] {
    std::vector<std::string> out = ids_up_to(4);
    out.insert(out.begin(), "");
    return out;
  }();
  return kAsked;
}

bool means(const std::string& held, const std::string& asked) {
  if (held.empty()) {
    return true;
  }
  if (held.back() == '*') {
    const std::string begin = held.substr(0, held.size() - 1);
    return asked.substr(0, begin.size()) == begin;
  }
  std::set<std::string> above = {asked};
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (asked[i] == '/') {
      above.insert(asked.substr(0, i));
    }
  }
  return above.count(held) == 1;
}

// Read from its text, by other means than the parser's.
std::set<Asked> meaning(const std::string& text) {
  const std::string verb = text.substr(text.find(':') + 1);
  std::string noun = text.substr(0, text.find(':'));
  std::string id;
  if (noun.find('/') != std::string::npos) {
    id = noun.substr(noun.find('/') + 1);
    noun = noun.substr(0, noun.find('/'));
  }
  std::set<Asked> out;
  for (const Noun n : kSomeNouns) {
    for (const Verb v : kAllVerbs) {
      if ((noun != "*" && noun != noun_name(n)) || (verb != "*" && verb != verb_name(v))) {
        continue;
      }
      for (const std::string& asked : asked_ids()) {
        if (means(id, asked)) {
          out.emplace(n, asked, v);
        }
      }
    }
  }
  return out;
}

class RandomRights {
 public:
  explicit RandomRights(std::uint64_t seed) : entropy_(seed) {}

  std::string text() {
    for (;;) {
      const bool any = below(8) == 0;
      std::string out = any ? "*" : std::string(noun_name(pick(kSomeNouns)));
      if (!any && below(5) != 0) {
        out += "/" + held_ids_[below(held_ids_.size())];
      }
      out += ":" + (below(4) == 0 ? "*" : std::string(verb_name(pick(kAllVerbs))));
      if (Permission::parse(out, "p")) {
        return out;
      }
    }
  }
  std::set<std::string> texts() {
    std::set<std::string> out;
    for (std::size_t left = 1 + below(6); left > 0; --left) {
      out.insert(text());
    }
    return out;
  }

 private:
  static std::vector<std::string> held_ids() {
    std::vector<std::string> out;
    for (const std::string& id : ids_up_to(3)) {
      out.insert(out.end(), {id, id + "*"});
      if (id.size() < 3) {
        out.push_back(id + "/*");
      }
    }
    return out;
  }
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(entropy_.next() % end); }
  template <typename T, std::size_t N>
  T pick(const T (&from)[N]) {
    return from[below(N)];
  }

  SeededEntropy entropy_;
  const std::vector<std::string> held_ids_ = held_ids();
};

Rights rights_of(const std::set<std::string>& texts) {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  auto out = Rights::parse(views, "p");
  EXPECT_TRUE(out);
  return out ? *std::move(out) : Rights();
}

std::set<Asked> meaning_of(const std::set<std::string>& texts) {
  std::set<Asked> out;
  for (const std::string& text : texts) {
    out.merge(meaning(text));
  }
  return out;
}

std::string joined(const std::set<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) {
    out += text + " ";
  }
  return out;
}

// What the rights allow is what the model says, and the ids they tell are no more and no less.
void expect_like_model(const Rights& rights, const std::set<Asked>& model) {
  for (const Noun noun : kSomeNouns) {
    for (const Verb verb : kAllVerbs) {
      const bool all = rights.allows(noun, "", verb);
      const std::vector<std::string> ids = rights.ids(noun, verb);
      EXPECT_TRUE(!all || ids.empty());
      EXPECT_EQ(rights.allows_some(noun, verb), all || !ids.empty());
      for (const std::string& asked : asked_ids()) {
        const bool allowed = model.count({noun, asked, verb}) == 1;
        ASSERT_EQ(rights.allows(noun, asked, verb), allowed) << permission_text(noun, asked, verb);
        const bool by_ids =
            std::any_of(ids.begin(), ids.end(), [&](const auto& id) { return means(id, asked); });
        ASSERT_EQ(all || by_ids, allowed) << permission_text(noun, asked, verb);
      }
    }
  }
}

TEST(RightsProperty, AllowWhatTheModelAllows) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto texts = RandomRights(seed).texts();
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + joined(texts));
    expect_like_model(rights_of(texts), meaning_of(texts));
  }
}

TEST(RightsProperty, WhatIsContainedAllowsNoMore) {
  int contained = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    RandomRights random(seed);
    auto held = random.texts();
    const auto others = random.texts();
    // Without some of them in common it would hold too seldom.
    if (seed % 2 == 0) {
      held.merge(std::set<std::string>(others));
    }
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + joined(held) + "| " + joined(others));
    const Rights a = rights_of(held);
    const Rights b = rights_of(others);
    EXPECT_EQ(a.contain(b), a.lacking(b).empty());
    if (!a.contain(b)) {
      EXPECT_EQ(others.count(a.lacking(b)), 1U);
      continue;
    }
    ++contained;
    const auto more = meaning_of(held);
    for (const Asked& asked : meaning_of(others)) {
      ASSERT_EQ(more.count(asked), 1U);
      const auto& [noun, id, verb] = asked;
      ASSERT_TRUE(a.allows(noun, id, verb)) << permission_text(noun, id, verb);
    }
  }
  EXPECT_GE(contained, 100);
}

// Of two single ones it is known both ways: one covers the other just when it means no less.
TEST(RightsProperty, OnePermissionCoversAnotherJustWhenItMeansNoLess) {
  int covered = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    RandomRights random(seed);
    const std::string held = random.text();
    const std::string other = random.text();
    const auto more = meaning(held);
    const auto less = meaning(other);
    const bool no_less = std::includes(more.begin(), more.end(), less.begin(), less.end());
    covered += no_less ? 1 : 0;
    ASSERT_EQ(Permission::parse(held, "p")->covers(*Permission::parse(other, "p")), no_less)
        << "seed " << seed << ": " << held << " " << other;
  }
  EXPECT_GE(covered, 25);
}

}  // namespace
}  // namespace daybook::access
