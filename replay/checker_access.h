// The rules of tokens and owners: who acts is known, and nothing is done in the name of somebody
// who may not. Private to the checker.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/types.h"
#include "replay/checker_findings.h"

namespace daybook::replay {

class AccessRules {
 public:
  explicit AccessRules(Findings& findings) : findings_(findings) {}

  void apply(const events::Recorded& recorded);

 private:
  struct Token {
    std::vector<std::string> permissions;
    Micros expires_at;
  };
  // What a rule was from an event on, and who put it.
  struct RuleOwner {
    Seq put;
    std::string owner;
  };

  void on(const events::TokenCreated& e);
  void on(const events::TokenRotated& e);
  void on(const events::TokenRevoked& e);
  void on(const events::TokenExpired& e);
  void on(const events::JobCreated& e);
  void on(const events::JobStarted& e);
  void on(const events::JobCompleted& e);
  void on(const events::JobFailed& e);
  void on(const events::JobCancelled& e);
  void on(const events::SendingCreated& e);
  void on(const events::RulePut& e);
  void on(const events::RuleDeleted& e);
  void on(const events::RuleApplied& e);
  void on(const events::ClockStepped& e) { offsets_ = e.offsets; }
  template <typename Other>
  void on(const Other&) {}

  void broken(Rule rule, std::string text) { findings_.add(rule, meta_.seq, std::move(text)); }
  // The live token of that id whose time is not over; null when there is none.
  const Token* live(std::string_view id) const;
  void end_token(std::string_view id);
  void end_job(JobId job);
  std::string owner_of(JobId job) const;
  // Effects of this event are done in that name.
  void asks(std::string owner);
  // Whether "<noun>[/<id>]:write" is permitted to the owner, by reading the texts of its
  // permissions.
  void check_may_write(const std::string& owner, std::string_view noun, std::string_view id);

  Findings& findings_;
  events::Meta meta_;
  events::ClockOffsets offsets_;
  std::map<std::string, Token, std::less<>> tokens_;
  std::unordered_map<std::uint64_t, std::string>
      owners_;  // by job key; who may everything is left out
  std::map<std::string, std::vector<RuleOwner>, std::less<>> rules_;
  Seq asker_;  // the newest event that may have effects
  std::string asker_owner_;
};

}  // namespace daybook::replay
