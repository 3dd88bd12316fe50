#include "api/problem.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "api/response.h"
#include "base/json_check.h"

namespace daybook::api {
namespace {

TEST(Problem, EveryCodeHasItsStatus) {
  const std::pair<Code, int> expected[] = {
      {Code::kMalformed, 400}, {Code::kInvalid, 422},      {Code::kNotFound, 404},
      {Code::kConflict, 409},  {Code::kTooLarge, 413},     {Code::kUnsupported, 415},
      {Code::kExhausted, 429}, {Code::kUnavailable, 503},  {Code::kUnknownOutcome, 503},
      {Code::kNoSpace, 507},   {Code::kUnauthorized, 401}, {Code::kDenied, 403},
      {Code::kIo, 500},        {Code::kCorrupt, 500},      {Code::kShutdown, 503},
      {Code::kInternal, 500}};
  for (const auto& [code, status] : expected) {
    EXPECT_EQ(status_of(code), status) << code_name(code);
    EXPECT_NE(status_text(status), "Unknown") << status;
  }
}

TEST(Problem, SaysEverythingThatIsWrong) {
  const Problem problem({make_error(Code::kInvalid, "A", "first \"quoted\"", "x.y"),
                         make_error(Code::kInvalid, "B", "second")});
  const std::string json = problem_json(problem, "r-1");
  EXPECT_TRUE(check_json(json));
  EXPECT_EQ(json, R"({"type":"urn:daybook:problem:A","title":"Unprocessable Content","status":422,)"
                  R"("detail":"first \"quoted\"","requestId":"r-1","errors":[)"
                  R"({"code":"A","message":"first \"quoted\"","details":{"field":"x.y"}},)"
                  R"({"code":"B","message":"second","details":{}}]})");
}

TEST(Problem, WhatIsMissingCanBeReadByAProgram) {
  const auto details = [](Code code, std::string_view reason, std::string_view message) {
    const std::string json = problem_json(make_error(code, reason, message, "f"), "");
    const auto at = json.find("\"details\":");
    return json.substr(at + 10, json.find('}', at) + 1 - at - 10);
  };
  EXPECT_EQ(details(Code::kDenied, "FORBIDDEN", "the token lacks the permission jobs/a/b:write"),
            R"({"field":"f","permission":"jobs/a/b:write"})");
  EXPECT_EQ(
      details(Code::kDenied, "FORBIDDEN", "the token permits jobs/n*:*, which yours does not"),
      R"({"field":"f","permission":"jobs/n*:*"})");
  EXPECT_EQ(details(Code::kDenied, "NOT_PERMITTED", "not jobs:write"), R"({"field":"f"})");
  EXPECT_EQ(details(Code::kInvalid, "FORBIDDEN", "not jobs:write"), R"({"field":"f"})");
  EXPECT_EQ(details(Code::kDenied, "FORBIDDEN", "no: not: this:that"), R"({"field":"f"})");
}

TEST(Problem, WhoIsNotKnownIsToldHowToSayWhoHeIs) {
  const Response response = problem_response(make_error(Code::kUnauthorized, "X", ""), "");
  const std::pair<std::string_view, std::string> field{"WWW-Authenticate", "Bearer"};
  EXPECT_EQ(std::count(response.fields.begin(), response.fields.end(), field), 1);
}

TEST(Problem, TellsWhenToTryAgain) {
  const auto has = [](const Response& response, std::string_view name) {
    return std::any_of(response.fields.begin(), response.fields.end(),
                       [&](const auto& f) { return f.first == name; });
  };
  EXPECT_TRUE(has(problem_response(make_error(Code::kExhausted, "X", ""), ""), "Retry-After"));
  EXPECT_TRUE(has(problem_response(make_error(Code::kUnavailable, "X", ""), ""), "Retry-After"));
  EXPECT_FALSE(has(problem_response(make_error(Code::kConflict, "X", ""), ""), "Retry-After"));
  Problem wrong_method(405, "METHOD_NOT_ALLOWED", "");
  wrong_method.allow = "GET";
  EXPECT_TRUE(has(problem_response(wrong_method, ""), "Allow"));
}

TEST(Problem, TheWaitIsToldInWholeSecondsRoundedUp) {
  const auto told = [](Code code, std::int64_t wait_us) {
    Error error = make_error(code, "X", "");
    error.retry_after_us = wait_us;
    for (const auto& [name, value] : problem_response(std::move(error), "").fields) {
      if (name == "Retry-After") {
        return std::string(value);
      }
    }
    return std::string("none");
  };
  for (const Code code : {Code::kExhausted, Code::kUnavailable}) {
    EXPECT_EQ(told(code, 0), "1");
    EXPECT_EQ(told(code, 1), "1");
    EXPECT_EQ(told(code, 1'000'000), "1");
    EXPECT_EQ(told(code, 1'000'001), "2");
    EXPECT_EQ(told(code, 24LL * 3600 * 1'000'000 - 1), "86400");
  }
  EXPECT_EQ(told(Code::kConflict, 5'000'000), "none");
}

}  // namespace
}  // namespace daybook::api
