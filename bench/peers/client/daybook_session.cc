#include "bench/peers/client/daybook_session.h"

#include <optional>
#include <utility>

#include "bench/peers/client/failure.h"
#include "bench/peers/client/http_answer.h"

namespace daybook::peers {
namespace {

constexpr int kOk = 200;
constexpr int kCreated = 201;
constexpr std::string_view kLease = R"(,"lease":{"jobs":)";

}  // namespace

DaybookSession::DaybookSession(std::string definition, std::size_t id)
    : definition_(std::move(definition)), id_(id) {}

std::size_t DaybookSession::count(std::string_view text, std::string_view what) {
  std::size_t out = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size())) {
    ++out;
  }
  return out;
}

void DaybookSession::ask(std::string& out, std::string_view method_and_target,
                         std::string_view body, int status) {
  out += method_and_target;
  out += " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ";
  out += std::to_string(body.size());
  out += "\r\n\r\n";
  out += body;
  status_expected_ = status;
  ++answers_missing_;
}

void DaybookSession::prepare(std::string& out) {
  ask(out, "PUT /resources/components/peers", R"({"runtime":"worker"})", 0);
  ask(out, "PUT /resources/job-definitions/" + definition_,
      R"({"componentId":"peers","leaseDuration":"10m"})", 0);
}

void DaybookSession::create(std::string& out, std::size_t jobs) {
  body_.clear();
  for (std::size_t i = 0; i < jobs; ++i) {
    body_ += i == 0 ? (jobs > 1 ? "[" : "") : ",";
    body_ += R"({"jobDefinitionId":")";
    body_ += definition_;
    body_ += R"(","parameters":)";
    append_job(body_, id_ * kConnectionStep + created_++);
    body_ += '}';
  }
  body_ += jobs > 1 ? "]" : "";
  ask(out, "POST /resources/jobs", body_, kCreated);
}

void DaybookSession::append_lease(std::size_t max) {
  body_ += R"({"definitions":[")" + definition_ + R"("],"max":)" + std::to_string(max) +
           R"(,"waitMs":)" + std::to_string(kLeaseWaitS * 1000) + R"(,"workerId":"peer-)" +
           std::to_string(id_) + R"("})";
  leasing_ = true;
}

void DaybookSession::append_reports() {
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    body_ += i == 0 ? R"([{"token":")" : R"(,{"token":")";
    body_ += tokens_[i];
    body_ += "\"}";
  }
  body_ += ']';
  completing_ = tokens_.size();
}

void DaybookSession::lease(std::string& out, std::size_t max) {
  tokens_.clear();
  body_.clear();
  append_lease(max);
  ask(out, "POST /resources/workers/lease", body_, kOk);
}

void DaybookSession::complete(std::string& out) {
  body_.clear();
  append_reports();
  ask(out, "POST /resources/workers/complete", body_, kOk);
}

bool DaybookSession::complete_and_lease(std::string& out, std::size_t max) {
  body_ = R"({"reports":)";
  append_reports();
  body_ += R"(,"lease":)";
  append_lease(max);
  body_ += '}';
  ask(out, "POST /resources/workers/complete", body_, kOk);
  return true;
}

void DaybookSession::read_leases(std::string_view text, std::vector<std::string>& tokens) {
  constexpr std::string_view kToken = R"("token":")";
  for (std::size_t at = text.find(kToken); at != std::string_view::npos;) {
    const std::size_t from = at + kToken.size();
    const std::size_t end = text.find('"', from);
    if (end == std::string_view::npos) {
      throw Failure("a lease without the end of a token: " + shown(text));
    }
    tokens.emplace_back(text.substr(from, end - from));
    at = text.find(kToken, end);
  }
}

Step DaybookSession::take(std::string_view& in, std::string& /*out*/) {
  while (answers_missing_ > 0) {
    const std::optional<HttpAnswer> answer = read_http_answer(in);
    if (!answer) {
      return Step::kMore;
    }
    in.remove_prefix(answer->bytes);
    const bool good = status_expected_ == 0 ? answer->status == kOk || answer->status == kCreated
                                            : answer->status == status_expected_;
    if (!good) {
      throw Failure("HTTP status " + std::to_string(answer->status) + ": " + shown(answer->body));
    }
    std::string_view leases = answer->body;
    if (completing_ > 0) {
      // Reports come first, and name tokens too.
      const std::size_t end = leasing_ ? leases.find(kLease) : leases.size();
      if (end == std::string_view::npos ||
          count(leases.substr(0, end), R"("outcome":"completed")") != completing_) {
        throw Failure("not every job was completed: " + shown(answer->body));
      }
      leases.remove_prefix(end);
      tokens_.clear();
    }
    if (leasing_) {
      read_leases(leases, tokens_);
    }
    --answers_missing_;
  }
  leasing_ = false;
  completing_ = 0;
  return Step::kDone;
}

}  // namespace daybook::peers
