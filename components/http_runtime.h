// Runs a component by one signed HTTP request. The URL gets a POST with the order's document (as
// exec's stdin) and
//
//   Daybook-Job-Id, Daybook-Attempt, Daybook-Token   who asks; hand the token to your resource as a
//   fence Idempotency-Key: <job id>                        the same for every attempt of the job
//   Daybook-Timestamp: <unix seconds>, Daybook-Signature: v1=<hex>   see signature.h
//
// 2xx completes with the body (any JSON, or {"result", "effects"}; empty: null). 408, 425, 429, 5xx
// and network faults are worth another attempt, other statuses are not; redirects are not followed.
// Answers are bounded in size and time. Every address is checked when it is about to be connected;
// see address_policy.h. Proxies of the environment are not used. Threads: one of its own drives all
// requests; `done` is called there, or by run() itself when the order is not taken.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "components/runtime.h"

namespace daybook::components {

struct HttpOptions {
  std::size_t slots = 64;      // requests at once; more orders wait
  std::string signing_secret;  // empty: requests are not signed
  bool allow_private = false;  // every address may be reached: for local use only
  std::vector<std::string>
      allowed_networks;              // "10.1.0.0/16": permitted beside the public addresses
  std::vector<std::uint16_t> ports;  // that a URL may name; empty: every port
  std::string ca_file;               // empty: the system's certificates
};

class HttpRuntime final : public Runtime {
 public:
  // Fails with kInvalid when a network cannot be read.
  static Result<std::unique_ptr<HttpRuntime>> open(HttpOptions options, const Clock& clock);
  ~HttpRuntime() override;

  CheckResult check(const Draft& draft) const override;
  std::shared_ptr<Run> run(Order order, std::function<void(RunOutcome)> done) override;
  void shutdown() override;

 private:
  struct Impl;
  explicit HttpRuntime(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::components
