#include "api/problem.h"

#include <algorithm>

#include "access/permission.h"

#include "api/response.h"

namespace daybook::api {
namespace {

constexpr int kRetryAfterSeconds = 1;

int retry_after(int status) {
  return status == 429 || status == 503 ? kRetryAfterSeconds : 0;
}

// Decisions say in words what is missing; no other word of theirs looks like a permission.
std::string permission_named(std::string_view message) {
  std::string out;
  while (!message.empty()) {
    const std::size_t end = std::min(message.find_first_of(" ,;"), message.size());
    if (const auto permission = access::Permission::parse(message.substr(0, end), {})) {
      out = permission->text();
    }
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return out;
}

}  // namespace

int status_of(Code code) {
  switch (code) {
    case Code::kMalformed:
      return 400;
    case Code::kInvalid:
      return 422;
    case Code::kNotFound:
      return 404;
    case Code::kConflict:
      return 409;
    case Code::kTooLarge:
      return 413;
    case Code::kUnsupported:
      return 415;
    case Code::kExhausted:
      return 429;
    case Code::kUnavailable:
    case Code::kUnknownOutcome:
    case Code::kShutdown:
      return 503;
    case Code::kNoSpace:
      return 507;
    case Code::kUnauthorized:
      return 401;
    case Code::kDenied:
      return 403;
    case Code::kIo:
    case Code::kCorrupt:
    case Code::kInternal:
      return 500;
  }
  return 500;
}

std::string_view status_text(int status) {
  struct Entry {
    int status;
    std::string_view text;
  };
  static constexpr Entry kTexts[] = {
      {100, "Continue"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {426, "Upgrade Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {505, "HTTP Version Not Supported"},
      {507, "Insufficient Storage"},
  };
  const auto* found = std::find_if(std::begin(kTexts), std::end(kTexts),
                                   [&](auto& e) { return e.status == status; });
  return found == std::end(kTexts) ? "Unknown" : found->text;
}

Problem::Problem(Error error) : status(status_of(error.code)), retry_after_s(retry_after(status)) {
  constexpr std::int64_t kSecondUs = 1'000'000;
  if (retry_after_s > 0 && error.retry_after_us > 0) {
    retry_after_s = static_cast<int>((error.retry_after_us + kSecondUs - 1) / kSecondUs);
  }
  errors.push_back(std::move(error));
}

Problem::Problem(int status_in, std::string_view reason, std::string_view message)
    : status(status_in), retry_after_s(retry_after(status_in)) {
  errors.push_back(make_error(Code::kMalformed, reason, message));
}

Problem::Problem(std::vector<Error> errors_in, std::vector<std::string> details_in)
    : status(status_of(errors_in.front().code)),
      errors(std::move(errors_in)),
      details(std::move(details_in)) {}

void write_details(JsonWriter& json, const Error& error) {
  const bool forbidden = error.code == Code::kDenied && error.reason == "FORBIDDEN";
  const std::string permission = forbidden ? permission_named(error.message) : std::string();
  json.key("details");
  json.begin_object();
  if (!error.field.empty()) {
    json.member("field", error.field);
  }
  if (!permission.empty()) {
    json.member("permission", permission);
  }
  json.end_object();
}

std::string problem_json(const Problem& problem, std::string_view request_id) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("type", "urn:daybook:problem:" + problem.errors.front().reason);
  json.member("title", status_text(problem.status));
  json.member("status", problem.status);
  json.member("detail", problem.errors.front().message);
  if (!request_id.empty()) {
    json.member("requestId", request_id);
  }
  json.key("errors");
  json.begin_array();
  for (std::size_t i = 0; i < problem.errors.size(); ++i) {
    const Error& error = problem.errors[i];
    json.begin_object();
    json.member("code", error.reason);
    json.member("message", error.message);
    if (i < problem.details.size() && !problem.details[i].empty()) {
      json.raw_member("details", problem.details[i]);
    } else {
      write_details(json, error);
    }
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

Response problem_response(const Problem& problem, std::string_view request_id) {
  Response out;
  out.status = problem.status;
  out.content_type = "application/problem+json";
  out.body = problem_json(problem, request_id);
  if (!problem.allow.empty()) {
    out.add("Allow", problem.allow);
  }
  if (problem.status == status_of(Code::kUnauthorized)) {
    out.add("WWW-Authenticate", "Bearer");
  }
  if (problem.retry_after_s > 0) {
    out.add("Retry-After", std::to_string(problem.retry_after_s));
  }
  return out;
}

}  // namespace daybook::api
