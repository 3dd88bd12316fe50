#include "components/reactor_runtime.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/limits/components.h"
#include "base/sha256.h"
#include "base/texts_key.h"
#include "base/thread.h"
#include "components/json_reader.h"
#include "components/order_document.h"
#include "components/program_cache.h"
#include "components/reactor/contract.h"
#include "components/reactor_spec.h"
#include "components/rule_evaluator.h"

namespace daybook::components {
namespace {

using Done = std::function<void(RunOutcome)>;
using Interrupted = std::function<std::optional<Error>()>;

Hash key_of(const Order& order) {
  TextsKey key;
  key.add(order.component, sha256(order.spec));
  for (const Module& module : order.modules) {
    key.add(module.component, sha256(module.spec));
  }
  return key.finish();
}

// Without it when it is not there.
void add_module(Order& order, const std::string& id, const ComponentDirectory& texts) {
  if (auto spec = texts.spec(id)) {
    order.modules.push_back({id, std::move(*spec)});
  }
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
    return outside_.ask(
        question, {ticket_.order.started_at, deadline_, ticket_.stopped, ticket_.order.owner});
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
  const Micros deadline = order.deadline.value_or(clock.steady() + options.timeout);
  LiveWorld world(outside, clock, ticket, deadline);  // compiling for it counts too
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
  DAYBOOK_ASSIGN(impl->threads,
                 start_threads("reactor", options.threads, [raw = impl.get()] { raw->work(); }));
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
  reactor::CompileOptions options;
  const Micros deadline = impl_->clock.steady() + Duration{kCompileTimeUs};
  options.interrupted = [&]() -> std::optional<Error> {
    return impl_->clock.steady() < deadline
               ? std::nullopt
               : std::optional(make_error(Code::kInvalid, "COMPILE_TIMEOUT",
                                          "Takes too long to compile.", "code"));
  };
  reactor::Compiled compiled =
      reactor::compile(draft.component, std::move(*code), modules, impl_->outside.sets(), options);
  if (compiled.interrupted) {
    return tl::unexpected(SpecFaults{{std::move(*compiled.interrupted)}});
  }
  if (!compiled.ok() || !faults.empty()) {
    return tl::unexpected(
        to_faults(compiled.ok() ? std::vector<reactor::Diagnostic>() : compiled.diagnostics,
                  draft.component, std::move(faults)));
  }
  Checked out{std::move(compiled.imports)};
  out.contract = reactor::contract_text(*compiled.program);
  out.contract_of = modules.texts_key(draft, out.imports);
  if (reactor::gives_nothing(*compiled.program)) {
    out.warnings.push_back(make_error(Code::kInvalid, "GIVES_NOTHING",
                                      "It gives nothing: there is no 'from' in it.", "code"));
  }
  return out;
}

void ReactorRuntime::prepare(const Draft& draft) const {
  Order order;
  order.component = draft.component;
  order.spec = draft.spec;
  for (const std::string& id : draft.imports) {
    add_module(order, id, draft.others);
  }
  (void)impl_->program_of(order);
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
