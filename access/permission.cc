#include "access/permission.h"

#include <algorithm>
#include <array>
#include <vector>

#include "access/rights.h"

#include "base/edit_distance.h"
#include "base/ids.h"

namespace daybook::access {
namespace {

constexpr std::array<std::string_view, kVerbs> kVerbNames = {"read", "write", "lease", "admin"};

struct NounRow {
  std::string_view name;
  std::array<bool, kVerbs> takes;  // read, write, lease, admin
};

// In the order of Noun.
constexpr std::array<NounRow, kNouns> kNounRows = {{
    {"components", {true, true, false, false}},
    {"job-definitions", {true, true, false, false}},
    {"jobs", {true, true, false, false}},
    {"events", {true, false, false, false}},
    {"workers", {true, false, true, false}},
    {"rules", {true, true, false, false}},
    {"sendings", {true, true, false, false}},
    {"tokens", {true, true, false, false}},
    {"graph", {true, false, false, false}},
    {"system", {true, false, false, true}},
}};

using Names = std::vector<std::string_view>;

Names names_of_nouns() {
  Names out;
  for (const NounRow& row : kNounRows) {
    out.push_back(row.name);
  }
  return out;
}

// Those that the noun takes, or all of them.
Names names_of_verbs(std::optional<Noun> noun) {
  Names out;
  for (std::size_t i = 0; i < kVerbs; ++i) {
    if (!noun || kNounRows[static_cast<std::size_t>(*noun)].takes[i]) {
      out.push_back(kVerbNames[i]);
    }
  }
  return out;
}

// "read, write and *"
std::string listed(const Names& names) {
  std::string out;
  for (const std::string_view name : names) {
    out += out.empty() ? "" : ", ";
    out += name;
  }
  return out + " and *";
}

// Whatever somebody sent, quoted, and fit to be printed.
std::string quoted(std::string_view text) {
  constexpr std::size_t kQuotedBytes = 80;
  std::string out(text.substr(0, kQuotedBytes));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return "'" + out + (text.size() > kQuotedBytes ? "…'" : "'");
}

// "; is 'read' meant?", or nothing when no name is near.
std::string nearest(std::string_view word, const Names& names) {
  // Longer words nobody mistypes, and the distance takes time for their length.
  constexpr std::size_t kWordMax = 30;
  constexpr std::size_t kNear = 2;
  std::string_view near;
  std::size_t least = std::min(kNear, word.size() / 2) + 1;
  for (const std::string_view name : names) {
    const std::size_t away = word.size() > kWordMax ? least : edit_distance(word, name);
    if (away < least) {
      least = away;
      near = name;
    }
  }
  return near.empty() ? "" : "; is '" + std::string(near) + "' meant?";
}

tl::unexpected<Error> refuse_permission(std::string_view text, const std::string& why,
                                        std::string_view field) {
  return fail(Code::kInvalid, "BAD_PERMISSION", quoted(text) + " is no permission: " + why, field);
}

std::string fault_of_noun(std::string_view word) {
  const Names known = names_of_nouns();
  const std::string what =
      word.empty() ? "it names no noun" : "there is no noun " + quoted(word) + nearest(word, known);
  return what + "; nouns are " + listed(known);
}

std::string fault_of_verb(std::optional<Noun> noun, std::string_view word) {
  const Names known = names_of_verbs(noun);
  const std::string of = noun ? " of " + std::string(noun_name(*noun)) : "";
  const bool elsewhere = std::find(kVerbNames.begin(), kVerbNames.end(), word) != kVerbNames.end();
  std::string what = "it names no verb";
  if (elsewhere) {
    what = quoted(word) + " is no verb" + of;
  } else if (!word.empty()) {
    what = "there is no verb " + quoted(word) + nearest(word, known);
  }
  return what + "; verbs" + of + " are " + listed(known);
}

// What is wrong with what stands behind the '/', "" when nothing is.
std::string fault_of_permission_id(std::string_view id) {
  if (id.empty() || id == "*") {
    return "all of a noun is meant by no id and no '/'";
  }
  std::string_view begin = id;
  if (begin.ends_with('*')) {
    begin.remove_suffix(1);
    // What begins so may be whole parts, as in "a/*".
    begin.remove_suffix(begin.ends_with('/') ? 1 : 0);
  }
  if (begin.find('*') != std::string_view::npos) {
    return "a '*' stands only at the end of an id";
  }
  return check_id(IdKind::kComponent, begin, {})
             ? ""
             : quoted(id) +
                   " is no id: each part between '/' starts with a letter or a digit, and holds "
                   "letters, digits, '.', '_' and '-' only, with at most 256 characters together";
}

std::optional<Noun> noun_named(std::string_view word) {
  for (std::size_t i = 0; i < kNouns; ++i) {
    if (kNounRows[i].name == word) {
      return static_cast<Noun>(i);
    }
  }
  return std::nullopt;
}

std::optional<Verb> verb_named(std::optional<Noun> noun, std::string_view word) {
  for (std::size_t i = 0; i < kVerbs; ++i) {
    if (kVerbNames[i] == word && (!noun || kNounRows[static_cast<std::size_t>(*noun)].takes[i])) {
      return static_cast<Verb>(i);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view noun_name(Noun noun) {
  return kNounRows[static_cast<std::size_t>(noun)].name;
}

std::string_view verb_name(Verb verb) {
  return kVerbNames[static_cast<std::size_t>(verb)];
}

Result<Permission> Permission::parse(std::string_view text, std::string_view field) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return refuse_permission(
        text, "it has no ':', as <noun>[/<id>]:<verb> has; nouns are " + listed(names_of_nouns()),
        field);
  }
  const std::string_view what = text.substr(0, colon);
  const std::string_view verb = text.substr(colon + 1);
  const std::size_t slash = what.find('/');
  const std::string_view noun = what.substr(0, slash);
  Permission out;
  out.noun = noun_named(noun);
  if (!out.noun && noun != "*") {
    return refuse_permission(text, fault_of_noun(noun), field);
  }
  if (slash != std::string_view::npos) {
    out.id = what.substr(slash + 1);
    const std::string fault =
        out.noun ? fault_of_permission_id(out.id) : "'*' is all nouns, which take no id together";
    if (!fault.empty()) {
      return refuse_permission(text, fault, field);
    }
  }
  out.verb = verb_named(out.noun, verb);
  if (!out.verb && verb != "*") {
    return refuse_permission(text, fault_of_verb(out.noun, verb), field);
  }
  return out;
}

std::string Permission::text() const {
  std::string out(noun ? noun_name(*noun) : "*");
  if (!id.empty()) {
    out += '/' + id;
  }
  out += ':';
  out += verb ? verb_name(*verb) : "*";
  return out;
}

bool Permission::covers(Noun asked, std::string_view asked_id, Verb asked_verb) const {
  return (!noun || *noun == asked) && (!verb || *verb == asked_verb) && id_covers(id, asked_id);
}

bool Permission::covers(const Permission& other) const {
  return (!noun || noun == other.noun) && (!verb || verb == other.verb) && id_covers(id, other.id);
}

std::string permission_text(Noun noun, std::string_view id, Verb verb) {
  return Permission{noun, std::string(id), verb}.text();
}

}  // namespace daybook::access
