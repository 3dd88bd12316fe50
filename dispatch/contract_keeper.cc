#include "dispatch/contract_keeper.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <spdlog/logger.h>

#include "base/bell.h"
#include "base/limits/resources.h"
#include "base/thread.h"
#include "components/reactor/contract.h"
#include "dispatch/component_book.h"
#include "log/follower.h"
#include "log/tail.h"

namespace daybook::dispatch {
namespace {

constexpr Bell::Sounds kGrown = 1;
constexpr Bell::Sounds kStopping = 2;
// While the sequencer takes nothing.
constexpr std::chrono::milliseconds kRetry{100};

using Item = scheduler::StateContracts::Item;

}  // namespace

struct ContractKeeper::Impl {
  Impl(log::Log& log_in, scheduler::Sequencer& sequencer_in, const components::Runtime& reactor_in,
       const scheduler::State& state, ContractKeeperOptions options_in)
      : log(log_in),
        sequencer(sequencer_in),
        reactor(reactor_in),
        options(std::move(options_in)),
        book(state),
        as_of(state.applied()) {
    book.each([&](const ComponentBook::Stored& component) { looked_for.insert(component->id); });
  }

  void work();
  Status settle();
  Status fold();
  void fold(const events::Recorded& recorded);
  std::optional<Item> derive(const std::string& id);
  void say_unknown();
  Status record(std::vector<Item> items);

  // --- constant after construction, or with their own synchronisation ---
  log::Log& log;
  scheduler::Sequencer& sequencer;
  const components::Runtime& reactor;
  const ContractKeeperOptions options;
  Bell bell;
  std::thread thread;
  std::optional<log::Subscription> changed;

  // --- guarded by mutex ---
  mutable std::mutex mutex;
  mutable std::condition_variable told;
  Seq settled;         // contracts follow from all events up to there
  bool ended = false;  // and will not from later ones

  // --- of the thread ---
  ComponentBook book;
  Seq as_of;
  std::optional<log::Follower> follower;
  std::set<std::string, std::less<>> looked_for;  // components that may be stale
  std::size_t unknown = 0;                        // that do not compile, since it was last said
  std::string first_unknown;
  bool stopping = false;
};

void ContractKeeper::Impl::work() {
  Status done;
  while (!stopping && done) {
    done = settle();
    if (done && !stopping) {
      stopping = (bell.wait(kGrown | kStopping) & kStopping) != 0;
    }
  }
  {
    const std::lock_guard lock(mutex);
    ended = true;
  }
  told.notify_all();
  if (!done && done.error().code != Code::kShutdown) {
    report_fault(options.supervisor, "contracts", done.error(), Consequence::kDegraded);
  }
}

Status ContractKeeper::Impl::settle() {
  DAYBOOK_TRY(fold());
  while (!looked_for.empty() && !stopping) {
    std::vector<Item> items;
    while (!looked_for.empty() && items.size() < kContractsPerCommandMax && !stopping) {
      const std::string id = std::move(looked_for.extract(looked_for.begin()).value());
      if (auto item = derive(id)) {
        items.push_back(std::move(*item));
      }
      stopping = (bell.wait(kStopping, Bell::TimePoint{}) & kStopping) != 0;
    }
    DAYBOOK_TRY(record(std::move(items)));
    DAYBOOK_TRY(fold());
  }
  say_unknown();
  if (!stopping) {
    {
      const std::lock_guard lock(mutex);
      settled = Seq{follower->position().value - 1};
    }
    told.notify_all();
  }
  return {};
}

// One line, however many import what does not compile.
void ContractKeeper::Impl::say_unknown() {
  if (unknown > 0 && options.logger) {
    options.logger->warn("contracts: {} component(s) take whatever their runs take; {}", unknown,
                         first_unknown);
  }
  unknown = 0;
}

Status ContractKeeper::Impl::fold() {
  for (;;) {
    DAYBOOK_ASSIGN(const auto events, follower->next());
    if (events.empty()) {
      return {};
    }
    for (const events::Recorded& recorded : events) {
      fold(recorded);
    }
  }
}

// A change concerns the component and those that import it.
void ContractKeeper::Impl::fold(const events::Recorded& recorded) {
  const std::string id(book.fold(recorded));
  if (id.empty()) {
    return;
  }
  if (book.find(id) != nullptr) {
    looked_for.insert(id);
  }
  if (std::holds_alternative<events::ContractDerived>(recorded.event)) {
    return;
  }
  book.each([&](const ComponentBook::Stored& component) {
    const auto& imports = component->imports;
    if (std::find(imports.begin(), imports.end(), id) != imports.end()) {
      looked_for.insert(component->id);
    }
  });
}

// Nothing when its contract is what it should be.
std::optional<Item> ContractKeeper::Impl::derive(const std::string& id) {
  const ComponentBook::Stored component = book.find(id);
  if (component == nullptr ||
      (!component->contract.empty() && component->contract_of == book.texts_key(*component))) {
    return std::nullopt;
  }
  auto checked = reactor.check({id, component->spec, book});
  if (checked) {
    return Item{id, std::move(checked->contract), checked->contract_of,
                std::move(checked->imports)};
  }
  if (unknown++ == 0) {
    first_unknown = id + ": " + checked.error().errors.front().text();
  }
  return Item{id, std::string(reactor::kUnknownContract), book.texts_key(*component),
              component->imports};
}

Status ContractKeeper::Impl::record(std::vector<Item> items) {
  if (items.empty()) {
    return {};
  }
  const scheduler::StateContracts command{std::move(items)};
  while (!stopping) {
    const auto reply = sequencer.call(command);
    if (reply || reply.error().code != Code::kUnavailable) {
      return reply ? Status() : fail(reply.error());
    }
    stopping = (bell.wait(kStopping, std::chrono::steady_clock::now() + kRetry) & kStopping) != 0;
  }
  return {};
}

ContractKeeper::ContractKeeper(log::Log& log, scheduler::Sequencer& sequencer,
                               const components::Runtime& reactor, const scheduler::State& state,
                               ContractKeeperOptions options)
    : impl_(std::make_unique<Impl>(log, sequencer, reactor, state, std::move(options))) {}

ContractKeeper::~ContractKeeper() {
  stop();
}

Status ContractKeeper::start() {
  Impl& i = *impl_;
  i.changed.emplace(i.log.tail(), ComponentBook::types(), [&i] { i.bell.ring(kGrown); });
  i.follower.emplace(i.log, next(i.as_of), *i.changed);
  DAYBOOK_ASSIGN(i.thread, start_thread("contracts", [&i] { i.work(); }));
  return {};
}

void ContractKeeper::stop() {
  Impl& i = *impl_;
  if (i.thread.joinable()) {
    i.bell.ring(kStopping);
    i.thread.join();
  }
  i.follower.reset();
  i.changed.reset();
}

bool ContractKeeper::wait_settled(Seq seq, Duration at_most) const {
  const Impl& i = *impl_;
  std::unique_lock lock(i.mutex);
  i.told.wait_for(lock, std::chrono::microseconds(at_most.value),
                  [&] { return i.ended || i.settled >= seq; });
  return i.settled >= seq;
}

}  // namespace daybook::dispatch
