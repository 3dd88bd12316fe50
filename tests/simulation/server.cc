#include "tests/simulation/server.h"

#include <utility>

#include "base/check.h"
#include "scheduler/recover.h"
#include "scheduler/snapshot.h"
#include "scheduler/state_parts.h"

namespace daybook::simulation {
namespace {

using dispatch::DispatcherRounds;
using dispatch::OutboxRounds;
using dispatch::RuleRounds;

constexpr std::size_t kExecSlots = 3;
constexpr std::size_t kOtherSlots = 4;
constexpr Duration kBetweenSweeps = seconds(60);
constexpr Duration kViewsPatience = seconds(30);

Error shut_down() {
  return make_error(Code::kShutdown, "SHUTTING_DOWN", "the server is stopping");
}

}  // namespace

Server::Server(Shared& shared, Disk& disk, Oracle& oracle, std::function<void()> turn)
    : shared_(shared),
      disk_(disk),
      oracle_(oracle),
      turn_(std::move(turn)),
      exec_(shared, oracle, disk.log, kExecSlots),
      http_(shared, oracle, disk.log, kOtherSlots),
      reactor_(shared, oracle, disk.log, kOtherSlots),
      sender_(shared, oracle),
      evaluator_(shared, [this] { turn_(); }) {
  recover();
  make_parts();
}

Server::~Server() {
  dead_ = true;
}

void Server::recover() {
  auto recovered = scheduler::recover(disk_.log, disk_.snapshots);
  DAYBOOK_CHECK(recovered.has_value(), "the log of the simulation can be read");
  recovered_from_ = recovered->snapshot;
  oracle_.check_restart(disk_.log, recovered->state);
  scheduler::SequencerOptions options;
  options.admit = [this]() -> Status {
    return disk_.full ? Status(fail(Code::kNoSpace, "DISK_WATERMARK", "full")) : Status();
  };
  options.on_fatal = [this](const Error&) { kill(); };
  options.on_tokens = [this](std::shared_ptr<const access::TokenTable> table) {
    tokens_.replace(std::move(table));
  };
  if (shared_.choices.snapshot_events > 0) {
    options.snapshot_events = shared_.choices.snapshot_events;
    options.snapshot = [this](const scheduler::State& state, Seq seq, const Hash& chain) {
      return take_snapshot(state, seq, chain);
    };
  }
  sequencer_ = std::make_unique<scheduler::Sequencer>(
      disk_.log, shared_.clock, std::move(recovered->state), std::move(options));
}

Status Server::take_snapshot(const scheduler::State& state, Seq seq, const Hash& chain) {
  if (seq > disk_.log.last()) {
    shared_.verdict.wrong("I9: a snapshot is ahead of the log");
  }
  if (shared_.broken == Breakage::kStaleSnapshot && seq.value > 1) {
    scheduler::State stale;
    DAYBOOK_TRY(scheduler::fold(stale, disk_.log, Seq{seq.value - 1}));
    // It says that it is of the whole.
    stale.parts().applied = seq;
    return scheduler::write_snapshot(stale, seq, chain, disk_.snapshots);
  }
  return scheduler::write_snapshot(state, seq, chain, disk_.snapshots);
}

void Server::make_parts() {
  projections::ViewsOptions views;
  views.supervisor = &supervisor_;
  views.open_store = [this]() -> Result<std::unique_ptr<projections::Store>> {
    return std::make_unique<MemoryStore>(disk_.views);
  };
  auto opened = projections::Views::open(views, disk_.log);
  DAYBOOK_CHECK(opened.has_value(), "views open");
  views_ = std::move(*opened);

  dispatch::DispatcherOptions options;
  options.runtimes = {&exec_, &http_, &reactor_};
  options.exec_slots = kExecSlots;
  options.http_slots = kOtherSlots;
  options.reactor_slots = kOtherSlots;
  options.supervisor = &supervisor_;
  options.on_alive = [this] { disk_.alive = shared_.clock.wall(); };
  dispatcher_ = std::make_unique<DispatcherRounds>(disk_.log, *sequencer_, shared_.clock,
                                                   shared_.entropy, std::move(options));
  const scheduler::State& state = sequencer_->state();
  dispatcher_->recover(state, state.applied());
  outbox_ = std::make_unique<OutboxRounds>(disk_.log, *sequencer_, sender_, shared_.clock,
                                           shared_.entropy, dispatch::OutboxOptions{});
  outbox_->recover(state, state.applied());
  dispatch::RuleRunnerOptions rules;
  rules.supervisor = &supervisor_;
  rules_ = std::make_unique<RuleRounds>(
      disk_.log, evaluator_, state, std::move(rules),
      RuleRounds::Waits{
          [this](std::vector<scheduler::Command> commands) { return send(std::move(commands)); },
          [this] { return dead_ || stopping_; }});
  retention_ = std::make_unique<dispatch::RetentionSweep>(dispatch::RetentionSweep::Parts{
      *views_, shared_.clock,
      [this](scheduler::Command command) -> Result<scheduler::Reply> {
        std::vector<scheduler::Command> one;
        one.push_back(std::move(command));
        DAYBOOK_ASSIGN(auto replies, send(std::move(one)));
        return std::move(replies.front());
      },
      [this](Seq seq) { return wait_for_views(seq); }, [this] { return dead_ || stopping_; },
      [](std::uint64_t) {}, [](std::int64_t) {}, &tokens_});
}

// Those who are there from the first start on, as tools/daybook makes the owner's token.
void Server::add_tokens(std::vector<scheduler::Command>& commands) const {
  const auto add = [&](const std::string& id, const std::string& permission) {
    scheduler::CreateToken create;
    create.token = id;
    create.permissions = {permission};
    commands.emplace_back(std::move(create));
  };
  for (std::size_t i = 0; i < kClients; ++i) {
    add(client_name(i), "*:*");
  }
  for (std::size_t i = 0; i < shared_.choices.workers; ++i) {
    add(worker_name(i), "workers:lease");
  }
}

bool Server::start() {
  bool started = false;
  const bool is_first = sequencer_->state().token_count() == 0;
  scheduler::Request request;
  request.id = shared_.entropy.command_id();
  request.commands.emplace_back(scheduler::StartServer{"1", "simulation", 1, disk_.alive});
  if (is_first) {
    add_tokens(request.commands);
  }
  request.answer = [&](const std::vector<Result<scheduler::Reply>>& replies) {
    started = replies.front().has_value();
    if (!started && replies.front().error().code != Code::kUnknownOutcome) {
      shared_.verdict.wrong("a start is refused: " + replies.front().error().text());
    }
  };
  DAYBOOK_CHECK(sequencer_->submit(std::move(request)).has_value(), "a new inbox takes requests");
  sequencer_->decide_by_hand();
  sequencer_->commit_by_hand();
  if (!started) {
    kill();
    return false;
  }
  dispatcher_->begin();
  if (shared_.broken != Breakage::kMissesWake) {
    grown_.emplace(disk_.log.tail(), events::TypeSet::all(),
                   [mailbox = dispatcher_->mail()] { mailbox->poke(); });
  }
  dispatcher_->mail()->poke();
  dispatcher_->accept(true);
  outbox_->begin();
  outbox_->mail()->poke();
  rule_put_.emplace(disk_.log.tail(), events::TypeSet::of<events::RulePut>(),
                    [this] { rule_was_put_ = true; });
  dispatcher_wake_ = outbox_wake_ = views_wake_ = retention_wake_ = shared_.clock.steady();
  return true;
}

bool Server::turn(Part part) {
  if (dead_) {
    return false;
  }
  switch (part) {
    case Part::kDecide:
      return sequencer_->decide_by_hand();
    case Part::kCommit:
      return sequencer_->commit_by_hand();
    case Part::kDispatch:
      return turn_dispatch();
    case Part::kOutbox:
      return turn_outbox();
    case Part::kRules:
      return turn_rules();
    case Part::kViews:
      return turn_views();
    case Part::kRetention:
      return turn_retention();
  }
  return false;
}

Server::Wake Server::later(std::optional<std::chrono::microseconds> patience) const {
  return patience ? Wake(shared_.clock.steady() + Duration{patience->count()}) : std::nullopt;
}

bool Server::turn_dispatch() {
  if (dispatcher_ended_ ||
      (!dispatcher_->mail()->take(dispatcher_mail_) && !due(dispatcher_wake_))) {
    return false;
  }
  if (dispatcher_->round(dispatcher_mail_)) {
    dispatcher_wake_ = later(dispatcher_->patience());
  } else {
    dispatcher_->end();
    dispatcher_ended_ = true;
    dispatcher_wake_.reset();
  }
  look_at_faults();
  return true;
}

bool Server::turn_outbox() {
  if (outbox_ended_ || (!outbox_->mail()->take(outbox_mail_) && !due(outbox_wake_))) {
    return false;
  }
  outbox_ended_ = !outbox_->round(outbox_mail_);
  outbox_wake_ = outbox_ended_ ? std::nullopt : later(outbox_->patience());
  look_at_faults();
  return true;
}

bool Server::turn_rules() {
  if (rules_busy_ || stopping_ || (!rules_->has_more() && !rule_was_put_)) {
    return false;
  }
  rules_busy_ = true;
  rule_was_put_ = false;
  const Status done = rules_->round();
  rules_busy_ = false;
  if (!done && !dead_ && !stopping_) {
    shared_.verdict.wrong("rules cannot go on: " + done.error().text());
  }
  return true;
}

bool Server::turn_views() {
  const bool grown = disk_.log.last() > views_saw_;
  if (!due(views_wake_) && (!grown || shared_.random.chance(shared_.choices.view_lag))) {
    return false;
  }
  views_saw_ = disk_.log.last();
  views_wake_ = later(views_->fold_by_hand(shared_.clock.steady()));
  look_at_faults();
  return true;
}

bool Server::turn_retention() {
  const bool wanted = shared_.choices.retention && !retention_busy_ && !stopping_;
  if (!wanted || !due(retention_wake_)) {
    return false;
  }
  static_cast<void>(sweep());
  return true;
}

Result<std::uint64_t> Server::sweep() {
  retention_busy_ = true;
  auto swept = shared_.broken == Breakage::kForgetsRetention ? Result<std::uint64_t>(0)
                                                             : retention_->sweep();
  retention_busy_ = false;
  retention_wake_ = shared_.clock.steady() + kBetweenSweeps;
  return swept;
}

void Server::check_idle() {
  if (dead_ || stopping_) {
    return;
  }
  if (dispatcher_->applied() != disk_.log.last()) {
    shared_.verdict.wrong("the dispatcher was not told that the log grew: it is at event " +
                          std::to_string(dispatcher_->applied().value) + " of " +
                          std::to_string(disk_.log.last().value));
  }
  if (outbox_->metrics().pending != oracle_.state().sending_count()) {
    shared_.verdict.wrong("the outbox was not told that the log grew: it has " +
                          std::to_string(outbox_->metrics().pending) + " sendings of " +
                          std::to_string(oracle_.state().sending_count()));
  }
}

std::optional<Micros> Server::next_wake() const {
  Wake out;
  for (const Wake& wake :
       {dispatcher_wake_, outbox_wake_, views_wake_,
        shared_.choices.retention && !retention_busy_ ? retention_wake_ : Wake()}) {
    if (wake && (!out || *wake < *out)) {
      out = wake;
    }
  }
  return out;
}

// What the process cannot go on from is nothing that the world did to it.
void Server::look_at_faults() {
  for (const Fault& fault : supervisor_.faults()) {
    if (fault.consequence == Consequence::kStop) {
      shared_.verdict.wrong(fault.part + " cannot go on: " + fault.error.text());
    } else if (fault.part.starts_with("view ")) {
      shared_.verdict.wrong(fault.part + " stands still: " + fault.error.text());
    }
  }
}

bool Server::wait(const std::function<bool()>& done) {
  while (!done()) {
    if (dead_ || !shared_.verdict.ok()) {
      return false;
    }
    turn_();
  }
  return true;
}

Result<RuleRounds::Replies> Server::send(std::vector<scheduler::Command> commands) {
  const auto answered = std::make_shared<std::optional<RuleRounds::Replies>>();
  scheduler::Request request;
  request.id = shared_.entropy.command_id();
  request.commands = std::move(commands);
  request.answer = [answered](RuleRounds::Replies replies) { *answered = std::move(replies); };
  DAYBOOK_TRY(sequencer_->submit(std::move(request)));
  if (!wait([&] { return answered->has_value(); })) {
    return fail(shut_down());
  }
  return std::move(**answered);
}

Status Server::wait_for_views(Seq seq) {
  const auto shown = [&] { return views_->wait_for(seq, std::chrono::milliseconds(0)); };
  const Micros until = shared_.clock.steady() + kViewsPatience;
  if (shown()) {
    return {};
  }
  views_wake_ = shared_.clock.steady();  // that rang for it
  const auto over = [&] { return views_->applied() >= seq || shared_.clock.steady() >= until; };
  return wait(over) ? shown() : Status(fail(shut_down()));
}

Status Server::submit(scheduler::Request&& request) {
  if (dead_ || stopping_) {
    return fail(shut_down());
  }
  return sequencer_->submit(std::move(request));
}

// As tools/daybook/engine.cc does: what was started last ends first.
void Server::stop() {
  stopping_ = true;
  (void)dispatcher_->mail()->post(dispatch::Closing{});
  stop_outbox();
  rules_->record_end();
  stop_dispatcher();
  if (dead_) {
    return;
  }
  sequencer_->stop();
  while (!dead_ && (sequencer_->decide_by_hand() || sequencer_->commit_by_hand())) {
  }
  if (dead_) {
    return;
  }
  if (shared_.choices.snapshot_events > 0) {
    static_cast<void>(take_snapshot(sequencer_->state(), disk_.log.last(), disk_.log.last_chain()));
  }
  views_->stop();
}

void Server::stop_outbox() {
  (void)outbox_->mail()->post(dispatch::Closing{});
  sender_.shutdown();
  (void)outbox_->mail()->post(dispatch::Quit{});
  wait([this] { return outbox_ended_; });
}

void Server::stop_dispatcher() {
  dispatcher_->accept(false);
  (void)dispatcher_->mail()->post(DispatcherRounds::Drain{});
  const Micros drained = shared_.clock.steady() + shared_.random.between(millis(0), seconds(5));
  wait([&] { return shared_.clock.steady() >= drained; });
  for (auto* runtime : {&exec_, &http_, &reactor_}) {
    runtime->shutdown();
  }
  (void)dispatcher_->mail()->post(dispatch::Quit{});
  wait([this] { return dispatcher_ended_; });
}

}  // namespace daybook::simulation
