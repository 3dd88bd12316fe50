#include "tests/scenarios/driver.h"

#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "base/sha256.h"
#include "events/json.h"
#include "tests/scenarios/line.h"
#include "tests/scenarios/world.h"

namespace daybook::scenarios {
namespace {

using scheduler::AdvanceRules;
using scheduler::AppliedOutcome;
using scheduler::ApplyRule;
using scheduler::CancelJob;
using scheduler::Command;
using scheduler::CreateJobs;
using scheduler::DeleteComponent;
using scheduler::DeleteDefinition;
using scheduler::DeleteRule;
using scheduler::ExpireLease;
using scheduler::ExtendLease;
using scheduler::Failed;
using scheduler::IdempotencyKey;
using scheduler::NewJob;
using scheduler::PutComponent;
using scheduler::PutDefinition;
using scheduler::PutRule;
using scheduler::RemoveJobs;
using scheduler::Reply;
using scheduler::ReportAttempt;
using scheduler::ReportOutcome;
using scheduler::RequestCancel;
using scheduler::RetryJob;
using scheduler::ScheduleEffect;
using scheduler::StartJob;
using scheduler::Token;

class Driver {
 public:
  Driver() : world_(7, [this](const events::Recorded& e) { see(e); }) {
    to_time(kMidnight);
    take_words();
  }

  void line(std::string text, int number, std::vector<Problem>& problems) {
    std::optional<std::string> expected;
    if (const auto arrow = text.find("->"); arrow != std::string::npos) {
      expected = trimmed(text.substr(arrow + 2));
      text = text.substr(0, arrow);
    }
    text = trimmed(text);
    if (text.rfind("at ", 0) == 0) {
      const auto space = text.find(' ', 3);
      to_time(time_of(text.substr(3, space - 3)));
      text = space == std::string::npos ? "" : trimmed(text.substr(space));
    }
    if (text.empty()) {
      return;
    }
    const std::string got = run(parse(text));
    const bool fine = expected ? got == *expected : got == "accepted" || got == "nothing";
    if (!fine) {
      problems.push_back(
          {number, text + " -> " + got + (expected ? ", expected " + *expected : "")});
    }
  }

  std::string verify() { return world_.verify(); }

 private:
  static std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t");
    const auto last = text.find_last_not_of(" \t\r");
    return first == std::string::npos ? "" : text.substr(first, last - first + 1);
  }

  void to_time(Micros to) {
    const Duration by = to - world_.clock.wall();
    if (by.value < 0) {
      throw BadLine("time goes back; write jump");
    }
    world_.clock.advance(by);
  }

  std::string run(const Line& line);
  std::string run_resource(const Line& line);
  std::string run_attempt(const Line& line);
  std::string run_job(const Line& line);
  std::string run_world(const Line& line);
  std::string run_rule(const Line& line);

  std::string schedule(const Line& line);
  std::string put_definition(const Line& line);
  std::string report(const Line& line);
  NewJob new_job(const Line& line) const;
  std::vector<scheduler::Effect> effects(const Line& line);
  std::string apply(const Line& line);

  // Sends the command and says in words what came of it.
  std::string send(Command command, std::optional<IdempotencyKey> key = {});
  std::string words_of(const Result<Reply>& reply);
  std::string take_words();

  JobId job(const std::string& name) const {
    const auto found = jobs_.find(name);
    return found == jobs_.end() ? JobId::make(kMidnight, 0, Seq{99'999}) : found->second;
  }
  std::string name(JobId id) const {
    for (const auto& [name, job] : jobs_) {
      if (job == id) {
        return name;
      }
    }
    return id.text();
  }
  std::string attempt_name(JobId id, Attempt attempt) const {
    return name(id) + "#" + std::to_string(attempt.value);
  }
  const Token& token(const std::string& attempt) const {
    const auto found = tokens_.find(attempt);
    if (found == tokens_.end()) {
      throw BadLine("no attempt " + attempt);
    }
    return found->second;
  }
  static std::string job_part(const std::string& attempt) {
    return attempt.substr(0, attempt.find('#'));
  }

  void see(const events::Recorded& recorded) {
    std::visit([&](const auto& event) { say(event, recorded.meta); }, recorded.event);
  }
  void word(std::string text) { words_ += (words_.empty() ? "" : ", ") + std::move(text); }

  void happened(JobId job, const std::string& what, Seq seq) {
    events_[name(job) + "." + what] = {seq, depths_[job]};
  }

  void say(const events::JobCreated& e, const events::Meta& meta) {
    if (!names_.empty()) {
      jobs_[names_.front()] = e.job;
      names_.erase(names_.begin());
    }
    depths_[e.job] = e.rule_depth;
    happened(e.job, "created", meta.seq);
    if (e.effect_of.value != 0) {
      word("scheduled " + name(e.job) + " at=" + text_of(e.run_at));
    }
  }
  void say(const events::JobStarted& e, const events::Meta& meta) {
    tokens_[attempt_name(e.job, e.attempt)] = {meta.seq, e.secret};
    word("run " + attempt_name(e.job, e.attempt));
  }
  void say(const events::JobCompleted& e, const events::Meta& meta) {
    happened(e.job, "completed", meta.seq);
    word("completed " + name(e.job));
  }
  void say(const events::RulePut& e, const events::Meta& meta) {
    versions_[std::string(e.rule)] = meta.seq;
    versions_[std::string(e.rule) + "@" + std::to_string(++puts_)] = meta.seq;
  }
  void say(const events::RuleApplied& e, const events::Meta&) {
    const std::string code(e.failure.code);
    word("applied " + std::string(e.rule) + (code.empty() ? "" : " ") + code);
  }
  void say(const events::ContractDerived& e, const events::Meta&) {
    word("contract " + std::string(e.component));
  }
  void say(const events::RulesAdvanced&, const events::Meta&) { word("advanced"); }
  void say(const events::JobFailed& e, const events::Meta& meta) {
    happened(e.job, "failed", meta.seq);
    word("failed " + name(e.job) + " " + std::string(e.failure.code));
  }
  void say(const events::JobRetryScheduled& e, const events::Meta&) {
    word("retry " + name(e.job) + " at=" + text_of(e.run_at));
  }
  void say(const events::JobCancelRequested& e, const events::Meta&) {
    word("asked " + attempt_name(e.job, e.attempt));
  }
  void say(const events::JobCancelled& e, const events::Meta&) { word("cancelled " + name(e.job)); }
  void say(const events::LeaseExtended& e, const events::Meta&) {
    word("extended " + attempt_name(e.job, e.attempt) + " until=" + text_of(e.lease_until));
  }
  void say(const events::LeaseExpired& e, const events::Meta&) {
    word("lost " + attempt_name(e.job, e.attempt));
  }
  void say(const events::JobRemoved& e, const events::Meta&) { word("removed " + name(e.job)); }
  void say(const auto&, const events::Meta&) {}

  std::map<std::string, JobId> jobs_;
  std::map<std::string, Token> tokens_;  // "j1#1" → its token
  struct Happened {
    Seq seq;
    std::uint32_t depth = 0;
  };
  std::map<std::string, Happened> events_;
  std::map<JobId, std::uint32_t> depths_;
  std::map<std::string, Seq> versions_;  // "r" → its newest RulePut event, "r@2" → the second put
  int puts_ = 0;
  std::map<std::string, Hash> hashes_;  // of components
  std::vector<std::string> names_;      // for the next jobs that are created
  std::string words_;
  World world_;
};

std::string Driver::take_words() {
  return std::exchange(words_, {});
}

std::string Driver::words_of(const Result<Reply>& reply) {
  std::string words = take_words();
  if (!reply) {
    return reply.error().code == Code::kUnknownOutcome ? "unknown"
                                                       : "refused " + reply.error().reason;
  }
  const auto* report = std::get_if<ReportOutcome>(&reply->outcome);
  if (reply->replayed || (report != nullptr && report->repeated)) {
    return "repeated";
  }
  return words.empty() ? "accepted" : words;
}

std::string Driver::send(Command command, std::optional<IdempotencyKey> key) {
  return words_of(world_.call(std::move(command), std::move(key)));
}

NewJob Driver::new_job(const Line& line) const {
  NewJob out;
  out.definition = line.get("def");
  out.unique_key = line.get("unique");
  out.parameters = R"({"body":")" + line.get("body") + "\"}";
  if (const auto at = line.find("at")) {
    out.run_at = time_of(*at);
  }
  if (line.find("priority")) {
    out.priority = line.number<std::int32_t>("priority", 0);
  }
  return out;
}

std::string Driver::schedule(const Line& line) {
  CreateJobs create;
  names_ = split(line.name, ',');
  create.jobs.assign(names_.size(), new_job(line));
  std::optional<IdempotencyKey> key;
  if (const auto text = line.find("key")) {
    key = IdempotencyKey{*text, sha256(create.jobs.front().parameters)};
  }
  return send(create, key);
}

std::string Driver::put_definition(const Line& line) {
  PutDefinition put;
  put.definition = line.name;
  put.component = line.get("component", "work");
  put.retry.max_attempts = line.number<std::uint32_t>("maxAttempts", 1);
  put.retry.initial = line.duration("backoff", seconds(10));
  put.retry.max = line.duration("maxBackoff", hours(1));
  put.retry.factor_milli = line.number<std::uint32_t>("factor", 2) * 1000;
  put.retry.jitter_milli = line.number<std::uint32_t>("jitter", 0);
  put.timeout = line.duration("timeout", {});
  put.lease = line.duration("lease", {});
  put.concurrency = line.number<std::uint32_t>("concurrency", 0);
  put.priority = line.number<std::int32_t>("priority", 0);
  put.retention = line.duration("retention", hours(1));
  put.paused = line.get("paused") == "yes";
  if (const auto rate = line.find("rate")) {
    const auto slash = rate->find('/');
    put.rate_count = static_cast<std::uint32_t>(std::stoul(rate->substr(0, slash)));
    put.rate_per = duration_of(rate->substr(slash + 1));
  }
  return send(put);
}

std::string Driver::run_resource(const Line& line) {
  if (line.command == "component") {
    PutComponent put;
    put.component.id = line.name;
    const std::string runtime = line.get("runtime", "worker");
    for (const auto known : {events::Runtime::kReactor, events::Runtime::kExec,
                             events::Runtime::kHttp, events::Runtime::kWorker}) {
      if (runtime == events::runtime_name(known)) {
        put.component.runtime = known;
      }
    }
    put.component.spec = R"({"of":")" + line.name + "\"}";
    put.component.spec_hash = sha256(put.component.spec + line.get("version"));
    hashes_[line.name] = put.component.spec_hash;
    return send(put);
  }
  if (line.command == "drop-component") {
    return send(DeleteComponent{line.name});
  }
  return line.command == "definition" ? put_definition(line) : send(DeleteDefinition{line.name});
}

std::vector<scheduler::Effect> Driver::effects(const Line& line) {
  std::vector<scheduler::Effect> out;
  names_.clear();
  for (auto [at, end] = line.named.equal_range("effect"); at != end; ++at) {
    const auto parts = split(at->second, ';');
    if (parts.size() != 3) {
      throw BadLine("effect=name;definition;+duration or @time");
    }
    ScheduleEffect effect;
    effect.job.definition = parts[1];
    if (parts[2].front() == '+') {
      effect.after = duration_of(std::string_view(parts[2]).substr(1));
    } else {
      effect.job.run_at = time_of(std::string_view(parts[2]).substr(1));
    }
    names_.push_back(parts[0]);
    out.emplace_back(std::move(effect));
  }
  return out;
}

std::string Driver::apply(const Line& line) {
  const auto on = events_.find(line.get("on"));
  if (on == events_.end()) {
    throw BadLine("on= is no event that was seen");
  }
  ApplyRule apply;
  apply.rule = line.name;
  apply.version = versions_[line.get("version", line.name)];
  const std::string component = line.get("component");
  apply.component = {component, hashes_[component]};
  apply.on = on->second.seq;
  apply.depth = on->second.depth;
  apply.effects = effects(line);
  if (line.find("code")) {
    apply.failed = Failed{line.get("code"), "it failed", {}, false};
  }
  return send(apply);
}

std::string Driver::run_rule(const Line& line) {
  if (line.command == "apply") {
    return apply(line);
  }
  if (line.command == "advance") {
    return send(AdvanceRules{events_.at(line.get("through")).seq});
  }
  if (line.command == "drop-rule") {
    return send(DeleteRule{line.name});
  }
  PutRule put{line.name, {}, {}};
  for (const std::string& component : split(line.get("components"), ',')) {
    put.components.push_back({component, {}});
  }
  return send(put);
}

std::string Driver::report(const Line& line) {
  ReportAttempt report;
  report.token = token(line.get("token", line.name));
  report.job = job(job_part(line.name));
  report.result = "{}";
  report.digest = std::hash<std::string>{}(line.get("report", line.whole));
  report.effects = effects(line);
  if (line.command == "fail") {
    report.result.clear();
    report.failed = Failed{line.get("code", "E"), "it failed", {}, line.get("final") != "yes"};
  }
  report.cancelled = line.command == "stop";
  return send(report);
}

std::string Driver::run_attempt(const Line& line) {
  if (line.command == "extend") {
    ExtendLease extend{token(line.get("token", line.name)), {}};
    if (line.find("lease")) {
      extend.lease = line.duration("lease", {});
    }
    return send(extend);
  }
  if (line.command == "give-up") {
    ExpireLease expire{job(job_part(line.name)), token(line.name).started,
                       events::ExpiryCause::kLease, 0};
    const std::string cause = line.get("cause", "lease");
    expire.cause = cause == "timeout"   ? events::ExpiryCause::kTimeout
                   : cause == "restart" ? events::ExpiryCause::kRestart
                                        : events::ExpiryCause::kLease;
    return send(expire);
  }
  return report(line);
}

std::string Driver::run_job(const Line& line) {
  if (line.command == "schedule") {
    return schedule(line);
  }
  if (line.command == "start") {
    const bool leased = line.get("runtime", "worker") == "worker";
    return send(StartJob{job(line.name), {1, 2}, "worker", leased});
  }
  if (line.command == "cancel") {
    return send(CancelJob{job(line.name)});
  }
  if (line.command == "ask" || line.command == "force") {
    return send(RequestCancel{job(line.name), line.command == "force"});
  }
  if (line.command == "again") {
    names_ = {line.get("as")};
    return send(RetryJob{job(line.name), new_job(line)});
  }
  RemoveJobs remove;
  for (const std::string& part : split(line.name, ',')) {
    remove.jobs.push_back({job(part), line.get("def")});
  }
  if (line.command == "sweep") {
    remove.cutoff = time_of(line.get("before"));
  }
  const std::string words = send(remove);
  return words == "accepted" ? "nothing" : words;
}

std::string Driver::run_world(const Line& line) {
  if (line.command == "tick") {
    world_.tick(line.number<std::size_t>("max", 1000));
    const std::string words = take_words();
    return world_.failed() ? "unknown" : words.empty() ? "nothing" : words;
  }
  if (line.command == "sleep" || line.command == "pause") {
    world_.pause(duration_of(line.name));
    return "accepted";
  }
  if (line.command == "restart" || line.command == "down") {
    const std::string wrong =
        world_.restart(line.command == "down" ? duration_of(line.name) : Duration{});
    const std::string words = take_words();
    return wrong.empty() ? (words.empty() ? "accepted" : words) : wrong;
  }
  if (line.command == "jump") {
    const Duration by = duration_of(std::string_view(line.name).substr(1));
    world_.clock.jump(line.name.front() == '-' ? Duration{-by.value} : by);
    return "accepted";
  }
  if (line.command == "close") {
    world_.close(make_error(Code::kNoSpace, "DISK_WATERMARK", "the disk is nearly full"));
    return "accepted";
  }
  if (line.command == "open") {
    world_.close({});
    return "accepted";
  }
  if (line.command == "break") {
    world_.log.fail_next(line.name == "kept" ? Failure::kKept : Failure::kLost);
    return "accepted";
  }
  const auto counts = world_.counts();
  return "pending=" + std::to_string(counts.waiting + counts.ready) +
         " running=" + std::to_string(counts.running);
}

std::string Driver::run(const Line& line) {
  using Handler = std::string (Driver::*)(const Line&);
  static const std::map<std::string, Handler> kHandlers = {
      {"component", &Driver::run_resource},  {"drop-component", &Driver::run_resource},
      {"definition", &Driver::run_resource}, {"drop-definition", &Driver::run_resource},
      {"schedule", &Driver::run_job},        {"start", &Driver::run_job},
      {"cancel", &Driver::run_job},          {"ask", &Driver::run_job},
      {"force", &Driver::run_job},           {"again", &Driver::run_job},
      {"remove", &Driver::run_job},          {"sweep", &Driver::run_job},
      {"complete", &Driver::run_attempt},    {"fail", &Driver::run_attempt},
      {"stop", &Driver::run_attempt},        {"extend", &Driver::run_attempt},
      {"give-up", &Driver::run_attempt},     {"tick", &Driver::run_world},
      {"restart", &Driver::run_world},       {"jump", &Driver::run_world},
      {"close", &Driver::run_world},         {"sleep", &Driver::run_world},
      {"pause", &Driver::run_world},         {"down", &Driver::run_world},
      {"open", &Driver::run_world},          {"break", &Driver::run_world},
      {"rule", &Driver::run_rule},           {"drop-rule", &Driver::run_rule},
      {"apply", &Driver::run_rule},          {"advance", &Driver::run_rule},
      {"counts", &Driver::run_world},
  };
  const auto handler = kHandlers.find(line.command);
  if (handler == kHandlers.end()) {
    throw BadLine("unknown command " + line.command);
  }
  return (this->*handler->second)(line);
}

}  // namespace

std::vector<Problem> run_scenario(std::string_view text) {
  std::vector<Problem> problems;
  Driver driver;
  std::istringstream in{std::string(text)};
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    try {
      // A comment has a blank behind its sign: attempts are written j1#1.
      const auto comment = line.find("# ");
      driver.line(line.substr(0, comment), number, problems);
    } catch (const BadLine& bad) {
      problems.push_back({number, bad.what()});
    }
  }
  if (const std::string wrong = driver.verify(); !wrong.empty()) {
    problems.push_back({0, wrong});
  }
  return problems;
}

}  // namespace daybook::scenarios
