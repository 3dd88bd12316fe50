#include "replay/checker_access.h"

#include <algorithm>

namespace daybook::replay {
namespace {

// Who may everything: an open server's user, and the server itself.
bool may_everything(std::string_view actor) {
  return actor.empty() || actor == "system" || actor == "local";
}

std::string named(std::string_view actor) {
  return may_everything(actor) ? std::string() : std::string(actor);
}

bool id_fits(std::string_view held, std::string_view asked) {
  if (held.ends_with('*')) {
    return asked.starts_with(held.substr(0, held.size() - 1));
  }
  return asked == held || (asked.starts_with(held) && asked[held.size()] == '/');
}

bool permits_writing(std::string_view permission, std::string_view noun, std::string_view id) {
  const auto colon = permission.rfind(':');
  const std::string_view verb = permission.substr(colon + 1);
  const std::string_view path = permission.substr(0, colon);
  if (colon == std::string_view::npos || (verb != "write" && verb != "*")) {
    return false;
  }
  if (path == "*" || path == noun) {
    return true;
  }
  return path.size() > noun.size() && path.starts_with(noun) && path[noun.size()] == '/' &&
         id_fits(path.substr(noun.size() + 1), id);
}

}  // namespace

void AccessRules::apply(const events::Recorded& recorded) {
  meta_ = recorded.meta;
  if (!may_everything(meta_.actor) && live(meta_.actor) == nullptr) {
    broken(Rule::kActor,
           "token " + std::string(meta_.actor) + " is not there, or its time is over");
  }
  std::visit([&](const auto& event) { on(event); }, recorded.event);
}

const AccessRules::Token* AccessRules::live(std::string_view id) const {
  const auto found = tokens_.find(id);
  const Micros wall = offsets_.wall(meta_.time);
  const bool over = found != tokens_.end() && found->second.expires_at.value != 0 &&
                    found->second.expires_at <= wall;
  return found == tokens_.end() || over ? nullptr : &found->second;
}

void AccessRules::on(const events::TokenCreated& e) {
  Token token{{}, e.expires_at};
  token.permissions.assign(e.permissions.begin(), e.permissions.end());
  if (!tokens_.try_emplace(std::string(e.token), std::move(token)).second) {
    broken(Rule::kTokenLife, "token " + std::string(e.token) + " was created twice");
  }
}

void AccessRules::on(const events::TokenRotated& e) {
  if (!tokens_.contains(e.token)) {
    broken(Rule::kTokenLife, "token " + std::string(e.token) + " is not there");
  }
}

void AccessRules::end_token(std::string_view id) {
  const auto found = tokens_.find(id);
  if (found == tokens_.end()) {
    broken(Rule::kTokenLife, "token " + std::string(id) + " is not there");
    return;
  }
  tokens_.erase(found);
}

void AccessRules::on(const events::TokenRevoked& e) {
  end_token(e.token);
}

void AccessRules::on(const events::TokenExpired& e) {
  if (live(e.token) != nullptr) {
    broken(Rule::kTokenLife, "the time of token " + std::string(e.token) + " was not over");
  }
  end_token(e.token);
}

void AccessRules::check_may_write(const std::string& owner, std::string_view noun,
                                  std::string_view id) {
  if (owner.empty()) {
    return;
  }
  const Token* token = live(owner);
  const bool may = token != nullptr &&
                   std::any_of(token->permissions.begin(), token->permissions.end(),
                               [&](const auto& text) { return permits_writing(text, noun, id); });
  if (!may) {
    broken(Rule::kOwner, "token " + owner + " may not write " + std::string(noun) +
                             (id.empty() ? "" : " of ") + std::string(id));
  }
}

void AccessRules::on(const events::JobCreated& e) {
  const bool of_effect = e.effect_of.value != 0;
  const std::string owner = of_effect ? std::string(e.owner) : named(meta_.actor);
  if (of_effect && e.effect_of == asker_ && owner != asker_owner_) {
    broken(Rule::kOwner, "job " + e.job.text() + " has the owner '" + owner +
                             "', what asked for it has '" + asker_owner_ + "'");
  }
  if (!of_effect && !e.owner.empty()) {
    broken(Rule::kOwner, "job " + e.job.text() + " was asked for, and has another owner");
  }
  check_may_write(owner, "jobs", e.definition);
  if (!owner.empty()) {
    owners_.emplace(e.job.key().value, owner);
  }
}

std::string AccessRules::owner_of(JobId job) const {
  const auto found = owners_.find(job.key().value);
  return found == owners_.end() ? std::string() : found->second;
}

void AccessRules::on(const events::JobStarted& e) {
  const std::string owner = owner_of(e.job);
  if (!owner.empty() && live(owner) == nullptr) {
    broken(Rule::kOwner, "job " + e.job.text() + " started, and token " + owner +
                             ", which owns it, is not there or its time is over");
  }
}

void AccessRules::asks(std::string owner) {
  asker_ = meta_.seq;
  asker_owner_ = std::move(owner);
}

void AccessRules::end_job(JobId job) {
  asks(owner_of(job));
  owners_.erase(job.key().value);
}

void AccessRules::on(const events::JobCompleted& e) {
  end_job(e.job);
}

void AccessRules::on(const events::JobFailed& e) {
  end_job(e.job);
}

void AccessRules::on(const events::JobCancelled& e) {
  end_job(e.job);
}

void AccessRules::on(const events::SendingCreated& e) {
  if (e.effect_of.value == 0) {
    check_may_write(named(meta_.actor), "sendings", {});
  } else if (e.effect_of == asker_) {
    check_may_write(asker_owner_, "sendings", {});
  }
}

void AccessRules::on(const events::RulePut& e) {
  auto& versions = rules_[std::string(e.rule)];
  if (versions.empty() || versions.back().owner != named(meta_.actor)) {
    versions.push_back({meta_.seq, named(meta_.actor)});
  }
}

void AccessRules::on(const events::RuleDeleted& e) {
  const auto found = rules_.find(e.rule);
  if (found != rules_.end()) {
    rules_.erase(found);
  }
}

void AccessRules::on(const events::RuleApplied& e) {
  std::string owner;
  if (const auto found = rules_.find(e.rule); found != rules_.end()) {
    for (const RuleOwner& version : found->second) {
      owner = version.put < e.on ? version.owner : owner;
    }
  }
  asks(std::move(owner));
}

}  // namespace daybook::replay
