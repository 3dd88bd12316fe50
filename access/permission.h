// What somebody may do: "<noun>[/<id>]:<verb>", as text and in parts. docs/adr/0020-who-may.md.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace daybook::access {

enum class Noun : std::uint8_t {
  kComponents,
  kDefinitions,  // "job-definitions"
  kJobs,         // ids are those of job definitions, as of the next two
  kEvents,
  kWorkers,
  kRules,
  kSendings,
  kTokens,
  kGraph,
  kSystem,
};
inline constexpr std::size_t kNouns = 10;

enum class Verb : std::uint8_t { kRead, kWrite, kLease, kAdmin };
inline constexpr std::size_t kVerbs = 4;

std::string_view noun_name(Noun noun);
std::string_view verb_name(Verb verb);

struct Permission {
  std::optional<Noun> noun;  // absent: all, then there is no id
  std::string id;            // empty: all of the noun; ends in '*': all that begin so
  std::optional<Verb> verb;  // absent: any

  // kInvalid "BAD_PERMISSION" naming `field`: what is wrong with it, and what nouns and verbs there
  // are; also a verb that the noun does not take. The id is one of IdKind::kComponent, with or
  // without a '*' or "/*" at its end, and never "*" alone.
  static Result<Permission> parse(std::string_view text, std::string_view field);
  std::string text() const;

  // Whether it permits the verb on that id, or with an empty one on all of the noun.
  bool covers(Noun asked, std::string_view asked_id, Verb asked_verb) const;
  // Whether it permits all that the other does.
  bool covers(const Permission& other) const;
  bool operator==(const Permission&) const = default;
};

// "jobs/nightly:write", as it is named to who lacks it.
std::string permission_text(Noun noun, std::string_view id, Verb verb);

}  // namespace daybook::access
