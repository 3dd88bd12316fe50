#include "api/caller.h"

#include "api/call.h"
#include "api/router.h"

namespace daybook::api {
namespace {

// For a value that is never destroyed, so that nobody counts its holders.
std::shared_ptr<const access::Rights> unowned(const access::Rights& rights) {
  return {std::shared_ptr<void>(), &rights};
}

}  // namespace

Caller Caller::local() {
  return {"local", unowned(access::Rights::all()), {}};
}

std::shared_ptr<const access::Rights> Caller::no_rights() {
  static const access::Rights kNone;
  return unowned(kNone);
}

std::string permission_of(const Route& route) {
  const Needs& needs = route.needs;
  switch (needs.of) {
    case Needs::Of::kNothing:
      return "";
    case Needs::Of::kToken:
      return "token";
    case Needs::Of::kAll:
      return access::permission_text(needs.noun, {}, needs.verb);
    case Needs::Of::kNamed: {
      const auto open = route.pattern.find('{');
      std::string name(route.pattern.substr(open, route.pattern.find('}') + 1 - open));
      if (const auto dots = name.find("..."); dots != std::string::npos) {
        name.erase(dots, 3);
      }
      return access::permission_text(needs.noun, name, needs.verb);
    }
    case Needs::Of::kSome:
      return std::string(access::noun_name(needs.noun)) +
             "[/ID]:" + std::string(access::verb_name(needs.verb));
  }
  return "";
}

bool is_live(const Engine& engine, const Caller& caller) {
  if (engine.tokens == nullptr) {
    return true;
  }
  const auto table = engine.tokens->table();
  const access::TableEntry* entry = table->find(caller.actor);
  return entry != nullptr && entry->secret_hash == caller.secret_hash &&
         !entry->is_over(engine.clock.wall());
}

std::optional<std::vector<std::string>> visible_to(const Call& call, access::Noun noun) {
  const access::Rights& rights = *call.caller.rights;
  if (rights.allows(noun, {}, access::Verb::kRead)) {
    return std::nullopt;
  }
  return rights.ids(noun, access::Verb::kRead);
}

bool may_read(const Call& call, access::Noun noun, std::string_view id) {
  return call.caller.rights->allows(noun, id, access::Verb::kRead);
}

}  // namespace daybook::api
