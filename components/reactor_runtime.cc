#include "components/reactor_runtime.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/limits/components.h"
#include "base/sha256.h"
#include "base/thread.h"
#include "components/json_reader.h"
#include "components/order_document.h"
#include "components/program_cache.h"
#include "components/reactor_spec.h"
#include "components/rule_evaluator.h"

namespace daybook::components {
namespace {

using Done = std::function<void(RunOutcome)>;
using Interrupted = std::function<std::optional<Error>()>;

// What a program is made of: its own id and text, and those of its modules.
Hash key_of(const Order& order) {
  std::string form;
  const auto add = [&](std::string_view part) {
    form += std::to_string(part.size());
    form += ':';
    form += part;
  };
  add(order.component);
  add(order.spec);
  for (const Module& module : order.modules) {
    add(module.component);
    add(module.spec);
  }
  return sha256(form);
}

// A run that waits or goes on.
struct Ticket final : Run {
  Order order;
  Done done;
  std::atomic<bool> stopped{false};
  std::atomic<bool> shut_down{false};  // stopped by the end of the server

  void stop() override { stopped = true; }
};

// How a run ended that was stopped; the other runtimes say the same.
RunOutcome stopped(const Ticket& ticket) {
  if (ticket.shut_down) {
    return failed("SERVER_STOPPED", "The server stopped.", true);
  }
  RunOutcome out;
  out.cancelled = true;
  return out;
}

// Asks the outside, and says when the time is over.
class LiveWorld final : public reactor::World {
 public:
  LiveWorld(Outside& outside, const Clock& clock, const Ticket& ticket, Micros deadline)
      : outside_(outside), clock_(clock), ticket_(ticket), deadline_(deadline) {}

  Result<std::string> ask(std::string_view question) override {
    if (auto reason = interrupted()) {
      return fail(std::move(*reason));
    }
    return outside_.ask(question, {ticket_.order.started_at, deadline_, ticket_.stopped});
  }
  std::optional<Error> interrupted() override {
    if (ticket_.stopped) {
      return make_error(Code::kShutdown, "STOPPED", "the run was asked to stop");
    }
    if (clock_.steady() >= deadline_) {
      return make_error(Code::kUnavailable, "TIMEOUT", "the run took longer than it may");
    }
    return std::nullopt;
  }

 private:
  Outside& outside_;
  const Clock& clock_;
  const Ticket& ticket_;
  const Micros deadline_;
};

}  // namespace

struct ReactorRuntime::Impl {
  Impl(ReactorOptions options_in, Outside& outside_in, const Clock& clock_in)
      : options(options_in), outside(outside_in), clock(clock_in), cache(options_in.cache_bytes) {}

  void work();
  RunOutcome run(const Ticket& ticket);
  // An error of `interrupted` comes back as it is.
  CompiledOrder program_of(const Order& order, Interrupted interrupted = {});
  CompiledOrder compile(const Hash& key, const Order& order, Interrupted interrupted = {});

  const ReactorOptions options;
  Outside& outside;
  const Clock& clock;
  ProgramCache cache;
  std::vector<std::thread> threads;

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::shared_ptr<Ticket>> line;
  std::deque<std::shared_ptr<Ticket>> running;
  bool closing = false;
};

void ReactorRuntime::Impl::work() {
  std::unique_lock lock(mutex);
  for (;;) {
    wake.wait(lock, [&] { return closing || !line.empty(); });
    if (line.empty()) {
      return;
    }
    const std::shared_ptr<Ticket> ticket = line.front();
    line.pop_front();
    running.push_back(ticket);
    lock.unlock();
    ticket->done(run(*ticket));
    lock.lock();
    std::erase(running, ticket);
  }
}

RunOutcome ReactorRuntime::Impl::run(const Ticket& ticket) {
  if (ticket.stopped) {
    return stopped(ticket);
  }
  const Order& order = ticket.order;
  // The order's timeout is a time of day; the run, and compiling for it, is held to the monotonic
  // clock.
  const Duration left =
      order.timeout_at.value > 0 ? order.timeout_at - clock.wall() : options.timeout;
  LiveWorld world(outside, clock, ticket, clock.steady() + left);
  auto program = program_of(order, [&] { return world.interrupted(); });
  if (!program) {
    if (ticket.stopped) {
      return stopped(ticket);
    }
    RunOutcome out;
    out.failure = not_compiled(program.error());
    return out;
  }
  RunOutcome out = run_order(order, **program, options.limits, world);
  return out.failure && ticket.stopped ? stopped(ticket) : out;
}

CompiledOrder ReactorRuntime::Impl::program_of(const Order& order, Interrupted interrupted) {
  const Hash key = key_of(order);
  if (auto known = cache.find(key)) {
    return known;
  }
  return compile(key, order, std::move(interrupted));
}

CompiledOrder ReactorRuntime::Impl::compile(const Hash& key, const Order& order,
                                            Interrupted interrupted) {
  auto program = compile_order(order, std::move(interrupted));
  if (!program) {
    return program;
  }
  cache.put(key, *program);
  return program;
}

ReactorRuntime::ReactorRuntime(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<ReactorRuntime>> ReactorRuntime::open(ReactorOptions options,
                                                             Outside& outside, const Clock& clock) {
  auto impl = std::make_unique<Impl>(options, outside, clock);
  for (std::size_t i = 0; i < options.threads; ++i) {
    auto thread = start_thread("reactor", [raw = impl.get()] { raw->work(); });
    if (!thread && i == 0) {
      return fail(thread.error());
    }
    if (!thread) {
      break;
    }
    impl->threads.push_back(std::move(*thread));
  }
  return std::unique_ptr<ReactorRuntime>(new ReactorRuntime(std::move(impl)));
}

ReactorRuntime::~ReactorRuntime() {
  shutdown();
}

CheckResult ReactorRuntime::check(const Draft& draft) const {
  Faults faults;
  auto code = parse_reactor_spec(draft.spec, faults);
  if (!code) {
    return tl::unexpected(SpecFaults{std::move(faults).all()});
  }
  const StoredModules modules(draft.others);
  reactor::Compiled compiled =
      reactor::compile(draft.component, std::move(*code), modules, impl_->outside.sets());
  if (!compiled.ok() || !faults.empty()) {
    return tl::unexpected(
        to_faults(compiled.ok() ? std::vector<reactor::Diagnostic>() : compiled.diagnostics,
                  draft.component, std::move(faults)));
  }
  return Checked{std::move(compiled.imports)};
}

namespace {

Order order_of(const Draft& draft) {
  Order out;
  out.component = draft.component;
  out.spec = draft.spec;
  for (const std::string& id : draft.imports) {
    if (auto spec = draft.others.spec(id)) {
      out.modules.push_back({id, std::move(*spec)});
    }
  }
  return out;
}

}  // namespace

// A component that cannot run says so when it should.
Status ReactorRuntime::check_parameters(const Draft& draft, std::string_view parameters,
                                        Compiling compiling) const {
  const Order order = order_of(draft);
  const Hash key = key_of(order);
  CompiledOrder program = impl_->cache.find(key);
  if (*program == nullptr && compiling == Compiling::kNever) {
    return fail(Code::kUnavailable, "NOT_COMPILED", "the component must be compiled first");
  }
  if (*program == nullptr) {
    program = impl_->compile(key, order);
  }
  return program ? reactor::check_parameters(**program, parameters) : Status();
}

Status ReactorRuntime::check_rule_parameters(const Draft& draft,
                                             std::string_view parameters) const {
  const auto program = impl_->program_of(order_of(draft));
  if (!program) {
    return {};
  }
  const RuleHooks hooks = hooks_of(**program);
  if (hooks.hooks.empty()) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Takes no event: a parameter must be of the type of one, such as OnJobCompleted.",
                "componentId");
  }
  return reactor::check_parameters(**program, parameters, hooks.parameter);
}

std::shared_ptr<Run> ReactorRuntime::run(Order order, Done done) {
  auto ticket = std::make_shared<Ticket>();
  ticket->order = std::move(order);
  ticket->done = std::move(done);
  {
    const std::lock_guard lock(impl_->mutex);
    ticket->shut_down = impl_->closing;
    if (!impl_->closing && impl_->line.size() < kOrdersWaitingMax) {
      impl_->line.push_back(ticket);
      impl_->wake.notify_one();
      return ticket;
    }
  }
  ticket->done(ticket->shut_down
                   ? stopped(*ticket)
                   : failed("RUNTIME_BUSY", "The runtime takes no more orders now.", true));
  return ticket;
}

void ReactorRuntime::shutdown() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->closing = true;
    for (const auto* tickets : {&impl_->line, &impl_->running}) {
      for (const auto& ticket : *tickets) {
        ticket->shut_down = true;
        ticket->stop();
      }
    }
  }
  impl_->wake.notify_all();
  for (std::thread& thread : impl_->threads) {
    if (thread.joinable()) {
      thread.join();
    }
  }
}

}  // namespace daybook::components
