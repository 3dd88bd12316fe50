#include "components/http_runtime.h"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include <curl/curl.h>

#include "base/check.h"
#include "base/limits/components.h"
#include "base/thread.h"
#include "components/address_policy.h"
#include "components/http_request.h"
#include "components/http_spec.h"
#include "components/json_reader.h"
#include "components/order_document.h"

namespace daybook::components {
namespace {

using Done = std::function<void(RunOutcome)>;

struct Pending {
  std::uint64_t id = 0;
  Order order;
  HttpSpec spec;
  Done done;
};

struct Active {
  std::unique_ptr<HttpRequest> request;
  Done done;
};

// What callers and the thread share; handles keep it, so that they may outlive the runtime.
struct HttpInbox {
  std::mutex mutex;
  CURLM* multi = nullptr;  // to wake; null once the runtime is gone
  std::vector<Pending> arrived;
  std::vector<std::uint64_t> stops;
  std::size_t unstarted = 0;  // arrived or waiting
  std::uint64_t last_id = 0;
  bool closing = false;
};

class HttpRun final : public Run {
 public:
  explicit HttpRun(std::shared_ptr<HttpInbox> inbox = {}, std::uint64_t id = 0)
      : inbox_(std::move(inbox)), id_(id) {}

  void stop() override {
    if (!inbox_ || asked_.exchange(true)) {
      return;
    }
    const std::lock_guard lock(inbox_->mutex);
    if (inbox_->multi != nullptr) {
      inbox_->stops.push_back(id_);
      curl_multi_wakeup(inbox_->multi);
    }
  }

 private:
  const std::shared_ptr<HttpInbox> inbox_;
  const std::uint64_t id_;
  std::atomic<bool> asked_{false};
};

}  // namespace

struct HttpRuntime::Impl {
  Impl(HttpOptions opts, std::vector<Network> allowed, const Clock& clock)
      : options(std::move(opts)),
        policy(options.allow_private, std::move(allowed)),
        settings{options, policy, clock},
        multi(curl_multi_init()) {
    DAYBOOK_CHECK(multi != nullptr, "curl makes a multi handle");
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(options.slots));
    inbox->multi = multi;
  }

  Status start() {
    DAYBOOK_ASSIGN(thread, start_thread("http", [this] { work(); }));
    return {};
  }

  ~Impl() {
    const std::lock_guard lock(inbox->mutex);
    inbox->multi = nullptr;
    curl_multi_cleanup(multi);
  }

  void work();
  bool take_orders();
  void start_waiting();
  void start(Pending&& pending);
  void stop(std::uint64_t id);
  void stop_all();
  void finish_done();

  const HttpOptions options;
  const AddressPolicy policy;
  const HttpSettings settings;
  CURLM* const multi;
  const std::shared_ptr<HttpInbox> inbox = std::make_shared<HttpInbox>();

  // Of the thread:
  std::deque<Pending> waiting;
  std::unordered_map<std::uint64_t, Active> active;
  std::unordered_map<CURL*, std::uint64_t> ids;

  std::mutex join_mutex;
  std::thread thread;
};

void HttpRuntime::Impl::work() {
  constexpr int kIdleMs = 60'000;
  // A peer that closes early raises SIGPIPE, which curl leaves to its caller; other signals belong
  // to other threads.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  for (;;) {
    if (!take_orders()) {
      stop_all();
      return;
    }
    start_waiting();
    int running = 0;
    curl_multi_perform(multi, &running);
    finish_done();
    if (waiting.empty() || active.size() >= options.slots) {
      curl_multi_poll(multi, nullptr, 0, kIdleMs, nullptr);
    }
  }
}

bool HttpRuntime::Impl::take_orders() {
  std::vector<std::uint64_t> to_stop;
  {
    const std::lock_guard lock(inbox->mutex);
    if (inbox->closing) {
      return false;
    }
    for (auto& pending : inbox->arrived) {
      waiting.push_back(std::move(pending));
    }
    inbox->arrived.clear();
    to_stop.swap(inbox->stops);
  }
  for (const auto id : to_stop) {
    stop(id);
  }
  return true;
}

void HttpRuntime::Impl::start_waiting() {
  while (!waiting.empty() && active.size() < options.slots) {
    auto pending = std::move(waiting.front());
    waiting.pop_front();
    {
      const std::lock_guard lock(inbox->mutex);
      --inbox->unstarted;
    }
    start(std::move(pending));
  }
}

void HttpRuntime::Impl::start(Pending&& pending) {
  if (pending.order.deadline && *pending.order.deadline <= settings.clock.steady()) {
    pending.done(failed("HTTP_TIMEOUT", "The time was over before a slot was free.", true));
    return;
  }
  auto request = std::make_unique<HttpRequest>(settings, pending.order, pending.spec);
  CURL* handle = request->handle();
  DAYBOOK_CHECK(curl_multi_add_handle(multi, handle) == CURLM_OK, "curl takes a request");
  ids.emplace(handle, pending.id);
  active.emplace(pending.id, Active{std::move(request), std::move(pending.done)});
}

void HttpRuntime::Impl::stop(std::uint64_t id) {
  if (const auto found = active.find(id); found != active.end()) {
    const auto ended = std::move(found->second);
    active.erase(found);
    ids.erase(ended.request->handle());
    curl_multi_remove_handle(multi, ended.request->handle());
    ended.done(cancelled_run());
    return;
  }
  for (auto it = waiting.begin(); it != waiting.end(); ++it) {
    if (it->id == id) {
      const auto ended = std::move(*it);
      waiting.erase(it);
      {
        const std::lock_guard lock(inbox->mutex);
        --inbox->unstarted;
      }
      ended.done(cancelled_run());
      return;
    }
  }
}

void HttpRuntime::Impl::stop_all() {
  const auto stopped = [] { return failed("SERVER_STOPPED", "The server stopped.", true); };
  for (auto& [id, run] : active) {
    curl_multi_remove_handle(multi, run.request->handle());
    run.done(stopped());
  }
  active.clear();
  ids.clear();
  std::vector<Pending> rest;
  {
    const std::lock_guard lock(inbox->mutex);
    rest.swap(inbox->arrived);
  }
  for (auto& pending : waiting) {
    pending.done(stopped());
  }
  waiting.clear();
  for (auto& pending : rest) {
    pending.done(stopped());
  }
}

void HttpRuntime::Impl::finish_done() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    const auto id = ids.find(message->easy_handle);
    if (message->msg != CURLMSG_DONE || id == ids.end()) {
      continue;
    }
    const CURLcode code = message->data.result;
    const auto found = active.find(id->second);
    const auto ended = std::move(found->second);
    active.erase(found);
    ids.erase(id);
    curl_multi_remove_handle(multi, ended.request->handle());
    ended.done(ended.request->outcome(code));
  }
}

Result<std::unique_ptr<HttpRuntime>> HttpRuntime::open(HttpOptions options, const Clock& clock) {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  DAYBOOK_CHECK(once == CURLE_OK, "curl starts");
  DAYBOOK_ASSIGN(std::vector<Network> allowed, read_networks(options.allowed_networks));
  auto impl = std::make_unique<Impl>(std::move(options), std::move(allowed), clock);
  DAYBOOK_TRY(impl->start());
  return std::unique_ptr<HttpRuntime>(new HttpRuntime(std::move(impl)));
}

HttpRuntime::HttpRuntime(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpRuntime::~HttpRuntime() {
  shutdown();
}

CheckResult HttpRuntime::check(const Draft& draft) const {
  Faults faults;
  (void)parse_http_spec(draft.spec, impl_->options.ports, faults);
  return faults.empty() ? CheckResult(Checked{})
                        : tl::unexpected(SpecFaults{std::move(faults).all()});
}

std::shared_ptr<Run> HttpRuntime::run(Order order, Done done) {
  Faults faults;
  HttpSpec spec = parse_http_spec(order.spec, impl_->options.ports, faults);
  if (const Status sound = faults.first(); !sound) {
    done(failed("BAD_SPEC", sound.error().text(), false));
    return std::make_shared<HttpRun>();
  }
  const auto& inbox = impl_->inbox;
  std::string_view refused;
  {
    const std::lock_guard lock(inbox->mutex);
    if (inbox->closing) {
      refused = "SERVER_STOPPED";
    } else if (inbox->unstarted >= impl_->options.slots + kOrdersWaitingMax) {
      refused = "RUNTIME_BUSY";
    } else {
      const std::uint64_t id = ++inbox->last_id;
      ++inbox->unstarted;
      inbox->arrived.push_back({id, std::move(order), std::move(spec), std::move(done)});
      curl_multi_wakeup(inbox->multi);
      return std::make_shared<HttpRun>(inbox, id);
    }
  }
  done(failed(refused, "The http runtime takes no more orders now.", true));
  return std::make_shared<HttpRun>();
}

void HttpRuntime::shutdown() {
  {
    const std::lock_guard lock(impl_->inbox->mutex);
    impl_->inbox->closing = true;
    curl_multi_wakeup(impl_->multi);
  }
  const std::lock_guard lock(impl_->join_mutex);
  if (impl_->thread.joinable()) {
    impl_->thread.join();
  }
}

}  // namespace daybook::components
