#include "api/router.h"

#include <gtest/gtest.h>

namespace daybook::api {
namespace {

struct Case {
  Method method;
  const char* path;
  const char* pattern;  // "" when there is none
  const char* id = "";
  const char* allow = "";
};

const Case kCases[] = {
    {Method::kGet, "/resources/jobs", "/resources/jobs"},
    {Method::kHead, "/resources/jobs", "/resources/jobs"},
    {Method::kGet, "/resources/jobs/statistics", "/resources/jobs/statistics"},
    {Method::kGet, "/resources/jobs/abc", "/resources/jobs/{jobId}", "abc"},
    {Method::kPost, "/resources/jobs/abc/retry", "/resources/jobs/{jobId}/retry", "abc"},
    {Method::kGet, "/resources/components/a/b/c.hreactor", "/resources/components/{componentId...}",
     "a/b/c.hreactor"},
    {Method::kPut, "/resources/components/a/check", "/resources/components/{componentId...}",
     "a/check"},
    {Method::kPost, "/resources/components/a/b/check",
     "/resources/components/{componentId...}/check", "a/b"},
    {Method::kPost, "/resources/components/check", "", "", "GET, HEAD, PUT, DELETE"},
    {Method::kOther, "/resources/jobs", "", "", "GET, HEAD, POST"},
    {Method::kPut, "/resources/jobs/abc", "", "", "GET, HEAD, DELETE"},
    {Method::kGet, "/resources/jobs/abc/retry", "", "", "POST"},
    {Method::kGet, "/", ""},
    {Method::kGet, "/resources", ""},
    {Method::kGet, "/resources/jobs/", ""},
    {Method::kGet, "/resources//jobs", ""},
    {Method::kGet, "/resources/jobs/a/b", ""},
    {Method::kGet, "/resources/components/", ""},
    {Method::kGet, "/Resources/jobs", ""},
    // \x01 is a slash that was sent as %2F.
    {Method::kGet, "/health\x01live", ""},
    {Method::kGet, "/resources\x01jobs", ""},
    {Method::kGet, "/resources/jobs\x01statistics", ""},
    {Method::kGet,
     "/resources/components/a\x01"
     "b.hrc",
     "/resources/components/{componentId...}", "a/b.hrc"},
    {Method::kPost,
     "/resources/components/a\x01"
     "b/check",
     "/resources/components/{componentId...}/check", "a/b"},
    {Method::kPost,
     "/resources/components/a\x01"
     "check",
     "", "", "GET, HEAD, PUT, DELETE"},
    {Method::kGet, "", ""},
};

TEST(Router, FindsTheRouteOrTheMethodsThatWouldDo) {
  for (const Case& c : kCases) {
    const Match found = match(routes(), c.method, c.path);
    EXPECT_EQ(found.route == nullptr ? "" : found.route->pattern, c.pattern) << c.path;
    EXPECT_EQ(found.id, c.id) << c.path;
    EXPECT_EQ(found.allow, c.allow) << c.path;
  }
}

TEST(Router, EveryRouteIsReachedByItsOwnPattern) {
  for (const Route& route : routes()) {
    std::string path(route.pattern);
    const auto open = path.find('{');
    if (open != std::string::npos) {
      path.replace(open, path.find('}') - open + 1, "x");
    }
    EXPECT_EQ(match(routes(), route.method, path).route, &route) << route.pattern;
  }
}

TEST(Router, EveryRouteHasTheHandlerOfItsKind) {
  for (const Route& route : routes()) {
    EXPECT_NE(route.starter != nullptr, route.reader != nullptr) << route.pattern;
    const bool starts = route.kind == RouteKind::kAsync || route.kind == RouteKind::kCompile;
    EXPECT_EQ(starts, route.starter != nullptr) << route.pattern;
  }
}

}  // namespace
}  // namespace daybook::api
