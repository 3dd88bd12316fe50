#include "tests/api/server_fixture.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "access/token_text.h"
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include "base/json_check.h"
#include "base/json_value.h"
#include "dispatch/contracts.h"
#include "dispatch/dispatcher.h"
#include "graph/own_sets.h"
#include "log/memory_log.h"
#include "scheduler/recover.h"

namespace daybook::test {
namespace {

std::filesystem::path fresh_directory() {
  static std::atomic<int> number{0};
  auto path = std::filesystem::temp_directory_path() /
              ("daybook-api-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
  std::filesystem::create_directories(path);
  return path;
}

class HookedEntropy final : public Entropy {
 public:
  explicit HookedEntropy(const std::function<void()>& hook) : hook_(hook) {}
  std::uint64_t next() override {
    hook_();
    return inner_.next();
  }

 private:
  const std::function<void()>& hook_;
  SeededEntropy inner_{42};
};

}  // namespace

// Members stand in the order in which they depend on each other: each is destroyed before what it
// stands on.
struct ServerFixture::Parts {
  explicit Parts(const std::function<void()>& on_chance) : entropy(on_chance) {}

  std::filesystem::path directory = fresh_directory();
  FakeClock clock;
  HookedEntropy entropy;
  Supervisor supervisor;
  spdlog::logger logger{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
  log::MemoryLog log;
  access::TokenBook book;
  dispatch::Contracts contracts;
  std::unique_ptr<scheduler::Sequencer> sequencer;
  std::unique_ptr<projections::Views> views;
  std::unique_ptr<dispatch::Dispatcher> dispatcher;
  std::unique_ptr<graph::Graph> graph;
  std::unique_ptr<api::Api> api;
  std::weak_ptr<int> held;  // by what all requests of the server share
};

ServerFixture::ServerFixture() : parts_(std::make_unique<Parts>(on_chance)) {
  options.sleep_max = millis(20);  // the clock is moved by hand
}

ServerFixture::~ServerFixture() {
  stop();
  std::filesystem::remove_all(parts_->directory);
}

void ServerFixture::start() {
  const Status started = try_start();
  ASSERT_TRUE(started) << started.error().text();
}

Status ServerFixture::reload() {
  return parts_->api->reload();
}

Status ServerFixture::try_start() {
  Parts& p = *parts_;
  DAYBOOK_ASSIGN(p.views, projections::Views::open({p.directory / "views"}, p.log));
  sequencing.on_tokens = [&p](std::shared_ptr<const access::TokenTable> table) {
    p.book.replace(std::move(table));
  };
  scheduler::State state;
  p.sequencer =
      std::make_unique<scheduler::Sequencer>(p.log, p.clock, std::move(state), sequencing);
  p.dispatcher = std::make_unique<dispatch::Dispatcher>(p.log, *p.sequencer, *p.views, p.clock,
                                                        p.entropy, dispatch::DispatcherOptions{});
  p.graph = std::make_unique<graph::Graph>(p.clock);
  DAYBOOK_TRY(graph::add_own_sets(*p.graph, *p.views));
  scheduler::State empty;
  p.dispatcher->recover(empty, Seq{});
  p.sequencer->start();
  p.views->start();
  p.dispatcher->start();
  const auto held = std::make_shared<int>();
  p.held = held;
  api::Engine engine{.log = p.log,
                     .sequencer = *p.sequencer,
                     .views = *p.views,
                     .dispatcher = *p.dispatcher,
                     .graph = *p.graph,
                     .runtimes = runtimes,
                     .contracts = p.contracts,
                     .effects = {},
                     .tokens = with_tokens ? &p.book : nullptr,
                     .clock = p.clock,
                     .entropy = p.entropy,
                     .logger = p.logger,
                     .supervisor = p.supervisor,
                     .disk =
                         [this, held] {
                           on_disk();
                           return api::DiskStatus{1000, 2000, disk_accepting};
                         },
                     .version = "test"};
  p.api = std::make_unique<api::Api>(std::move(engine), options);
  return p.api->start();
}

void ServerFixture::stop() {
  Parts& p = *parts_;
  if (p.dispatcher) {
    p.dispatcher->close();
  }
  if (p.api) {
    p.api->stop();
  }
  if (p.dispatcher) {
    p.dispatcher->stop();
  }
  if (p.sequencer) {
    p.sequencer->stop();
  }
  if (p.views) {
    p.views->stop();
  }
  p.api.reset();
  p.graph.reset();
  p.dispatcher.reset();
  p.views.reset();
  p.sequencer.reset();
  EXPECT_TRUE(p.held.expired()) << "a request that is over holds itself";
}

std::uint16_t ServerFixture::port() const {
  return parts_->api->port();
}

Supervisor& ServerFixture::supervisor() {
  return parts_->supervisor;
}

FakeClock& ServerFixture::clock() {
  return parts_->clock;
}

bool ServerFixture::run_clock_until(const std::function<bool()>& condition) {
  using Real = std::chrono::steady_clock;
  const auto start = Real::now();
  auto last = start;
  while (!condition()) {
    const auto now = Real::now();
    if (now - start > std::chrono::seconds(15)) {
      return false;
    }
    const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(now - last);
    clock().advance(Duration{passed.count() * 20});
    last += passed;  // what was cut off counts the next time round
    std::this_thread::yield();
  }
  return true;
}

std::string ServerFixture::metric(const std::string& name) {
  const std::string body = call("GET", "/metrics").body;
  const auto at = body.find("\n" + name + " ");
  return at == std::string::npos
             ? ""
             : body.substr(at + name.size() + 2, body.find('\n', at + 1) - at - name.size() - 2);
}

void ServerFixture::until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "what was waited for does not happen";
    std::this_thread::yield();
  }
}

projections::Views& ServerFixture::views() {
  return *parts_->views;
}

log::Log& ServerFixture::log() {
  return parts_->log;
}

void ServerFixture::fail_append(std::uint64_t nth) {
  parts_->log.fail_append(nth, make_error(Code::kIo, "IO", "planted"));
}

HttpReply ServerFixture::call(std::string_view method, std::string_view target,
                              std::string_view body, std::string_view fields) {
  HttpClient client(port());
  const std::string all = bearer.empty()
                              ? std::string(fields)
                              : "Authorization: Bearer " + bearer + "\r\n" + std::string(fields);
  auto reply = client.call(method, target, body, all);
  EXPECT_TRUE(reply) << method << " " << target << ": no answer";
  return reply.value_or(HttpReply());
}

Status ServerFixture::command(scheduler::Command command) {
  const auto reply = parts_->sequencer->call(std::move(command));
  return reply ? Status() : fail(reply.error());
}

std::string ServerFixture::add_token(const std::string& id, std::vector<std::string> permissions,
                                     Micros expires_at) {
  const auto secret = access::Secret::make(parts_->entropy);
  scheduler::CreateToken create;
  create.token = id;
  create.permissions = std::move(permissions);
  create.secret_hash = secret.hash;
  create.expires_at = expires_at;
  const Status created = command(std::move(create));
  EXPECT_TRUE(created) << created.error().text();
  return access::token_text(id, secret.digits);
}

void ServerFixture::put_definition(const std::string& id, const std::string& more) {
  const auto component = call("PUT", "/resources/components/w", R"({"runtime":"worker"})");
  ASSERT_LT(component.status, 300) << component.body;
  const auto definition =
      call("PUT", "/resources/job-definitions/" + id, R"({"componentId":"w")" + more + "}");
  ASSERT_LT(definition.status, 300) << definition.body;
}

std::string ServerFixture::create_job(const std::string& definition, const std::string& more) {
  const auto created =
      call("POST", "/resources/jobs", R"({"jobDefinitionId":")" + definition + "\"" + more + "}");
  EXPECT_EQ(created.status, 201) << created.body;
  return member(created.body, "jobId");
}

std::string ServerFixture::lease_one(const std::string& definition) {
  const auto leased =
      call("POST", "/resources/workers/lease",
           R"({"definitions":[")" + definition + R"("],"workerId":"t","waitMs":10000})");
  EXPECT_EQ(leased.status, 200) << leased.body;
  const auto jobs = elements(leased.body, "jobs");
  EXPECT_EQ(jobs.size(), 1U) << leased.body;
  return jobs.empty() ? std::string("{}") : std::string(jobs.front().text());
}

std::string member(std::string_view json, std::string_view name) {
  const Status sound = check_json(json, kJsonDocumentDepthMax);
  EXPECT_TRUE(sound) << sound.error().text() << "\n" << json;
  if (!sound || JsonValue(json).kind() != JsonValue::Kind::kObject) {
    return "";
  }
  for (const auto& [key, value] : JsonValue(json).members()) {
    if (key == name) {
      return value.kind() == JsonValue::Kind::kString ? value.string() : std::string(value.text());
    }
  }
  return {};
}

std::vector<JsonValue> elements(const std::string& json, std::string_view name) {
  for (const auto& [key, value] : JsonValue(json).members()) {
    if (key == name && value.kind() == JsonValue::Kind::kArray) {
      return value.elements();
    }
  }
  ADD_FAILURE() << "no array " << name << " in " << json;
  return {};
}

}  // namespace daybook::test
