#include "dispatch/rule_rounds.h"

#include <iterator>
#include <utility>

#include <spdlog/spdlog.h>

#include "base/limits/dispatch.h"
#include "base/limits/rules.h"
#include "events/catalogue.h"
#include "events/codec.h"
#include "events/hooks.h"

namespace daybook::dispatch {
namespace {

std::uint16_t clock_stepped() {
  static const std::uint16_t type = events::find_name("ClockStepped")->type;
  return type;
}

}  // namespace

RuleRounds::RuleRounds(log::Log& log, components::RuleEvaluator& evaluator,
                       const scheduler::State& state, RuleRunnerOptions options, Waits waits)
    : log_(log),
      evaluator_(evaluator),
      options_(std::move(options)),
      waits_(std::move(waits)),
      book_(state),
      through_(state.rules_through()),
      clocks_(state.offsets()) {}

Status RuleRounds::round() {
  if (book_.empty() || position_.value == 0) {
    DAYBOOK_TRY(catch_up());
    if (book_.empty()) {
      return {};
    }
    const Seq begin{std::max(book_.begin().value, through_.value + 1)};
    position_ = Seq{std::max({position_.value, begin.value - 1, log_.first().value - 1})};
    follower_.emplace(log_, next(position_));
    ahead_ = {};
  }
  std::vector<RuleTask> round;
  DAYBOOK_TRY(look(round));
  DAYBOOK_TRY(run(std::move(round)));
  position_seen_ = position_.value;
  return advance();
}

// Brings the book to the end of the log.
Status RuleRounds::catch_up() {
  const Seq last = log_.last();
  if (last <= book_.as_of()) {
    return {};
  }
  DAYBOOK_ASSIGN(const auto reader, log_.read(next(book_.as_of())));
  while (book_.as_of() < last) {
    events::RecordView record;
    DAYBOOK_ASSIGN(const bool there, reader->next(record));
    if (!there || waits_.stopping()) {
      break;
    }
    if (RuleBook::folds(record.header.type) || record.header.type == clock_stepped()) {
      DAYBOOK_ASSIGN(const auto recorded, events::decode(record));
      if (book_.empty()) {  // else it is read again
        note_clocks(recorded);
      }
      book_.fold(recorded);
    }
    book_.advance(record.header.seq);
  }
  return {};
}

void RuleRounds::note_clocks(const events::Recorded& recorded) {
  if (const auto* step = std::get_if<events::ClockStepped>(&recorded.event)) {
    clocks_ = step->offsets;
  }
}

// Reads on until there is enough for a round.
Status RuleRounds::look(std::vector<RuleTask>& round) {
  for (std::size_t i = 0; i < kDispatchEventsMax && round.size() < kRuleRoundMax; ++i) {
    if (ahead_.empty()) {
      DAYBOOK_ASSIGN(ahead_, follower_->next());
    }
    if (ahead_.empty()) {
      break;
    }
    const events::Recorded& recorded = ahead_.front();
    note_clocks(recorded);
    book_.fold(recorded);
    changed_ = changed_ || book_.concerns(recorded);
    looked_ = looked_ || events::has_hook(events::entry_of(recorded.event).type);
    add_tasks(recorded, round);
    position_ = recorded.meta.seq;
    book_.advance(position_);
    ahead_ = ahead_.subspan(1);
  }
  return {};
}

void RuleRounds::add_tasks(const events::Recorded& recorded, std::vector<RuleTask>& round) {
  const std::string hook = events::hook_of(recorded.event);
  if (hook.empty()) {
    return;
  }
  std::string input;
  for (const RuleBook::Step* step : book_.steps(recorded.meta.seq)) {
    const Known* component = known(step->component);
    if (component == nullptr || !component->hooks.takes(hook)) {
      continue;
    }
    if (input.empty()) {
      input = events::hook_record(recorded, clocks_);
    }
    round.push_back({*step, recorded.meta.seq, recorded.meta.time, clocks_.wall(recorded.meta.time),
                     subject_of(recorded), job_of(recorded), hook, input});
  }
}

// The component as it is now; null when there is none, or none that compiles.
const RuleRounds::Known* RuleRounds::known(const std::string& component) {
  auto code = book_.code(component);
  if (!code) {
    hooks_.erase(component);
    return nullptr;
  }
  Known& out = hooks_[component];
  if (out.code == code) {
    return &out;
  }
  out = {code, {}};
  auto read = evaluator_.hooks(*code);
  if (read) {
    out.hooks = std::move(*read);
  } else if (options_.logger) {
    options_.logger->error("rules: component {} cannot be run: {}", component, read.error().text());
  }
  return &out;
}

// Evaluates and applies what there is, in order, as much at once as one request may bring.
Status RuleRounds::run(std::vector<RuleTask> round) {
  std::deque<RuleTask> line(std::make_move_iterator(round.begin()),
                            std::make_move_iterator(round.end()));
  while (!line.empty()) {
    std::vector<Sent> sent;
    std::size_t bytes = 0;
    while (!line.empty() && bytes < kReportBytesMax) {
      DAYBOOK_ASSIGN(auto command, evaluate(line.front()));
      if (waits_.stopping()) {
        return fail(Code::kShutdown, "SHUTTING_DOWN", "the server is stopping");
      }
      if (command) {
        bytes += application_bytes(*command);
        sent.push_back({std::move(line.front()), std::move(*command)});
      }
      line.pop_front();
    }
    DAYBOOK_TRY(apply(std::move(sent), line));
  }
  return {};
}

// Nothing when there is nothing to record. Errors are of the log.
Result<std::optional<scheduler::ApplyRule>> RuleRounds::evaluate(const RuleTask& task) {
  std::optional<scheduler::ApplyRule> out;
  const Known* component = known(task.step.component);
  if (component == nullptr || !component->hooks.takes(task.hook)) {
    return out;
  }
  auto outcome = evaluator_.run(make_rule_order(task, component->code, component->hooks.parameter));
  if (outcome.effects.empty() && !outcome.failure) {
    return out;
  }
  out = make_application(task, {*component->code, book_.missing_modules(task.step.component)},
                         std::move(outcome), options_.effects);
  if (!out->effects.empty()) {
    DAYBOOK_ASSIGN(out->depth, rule_depth(log_, task.subject));
  }
  return out;
}

// What is refused because a component changed in between comes to the front of `line` again:
// whatever of the same component was behind it was refused with it, for they were decided at once.
Status RuleRounds::apply(std::vector<Sent> sent, std::deque<RuleTask>& line) {
  if (sent.empty()) {
    return {};
  }
  std::vector<scheduler::Command> commands;
  for (const Sent& one : sent) {
    commands.emplace_back(one.command);
  }
  DAYBOOK_ASSIGN(const auto replies, waits_.send(std::move(commands)));
  std::vector<RuleTask> again;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto& reply = replies[i];
    if (!reply && reply.error().code == Code::kUnknownOutcome) {
      return fail(reply.error());
    }
    if (!reply && reply.error().reason == "COMPONENT_CHANGED") {
      again.push_back(std::move(sent[i].task));
    } else if (!reply && reply.error().code == Code::kTooLarge) {
      commands.clear();
      commands.emplace_back(make_refused_application(sent[i].command, reply.error()));
      DAYBOOK_ASSIGN(const auto second, waits_.send(std::move(commands)));
      note(sent[i].command, second.front());
    } else {
      note(sent[i].command, reply);
    }
  }
  line.insert(line.begin(), std::make_move_iterator(again.begin()),
              std::make_move_iterator(again.end()));
  return again.empty() ? Status{} : catch_up();
}

void RuleRounds::note(const scheduler::ApplyRule& command, const Result<scheduler::Reply>& reply) {
  if (!reply) {
    // It was applied before a restart, or its rule is gone: as it should be.
    const bool expected = reply.error().reason == "RULE_APPLIED" ||
                          reply.error().reason == "RULE_CHANGED" ||
                          reply.error().code == Code::kNotFound;
    if (options_.logger && !expected) {
      options_.logger->error("rules: {} for event {} was refused: {}", command.rule,
                             command.on.value, reply.error().text());
    }
    return;
  }
  const auto* outcome = std::get_if<scheduler::AppliedOutcome>(&reply->outcome);
  applied_.fetch_add(1, std::memory_order_relaxed);
  if (outcome != nullptr && outcome->failed) {
    failed_.fetch_add(1, std::memory_order_relaxed);
    if (options_.logger) {
      options_.logger->info("rules: {} failed for event {}; event {} says why", command.rule,
                            command.on.value, reply->first.value);
    }
  }
}

// Says how far rules ran, when a restart would otherwise look at much again, or would look at it
// with other components.
Status RuleRounds::advance() {
  const bool due = changed_ || position_.value >= through_.value + kRulesAdvanceEvents;
  return due ? record_advance() : Status();
}

Status RuleRounds::record_advance() {
  if (book_.empty() || position_ <= through_) {
    return {};
  }
  std::vector<scheduler::Command> commands;
  commands.emplace_back(scheduler::AdvanceRules{position_});
  DAYBOOK_ASSIGN(const auto replies, waits_.send(std::move(commands)));
  if (!replies.front()) {
    return fail(replies.front().error());
  }
  through_ = position_;
  changed_ = false;
  looked_ = false;
  book_.forget(through_);
  return {};
}

void RuleRounds::record_end() {
  if (!looked_ || blind_) {
    return;
  }
  position_ = Seq{position_seen_};  // a round that was cut short is looked at again
  if (const Status done = record_advance(); !done && options_.logger) {
    options_.logger->warn("rules: how far they ran was not recorded, a start looks at it again: {}",
                          done.error().text());
  }
}

void RuleRounds::give_up(const Error& error) {
  blind_ = true;
  report_fault(options_.supervisor, "rules", error, Consequence::kStop);
}

RuleRunnerStatus RuleRounds::status() const {
  return {Seq{position_seen_}, applied_, failed_, blind_};
}

}  // namespace daybook::dispatch
