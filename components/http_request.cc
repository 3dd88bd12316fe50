#include "components/http_request.h"

#include <algorithm>

#include "base/limits/components.h"
#include "base/limits/resources.h"
#include "components/order_document.h"

namespace daybook::components {
namespace {

constexpr std::size_t kErrorBodyShown = 4096;  // of an answer that is an error

HttpMessage message_of(const Order& order, const HttpSpec& spec) {
  HttpMessage out;
  out.url = spec.url;
  out.headers = spec.headers;
  out.headers.insert(out.headers.end(), {{"Accept", "application/json"},
                                         {"Daybook-Job-Id", order.job.text()},
                                         {"Daybook-Attempt", std::to_string(order.attempt.value)},
                                         {"Daybook-Token", order.token},
                                         {"Idempotency-Key", order.job.text()}});
  out.body = order_document(order);
  return out;
}

HttpTerms terms_of(const Order& order, const HttpSpec& spec, Micros now) {
  HttpTerms out;
  out.timeout = spec.timeout.value > 0 ? spec.timeout : Duration{kHttpTimeoutDefaultUs};
  if (order.deadline) {
    const Duration left = *order.deadline - now;
    out.timeout = spec.timeout.value > 0 ? std::min(out.timeout, left) : left;
  }
  out.body_bytes_max = kResultBytesMax;
  return out;
}

}  // namespace

HttpRequest::HttpRequest(const HttpSettings& settings, const Order& order, const HttpSpec& spec)
    : clock_(settings.clock),
      exchange_(settings, message_of(order, spec), terms_of(order, spec, settings.clock.steady())) {
}

RunOutcome HttpRequest::outcome(CURLcode code) const {
  if (auto fault = exchange_.fault(code)) {
    RunOutcome out;
    out.failure = std::move(fault);
    return out;
  }
  return answer(exchange_.status());
}

RunOutcome HttpRequest::answer(long status) const {
  if (status >= 200 && status < 300) {
    return outcome_of(exchange_.body(), clock_.wall());
  }
  std::string message = "The component answered with status " + std::to_string(status) + ".";
  if (status >= 300 && status < 400) {
    message += " Redirects are not followed.";
  }
  const auto body = std::string_view(exchange_.body()).substr(0, kErrorBodyShown);
  return failed("HTTP_STATUS", std::move(message), HttpExchange::worth_another_try(status),
                "{\"status\":" + std::to_string(status) + ",\"body\":" + json_text(body) + "}");
}

}  // namespace daybook::components
