#include "tests/simulation/oracle.h"

#include <algorithm>
#include <type_traits>

#include "base/hex.h"
#include "events/codec.h"

namespace daybook::simulation {
namespace {

std::string seq_text(Seq seq) {
  return std::to_string(seq.value);
}

// How often the text stands there.
std::size_t count(std::string_view text, std::string_view what) {
  std::size_t out = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) {
    ++out;
  }
  return out;
}

}  // namespace

void Oracle::follow(log::Log& log) {
  if (log.last() <= state_.applied()) {
    return;
  }
  const auto cursor = log.read(next(state_.applied()));
  events::RecordView record;
  while (cursor && (*cursor)->next(record).value_or(false)) {
    const auto recorded = events::decode(record);
    if (!recorded) {
      wrong("event " + seq_text(record.header.seq) + " cannot be decoded");
      return;
    }
    if (recorded->meta.seq != next(state_.applied())) {
      wrong("I1: event " + seq_text(recorded->meta.seq) + " comes behind " +
            seq_text(state_.applied()));
      return;
    }
    see(*recorded);
    scheduler::evolve(state_, *recorded, record.header.chain);
  }
  settle_effects();
}

void Oracle::check_restart(log::Log& log, const scheduler::State& recovered) {
  follow(log);
  if (log.last() < state_.applied()) {
    wrong("I2: the log ends at " + seq_text(log.last()) + ", and " + seq_text(state_.applied()) +
          " was durable");
  } else if (recovered.hash() != state_.hash()) {
    wrong("I6: a restart has the state " + to_hex(recovered.hash()) + ", the log gives " +
          to_hex(state_.hash()));
  }
}

void Oracle::told(const CommandId& request, const std::vector<Result<scheduler::Reply>>& replies) {
  for (const auto& reply : replies) {
    if (!reply) {
      if (reply.error().code == Code::kUnknownOutcome) {
        not_told(request, 1);
      } else if (replies.size() == 1) {
        ledger_.refused.emplace(request, 0);
      }
    } else if (reply->last.value != 0 && reply->chain != Hash{}) {
      const auto [known, fresh] = ledger_.acknowledged.emplace(reply->last, reply->chain);
      if (!fresh && known->second != reply->chain) {
        wrong("I2: event " + seq_text(reply->last) + " was acknowledged with two hashes");
      }
    }
  }
}

void Oracle::not_told(const CommandId& request, std::size_t commands) {
  ledger_.unknown[request] += static_cast<std::uint32_t>(commands);
}

void Oracle::launched(const scheduler::Token& token, log::Log& log) {
  follow(log);
  const auto found = std::find_if(open_.begin(), open_.end(), [&](const auto& open) {
    return open.second.token.started == token.started;
  });
  if (found == open_.end()) {
    wrong("I4, I10: a run begins for " + seq_text(token.started) + ", which is no open attempt");
  } else if (!launched_.insert(token.started).second) {
    wrong("I13: attempt " + seq_text(token.started) + " was launched twice");
  } else if (found->second.token != token || found->second.leased) {
    wrong("the run of " + seq_text(token.started) + " has another token, or is a worker's");
  }
}

void Oracle::tries(SendingId sending) {
  if (!state_.find_sending(sending)) {
    wrong("I10: sending " + sending.text() + " is tried, and is not pending in the log");
  }
}

void Oracle::see(const events::Recorded& recorded) {
  types_.insert(recorded.event.index());
  requests_.insert(recorded.meta.command);
  if (recorded.meta.time < time_) {
    wrong("I5: logical time goes back at " + seq_text(recorded.meta.seq));
  }
  time_ = recorded.meta.time;
  began_ = recorded.meta.seq == Seq{1} ? time_ : began_;
  see_effects(recorded);
  see_ends(recorded);
  see_sendings(recorded);
  if (const auto* created = std::get_if<events::JobCreated>(&recorded.event)) {
    jobs_.push_back(created->job);
    definitions_.emplace(created->job, created->definition);
    ++tallies_[std::string(created->definition)].created;
  } else if (const auto* started = std::get_if<events::JobStarted>(&recorded.event)) {
    const Open attempt{started->job,
                       {recorded.meta.seq, started->secret},
                       std::string(started->definition),
                       started->lease_until.value != 0};
    if (!open_.emplace(started->job, attempt).second) {
      wrong("I13: job " + started->job.text() + " starts at " + seq_text(recorded.meta.seq) +
            " and has an open attempt");
    }
  } else if (const auto* removed = std::get_if<events::JobRemoved>(&recorded.event)) {
    ++tallies_[std::string(removed->definition)].removed;
  }
}

// No effect that was asked for is lost without a word.
void Oracle::see_effects(const events::Recorded& recorded) {
  const auto came = [&](Seq effect_of) {
    if (expected_ && effect_of == expected_->by) {
      ++expected_->came;
      return true;
    }
    return false;
  };
  const auto* job = std::get_if<events::JobCreated>(&recorded.event);
  const auto* sending = std::get_if<events::SendingCreated>(&recorded.event);
  if ((job != nullptr && came(job->effect_of)) ||
      (sending != nullptr && came(sending->effect_of))) {
    return;
  }
  settle_effects();
  if (const auto* completed = std::get_if<events::JobCompleted>(&recorded.event)) {
    expected_ = Expected{recorded.meta.seq, asked_[completed->end.started],
                         count(completed->skipped.text, "\"effect\":"), completed->effects, 0};
  }
}

void Oracle::settle_effects() {
  if (!expected_) {
    return;
  }
  const Expected& e = *expected_;
  if (e.came != e.said || !e.asked.contains(e.came + e.skipped)) {
    wrong("a chain ends without a recorded reason: completion " + seq_text(e.by) + " says " +
          std::to_string(e.said) + " effects, " + std::to_string(e.came) + " follow and " +
          std::to_string(e.skipped) + " were skipped; its run asked for " +
          (e.asked.empty() ? "nothing known" : std::to_string(*e.asked.rbegin())));
  }
  expected_.reset();
}

void Oracle::see_ends(const events::Recorded& recorded) {
  std::visit(
      [&](const auto& event) {
        using E = std::decay_t<decltype(event)>;
        if constexpr (requires { event.end; }) {
          ended(event.job, event.end, recorded.meta);
          Tally& tally = tallies_[std::string(event.definition)];
          tally.completed += std::is_same_v<E, events::JobCompleted> ? 1U : 0U;
          tally.failed += std::is_same_v<E, events::JobFailed> ? 1U : 0U;
          tally.cancelled += std::is_same_v<E, events::JobCancelled> ? 1U : 0U;
        }
      },
      recorded.event);
}

void Oracle::ended(JobId job, const events::AttemptEnd& end, const events::Meta& meta) {
  const auto found = open_.find(job);
  const Seq open = found == open_.end() ? Seq{} : found->second.token.started;
  const Seq named = end.attempt.value == 0 ? Seq{} : end.started;
  if (open != named) {
    wrong("I12: event " + seq_text(meta.seq) + " ends attempt " + seq_text(named) + " of job " +
          job.text() + ", and open is " + seq_text(open));
  }
  if (found != open_.end()) {
    open_.erase(found);
    ended_by_[named] = meta.command;
  }
}

std::optional<CommandId> Oracle::ended_by(Seq started) const {
  const auto found = ended_by_.find(started);
  return found == ended_by_.end() ? std::nullopt : std::optional(found->second);
}

void Oracle::see_sendings(const events::Recorded& recorded) {
  if (const auto* created = std::get_if<events::SendingCreated>(&recorded.event)) {
    sendings_.push_back(created->sending);
    ++sent_.created;
  } else if (const auto* sent = std::get_if<events::SendingSent>(&recorded.event)) {
    ++sent_.sent;
    if (delivered_[sent->sending] == 0) {
      wrong("sending " + sent->sending.text() + " is recorded as sent and never left");
    }
  }
  sent_.bounced += std::holds_alternative<events::SendingBounced>(recorded.event) ? 1U : 0U;
  sent_.cancelled += std::holds_alternative<events::SendingCancelled>(recorded.event) ? 1U : 0U;
  sent_.removed += std::holds_alternative<events::SendingRemoved>(recorded.event) ? 1U : 0U;
}

}  // namespace daybook::simulation
