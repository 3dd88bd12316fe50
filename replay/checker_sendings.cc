// The life of sendings as the events tell it.
#include "replay/checker_jobs.h"

namespace daybook::replay {
namespace {

std::string name(SendingId sending) {
  return "sending " + sending.text();
}

}  // namespace

JobRules::Sending* JobRules::pending(SendingId id) {
  const auto found = sendings_.find(id);
  if (found == sendings_.end()) {
    broken(Rule::kSendingCreated, name(id) + " was not created");
    return nullptr;
  }
  if (found->second.ended) {
    broken(Rule::kSendingEnded, name(id) + " has ended already");
    return nullptr;
  }
  return &found->second;
}

void JobRules::on(const events::SendingCreated& e) {
  expect_effect(e.effect_of, e.effect_index, e.job);
  if (e.effect_of.value == 0 && !e.job.is_null()) {
    broken(Rule::kEffects, name(e.sending) + " names a job and no completion that asked for it");
  }
  const std::uint32_t depth = e.effect_of.value == 0 ? 0 : effects_depth_;
  if (!sendings_.emplace(e.sending, Sending{meta_.seq, {}, false, false, depth}).second) {
    broken(Rule::kSendingCreated, name(e.sending) + " was created before");
  }
}

void JobRules::on(const events::SendingRetryScheduled& e) {
  Sending* sending = pending(e.sending);
  if (sending == nullptr) {
    return;
  }
  if (e.attempt.value != sending->attempt.value + 1) {
    broken(Rule::kSendingAttempt, name(e.sending) + " names try " +
                                      std::to_string(e.attempt.value) + " after " +
                                      std::to_string(sending->attempt.value));
  }
  if (e.retry_at < meta_.time) {
    broken(Rule::kSendingAttempt, name(e.sending) + " is tried again before it failed");
  }
  sending->attempt = e.attempt;
}

void JobRules::end_sending(SendingId id, Attempt attempt) {
  Sending* sending = pending(id);
  if (sending == nullptr) {
    return;
  }
  // Without a number it ended between two tries, or before the first.
  if (attempt.value != 0 && attempt.value != sending->attempt.value + 1) {
    broken(Rule::kSendingAttempt, name(id) + " ended with try " + std::to_string(attempt.value) +
                                      " after " + std::to_string(sending->attempt.value));
  }
  sending->ended = true;
  note_depth(sending->rule_depth);
}

void JobRules::on(const events::SendingSent& e) {
  end_sending(e.sending, e.attempt);
}

void JobRules::on(const events::SendingBounced& e) {
  end_sending(e.sending, e.attempt);
}

void JobRules::on(const events::SendingCancelled& e) {
  end_sending(e.sending, {});
}

void JobRules::on(const events::SendingRemoved& e) {
  const auto found = sendings_.find(e.sending);
  if (found == sendings_.end() || !found->second.ended || found->second.removed ||
      found->second.created != e.created) {
    broken(Rule::kSendingRemoved,
           name(e.sending) + " has not ended, was removed before, or was created elsewhere");
    return;
  }
  found->second.removed = true;
}

}  // namespace daybook::replay
