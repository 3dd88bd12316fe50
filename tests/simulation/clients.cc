#include "tests/simulation/clients.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/limits/state.h"
#include "base/sha256.h"
#include "tests/simulation/deeds.h"

namespace daybook::simulation {
namespace {

constexpr std::array kRuntimes{"exec", "http", "reactor", "worker"};
constexpr std::uint64_t kRules = 2;

std::string component_of(std::uint64_t definition) {
  constexpr std::array<std::size_t, kDefinitions> kOf{0, 3, 0, 1, 2, 3, 3, 0};
  return kRuntimes[kOf[definition % kDefinitions]];
}

std::string rule_component(std::uint64_t number) {
  return "r" + std::to_string(number);
}

events::Runtime runtime_of(std::size_t number) {
  using events::Runtime;
  constexpr std::array kAll{Runtime::kExec, Runtime::kHttp, Runtime::kReactor, Runtime::kWorker};
  return kAll[number];
}

}  // namespace

void Clients::begin() {
  for (std::size_t i = 0; i < kRuntimes.size(); ++i) {
    put_component(kRuntimes[i], runtime_of(i), "{}", true);
  }
  for (std::uint64_t i = 0; i < kDefinitions; ++i) {
    ask(draw_definition(i), true);
  }
  if (shared_.choices.rules) {
    for (std::uint64_t i = 0; i < kRules; ++i) {
      put_rule_component(i, true);
    }
  }
  shared_.after(seconds(1), [this] { act(); });
}

void Clients::ask(scheduler::Command command, bool surely) {
  auto wish = std::make_shared<Wish>();
  wish->actor = client_name(shared_.random.below(kClients));
  wish->command = std::move(command);
  ask(std::move(wish), surely);
}

void Clients::ask_as_anybody(scheduler::Command command) {
  if (!shared_.choices.guests || !shared_.random.chance(300)) {
    ask(std::move(command));
    return;
  }
  auto wish = std::make_shared<Wish>();
  wish->actor = guest_name(shared_.random.below(kGuests));
  wish->of_guest = true;
  wish->command = std::move(command);
  ask(std::move(wish), false);
}

void Clients::ask(std::shared_ptr<Wish> wish, bool surely) {
  if (surely || shared_.random.chance(500)) {
    const std::string key = "k" + std::to_string(++last_key_);
    wish->key = scheduler::IdempotencyKey{key, sha256(key)};
    wish->tries_left = surely ? 1000 : static_cast<int>(shared_.random.between(1, 6));
    keyed_.push_back(wish);
  }
  wish->began = oracle_.state().running(oracle_.state().time());
  ++open_;
  attempt(wish);
}

void Clients::attempt(const std::shared_ptr<Wish>& wish) {
  --wish->tries_left;
  Network::Sent sent;
  sent.actor = wish->actor;
  sent.command = wish->command;
  const bool forgets = shared_.broken == Breakage::kForgetsKeys && !wish->tries.empty();
  sent.key = forgets ? std::nullopt : wish->key;
  sent.on_answer = [this, wish](const CommandId&, const Network::Reply& reply) {
    answered(wish, reply);
  };
  sent.done = [this, wish](const Network::Reply* reply) {
    const bool unknown =
        reply == nullptr || (!*reply && reply->error().code == Code::kUnknownOutcome);
    // Some ask again although they were told. A sending has its id from whoever asks: once its key
    // is forgotten it would be another one of that id.
    const bool once_more =
        in_window(*wish) || !std::holds_alternative<scheduler::CreateSending>(wish->command);
    const bool again = wish->tries_left > 0 && wish->key && once_more &&
                       (unknown || (!shared_.calm && shared_.random.chance(50)));
    if (again) {
      shared_.after(shared_.random.between(millis(10), seconds(5)),
                    [this, wish] { attempt(wish); });
    } else {
      --open_;
    }
  };
  wish->tries.push_back(network_.send(std::move(sent)));
}

// Keys are remembered for a time, which is counted as the log counts it.
bool Clients::in_window(const Wish& wish) const {
  const Micros now = oracle_.state().running(oracle_.state().time());
  return (now - wish.began).value < kIdempotencyWindowUs - 3600LL * 1'000'000;
}

void Clients::answered(const std::shared_ptr<Wish>& wish, const Network::Reply& reply) {
  if (!wish->key || !in_window(*wish)) {
    return;
  }
  if (!reply) {
    const bool is_gone = wish->of_guest && reply.error().code == Code::kUnauthorized;
    if (wish->first && !is_gone && reply.error().code != Code::kUnknownOutcome) {
      shared_.verdict.wrong("I11: a request that was carried out is refused when it is repeated: " +
                            reply.error().text());
    }
    return;
  }
  if (wish->first && (!reply->replayed || reply->first != *wish->first)) {
    shared_.verdict.wrong("I11: two outcomes for the key " + wish->key->key);
  }
  if (reply->last.value != 0) {
    wish->first = reply->first;
  }
}

void Clients::check_keys() const {
  for (const auto& wish : keyed_) {
    const auto wrote = std::count_if(wish->tries.begin(), wish->tries.end(),
                                     [&](const CommandId& id) { return oracle_.wrote(id); });
    if (wrote > 1 && in_window(*wish)) {
      shared_.verdict.wrong("I11: the key " + wish->key->key + " was carried out " +
                            std::to_string(wrote) + " times");
    }
  }
}

void Clients::act() {
  if (acts_ >= shared_.choices.acts) {
    return;
  }
  const std::uint64_t what = shared_.random.below(100);
  if (shared_.choices.guests && shared_.random.chance(80)) {
    change_token();
  } else if (what < 45) {
    create_jobs();
  } else if (what < 55) {
    start_chain();
  } else if (what < 70) {
    end_some();
  } else if (what < 78) {
    sendings();
  } else if (what < 88) {
    change_definition();
  } else if (what < 93) {
    change_component();
  } else {
    change_rule();
  }
  ++acts_;
  shared_.after(shared_.random.between(millis(1), shared_.choices.pace), [this] { act(); });
}

scheduler::NewJob Clients::draw_job() {
  Random& random = shared_.random;
  scheduler::NewJob job;
  job.definition = definition_id(random.below(kDefinitions));
  job.parameters = R"({"n":)" + std::to_string(random.below(100)) + "}";
  if (random.chance(500)) {
    job.run_at = shared_.clock.wall() + random.between(seconds(-5), seconds(600));
  }
  if (random.chance(250)) {
    job.unique_key = "u" + std::to_string(random.below(4));
  }
  if (random.chance(300)) {
    job.priority = static_cast<std::int32_t>(random.below(5));
  }
  if (random.chance(200)) {
    job.tags = {"t" + std::to_string(random.below(3))};
  }
  return job;
}

void Clients::create_jobs() {
  scheduler::CreateJobs create;
  for (std::uint64_t n = shared_.random.between(1, 4); n > 0; --n) {
    create.jobs.push_back(draw_job());
  }
  create.listed = create.jobs.size() > 1;
  ask_as_anybody(std::move(create));
}

void Clients::start_chain() {
  scheduler::NewJob job;
  job.definition = definition_id(shared_.random.below(2));
  job.parameters = "{}";
  job.unique_key = kChainKey;
  ask_as_anybody(scheduler::CreateJobs{{job}, false});
}

// Mostly of the newest.
void Clients::end_some() {
  const auto& jobs = oracle_.jobs();
  if (jobs.empty()) {
    return;
  }
  Random& random = shared_.random;
  const JobId job = jobs[jobs.size() - 1 - random.below(std::min<std::size_t>(jobs.size(), 30))];
  switch (random.below(4)) {
    case 0:
      ask_as_anybody(scheduler::CancelJob{job});
      break;
    case 1:
      ask(scheduler::RequestCancel{job, random.chance(300)});
      break;
    case 2:
      ask_as_anybody(scheduler::RetryJob{job, draw_job(), {}});
      break;
    default:
      ask(scheduler::RemoveJobs{{{job, oracle_.definition_of(job)}}, std::nullopt});
  }
}

void Clients::sendings() {
  if (!shared_.choices.sendings) {
    return;
  }
  Random& random = shared_.random;
  if (random.chance(300) && !oracle_.sendings().empty()) {
    ask(scheduler::CancelSending{random.of(oracle_.sendings())});
    return;
  }
  scheduler::CreateSending create;
  create.sending.id = {0x8000, random.next() >> 2 | 0x8000'0000'0000'0000ULL};
  create.sending.transport = random.chance(900) ? Transport::kEmail : Transport::kHttp;
  create.sending.recipient = "bob@example.org";
  create.sending.category = "test";
  create.sending.content = R"({"subject":"s"})";
  ask_as_anybody(std::move(create));
}

scheduler::PutDefinition Clients::draw_definition(std::uint64_t number) {
  Random& random = shared_.random;
  scheduler::PutDefinition put;
  put.definition = definition_id(number);
  put.component = component_of(number);
  put.retry = {static_cast<std::uint32_t>(random.between(1, 4)),
               seconds(static_cast<std::int64_t>(random.between(1, 20))), seconds(60),
               static_cast<std::uint32_t>(random.between(1000, 3000)),
               static_cast<std::uint32_t>(random.below(500))};
  put.timeout = random.chance(500) ? Duration{} : seconds(60);
  put.lease = seconds(static_cast<std::int64_t>(random.between(5, 30)));
  put.concurrency = static_cast<std::uint32_t>(random.below(4));
  if (random.chance(250)) {
    put.rate_count = static_cast<std::uint32_t>(random.between(1, 5));
    put.rate_per = seconds(60);
  }
  put.priority = static_cast<std::int32_t>(random.below(3));
  put.retention = random.chance(500) ? seconds(60) : hours(1);
  put.paused = random.chance(100);
  if (random.chance(200)) {
    put.on_failure = R"([{"effect":"scheduleJob","definition":"d2","parameters":{}}])";
  }
  return put;
}

void Clients::change_definition() {
  Random& random = shared_.random;
  const std::uint64_t number = random.below(kDefinitions);
  if (random.chance(200)) {
    ask(scheduler::DeleteDefinition{definition_id(number)});
  } else if (random.chance(500)) {
    scheduler::PatchDefinition patch;
    patch.values = draw_definition(number);
    patch.values.paused = random.chance(500);
    patch.name("paused");
    if (random.chance(300)) {
      patch.name("concurrency");
    }
    if (random.chance(100)) {
      patch.name("componentId");
    }
    patch.values.component = kRuntimes[random.below(kRuntimes.size())];
    ask(std::move(patch));
  } else {
    ask(draw_definition(number));
  }
}

void Clients::put_component(const std::string& id, events::Runtime runtime, const std::string& spec,
                            bool surely) {
  scheduler::PutComponent put;
  put.component.id = id;
  put.component.runtime = runtime;
  put.component.spec = spec;
  put.component.spec_hash = sha256(spec);
  ask(std::move(put), surely);
}

void Clients::put_rule_component(std::uint64_t number, bool surely) {
  constexpr std::array kSpecs{R"({"code":"OnJobCreated"})",
                              R"({"code":"OnJobCompleted OnJobFailed"})",
                              R"({"code":"OnSendingSent OnJobCompleted"})", R"({"code":"broken"})"};
  put_component(rule_component(number), events::Runtime::kReactor,
                kSpecs[shared_.random.below(kSpecs.size())], surely);
}

void Clients::change_component() {
  Random& random = shared_.random;
  const std::size_t number = random.below(kRuntimes.size());
  if (shared_.choices.rules && random.chance(400)) {
    put_rule_component(random.below(kRules));
  } else if (random.chance(200)) {
    ask(scheduler::DeleteComponent{kRuntimes[number]});
  } else {
    const std::size_t runtime = random.chance(100) ? random.below(kRuntimes.size()) : number;
    put_component(kRuntimes[number], runtime_of(runtime),
                  R"({"v":)" + std::to_string(random.below(3)) + "}");
  }
}

void Clients::change_rule() {
  if (!shared_.choices.rules) {
    return;
  }
  Random& random = shared_.random;
  const std::string rule = "rule" + std::to_string(random.below(2));
  if (random.chance(250)) {
    ask(scheduler::DeleteRule{rule});
    return;
  }
  scheduler::PutRule put;
  put.rule = rule;
  for (std::uint64_t i = random.below(2); i < kRules; ++i) {
    put.components.push_back({rule_component(i), "{}"});
  }
  ask_as_anybody(std::move(put));
}

void Clients::change_token() {
  Random& random = shared_.random;
  const std::string guest = guest_name(random.below(kGuests));
  if (random.chance(200)) {
    ask(scheduler::RevokeToken{guest});
    return;
  }
  if (random.chance(200)) {
    ask(scheduler::RotateToken{guest, sha256(std::to_string(random.next()))});
    return;
  }
  scheduler::CreateToken create;
  create.token = guest;
  create.permissions = {random.chance(700) ? "jobs:*" : "jobs/d1:write"};
  if (random.chance(500)) {
    create.permissions.emplace_back("sendings:write");
  }
  create.secret_hash = sha256(std::to_string(random.next()));
  if (random.chance(400)) {
    create.expires_at = shared_.clock.wall() + random.between(seconds(30), seconds(600));
  }
  ask(std::move(create));
}

void Clients::resume_all() {
  oracle_.state().each_definition([this](const scheduler::Definition& definition) {
    if (!definition.deleted && definition.settings.paused) {
      scheduler::PatchDefinition patch;
      patch.values.definition = definition.id;
      patch.values.paused = false;
      patch.name("paused");
      ask(std::move(patch), true);
    }
  });
}

}  // namespace daybook::simulation
