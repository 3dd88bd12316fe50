// Who asks, and what he may: read from the token of each request, and held against what its route
// needs. docs/adr/0020-who-may.md. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/rights.h"

#include "base/ids.h"

namespace daybook::api {

struct Call;
struct Engine;
struct Route;

struct Caller {
  std::string actor;
  std::shared_ptr<const access::Rights> rights = no_rights();  // until it is known who he is
  Hash secret_hash{};                                          // of the token that was shown

  // Whoever asks an open server.
  static Caller local();
  static std::shared_ptr<const access::Rights> no_rights();
};

// What a route asks of its caller. There is no default: who adds a route says it.
struct Needs {
  enum class Of : std::uint8_t {
    kNothing,  // nobody is asked who he is
    kToken,    // any live token; the handler, or decide, asks for more where it must
    kAll,      // the permission for all of the noun
    kNamed,    // for the id that the path names
    kSome,  // for something of the noun: the handler shows, and decide permits, no more than that
  };
  Of of;
  access::Noun noun;
  access::Verb verb;

  constexpr Needs(Of of_in, access::Noun noun_in, access::Verb verb_in)
      : of(of_in), noun(noun_in), verb(verb_in) {}
  static constexpr Needs nothing() {
    return {Of::kNothing, access::Noun::kSystem, access::Verb::kRead};
  }
  static constexpr Needs token() {
    return {Of::kToken, access::Noun::kSystem, access::Verb::kRead};
  }
};

// As openapi.json has it: "jobs:read", "components/{componentId}:write", "jobs[/ID]:read"; "token"
// for any, "" for none.
std::string permission_of(const Route& route);

// Whether the caller's token is the live one still: it may be revoked, rotated, or over since.
bool is_live(const Engine& engine, const Caller& caller);

// The ids that a list is cut down to; nothing when the caller may read all of the noun.
std::optional<std::vector<std::string>> visible_to(const Call& call, access::Noun noun);
bool may_read(const Call& call, access::Noun noun, std::string_view id);

}  // namespace daybook::api
