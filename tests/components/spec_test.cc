#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits/components.h"
#include "base/limits/http.h"
#include "components/exec_spec.h"
#include "components/http_spec.h"
#include "components/json_reader.h"

namespace daybook::components {
namespace {

struct BadSpec {
  std::string json;
  std::string field;
};

std::string many(const std::string& item, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += (i == 0 ? "" : ",") + item;
  }
  return out;
}

std::string numbered(const std::string& name, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += (i == 0 ? "\"" : ",\"") + name + std::to_string(i) + "\":\"x\"";
  }
  return out;
}

// The spec, or its first fault.
Result<ExecSpec> exec_spec(std::string_view json) {
  Faults faults;
  ExecSpec out = parse_exec_spec(json, faults);
  DAYBOOK_TRY(faults.first());
  return out;
}

Result<HttpSpec> http_spec(std::string_view json, const std::vector<std::uint16_t>& ports) {
  Faults faults;
  HttpSpec out = parse_http_spec(json, ports, faults);
  DAYBOOK_TRY(faults.first());
  return out;
}

std::vector<std::string> fields(Faults faults) {
  std::vector<std::string> out;
  for (const Error& error : std::move(faults).all()) {
    out.push_back(error.field);
  }
  return out;
}

TEST(ExecSpec, AllFaultsAreNamedAtOnce) {
  Faults faults;
  (void)parse_exec_spec(
      R"({"command":["a",1,2],"env":{"LD_X":"1","B":2},"limits":{"memoryMb":0,"x":1,)"
      R"("openFiles":"y"},)"
      R"("workingDirectory":"srv","timeout":"soon","output":"xml","user":1,"writable":["a","b"],)"
      R"("extra":1,"other":2})",
      faults);
  EXPECT_THAT(fields(faults),
              testing::UnorderedElementsAre("command[1]", "command[2]", "env.LD_X", "env.B",
                                            "limits.memoryMb", "limits.x", "limits.openFiles",
                                            "workingDirectory", "timeout", "output", "user",
                                            "writable[0]", "writable[1]", "extra", "other"));
}

TEST(ExecSpec, FaultsHaveABound) {
  Faults faults;
  (void)parse_exec_spec(R"({"command":[)" + many("1", 100) + "]}", faults);
  EXPECT_EQ(fields(faults).size(), Faults::kMax);
}

TEST(HttpSpec, AllFaultsAreNamedAtOnce) {
  Faults faults;
  (void)parse_http_spec(R"({"url":"ftp://x","headers":{"Host":"x","B":""},"timeout":1,"extra":1})",
                        {}, faults);
  EXPECT_THAT(fields(faults), testing::UnorderedElementsAre("url", "headers.Host", "headers.B",
                                                            "timeout", "extra"));
}

TEST(ExecSpec, IsReadInFull) {
  const auto spec = exec_spec(
      R"({"command":["tool","-v",""],"env":{"A":"1"},"workingDirectory":"/srv","timeout":"5m",)"
      R"("limits":{"memoryMb":64,"cpuSeconds":10,"openFiles":16,"processes":4}})");
  ASSERT_TRUE(spec) << spec.error().text();
  EXPECT_THAT(spec->command, testing::ElementsAre("tool", "-v", ""));
  EXPECT_EQ(spec->env.at(0).second, "1");
  EXPECT_EQ(spec->working_directory, "/srv");
  EXPECT_EQ(spec->timeout, seconds(300));
  EXPECT_EQ(spec->limits.memory_bytes, 64U << 20);
  EXPECT_EQ(spec->limits.processes, 4U);
}

class BadExecSpec : public testing::TestWithParam<BadSpec> {};

TEST_P(BadExecSpec, NamesTheMember) {
  const auto spec = exec_spec(GetParam().json);
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().field, GetParam().field) << spec.error().text();
}

INSTANTIATE_TEST_SUITE_P(
    Members, BadExecSpec,
    testing::Values(
        BadSpec{"", ""}, BadSpec{"[]", ""}, BadSpec{"{}", "command"},
        BadSpec{R"({"command":"ls"})", "command"}, BadSpec{R"({"command":[]})", "command"},
        BadSpec{R"({"command":[""]})", "command[0]"},
        BadSpec{R"({"command":["a",1]})", "command[1]"},
        BadSpec{R"({"command":["a\u0000b"]})", "command[0]"},
        BadSpec{R"({"command":[)" + many("\"a\"", kExecArgumentsMax + 1) + "]}", "command"},
        BadSpec{R"({"command":[")" + std::string(kExecArgumentBytesMax + 1, 'a') + "\"]}",
                "command[0]"},
        BadSpec{R"({"command":["a"],"shell":true})", "shell"},
        BadSpec{R"({"command":["a"],"env":[]})", "env"},
        BadSpec{R"({"command":["a"],"env":{"A":1}})", "env.A"},
        BadSpec{R"({"command":["a"],"env":{"1A":"x"}})", "env.1A"},
        BadSpec{R"({"command":["a"],"env":{"A=B":"x"}})", "env.A=B"},
        BadSpec{R"({"command":["a"],"env":{"LD_PRELOAD":"x"}})", "env.LD_PRELOAD"},
        BadSpec{R"({"command":["a"],"env":{"DAYBOOK_TOKEN":"x"}})", "env.DAYBOOK_TOKEN"},
        BadSpec{R"({"command":["a"],"env":{)" + numbered("A", kExecEnvironmentMax + 1) + "}}",
                "env"},
        BadSpec{R"({"command":["a"],"workingDirectory":"srv"})", "workingDirectory"},
        BadSpec{R"({"command":["a"],"limits":{"disk":1}})", "limits.disk"},
        BadSpec{R"({"command":["a"],"limits":{"memoryMb":1}})", "limits.memoryMb"},
        BadSpec{R"({"command":["a"],"limits":{"openFiles":"many"}})", "limits.openFiles"},
        BadSpec{R"({"command":["a"],"timeout":"soon"})", "timeout"},
        BadSpec{R"({"command":["a"],"timeout":"8d"})", "timeout"},
        BadSpec{R"({"command":["a"],"writable":"/srv"})", "writable"},
        BadSpec{R"({"command":["a"],"writable":["/srv/.."]})", "writable[0]"},
        BadSpec{R"({"command":["a"],"writable":[)" + many("\"/srv\"", kExecWritableMax + 1) + "]}",
                "writable"}));

TEST(ExecSpec, AsManyPlacesToWriteToAsMayAreTaken) {
  const auto spec =
      exec_spec(R"({"command":["a"],"writable":[)" + many("\"/srv\"", kExecWritableMax) + "]}");
  ASSERT_TRUE(spec) << spec.error().text();
  EXPECT_EQ(spec->writable.size(), kExecWritableMax);
}

Result<HttpSpec> http(const std::string& url, const std::vector<std::uint16_t>& ports = {}) {
  return http_spec("{\"url\":\"" + url + "\"}", ports);
}

TEST(HttpSpec, IsReadInFull) {
  const auto spec = http_spec(
      R"({"url":"https://example.org:8443/run?x=1","headers":{"Authorization":"Bearer x"},"timeout":"30s"})",
      {8443});
  ASSERT_TRUE(spec) << spec.error().text();
  EXPECT_EQ(spec->url, "https://example.org:8443/run?x=1");
  EXPECT_EQ(spec->headers.at(0).first, "Authorization");
  EXPECT_EQ(spec->timeout, seconds(30));
}

class BadUrl : public testing::TestWithParam<const char*> {};

TEST_P(BadUrl, IsRefused) {
  const auto spec = http(GetParam());
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().field, "url") << spec.error().text();
}

INSTANTIATE_TEST_SUITE_P(
    Spellings, BadUrl,
    testing::Values("", "example.org", "/run", "//example.org/run", "ftp://example.org/",
                    "file:///etc/passwd", "gopher://example.org/", "dict://example.org/",
                    "javascript:alert(1)", "http://", "http:///run", "http://user@example.org/",
                    "http://user:pw@example.org/", "http://@example.org/", "http://:@example.org/",
                    "http://example.org@127.0.0.1/", "http://example.org:0/",
                    "http://example.org:99999/", "http://example.org:x/", "http://exa mple.org/",
                    "http://example.org/a b", "http://example.org\\\\@127.0.0.1/",
                    "http://example.org/\\r\\nX: y", "http://example.org/\\u0000", "http://[::1/",
                    "http://ex\\u00e4mple.org/"));

TEST(HttpSpec, OnlyPermittedPortsAreTaken) {
  EXPECT_TRUE(http("https://example.org/", {443}));
  EXPECT_TRUE(http("http://example.org:8080/", {443, 8080}));
  EXPECT_FALSE(http("http://example.org/", {443}));
  EXPECT_FALSE(http("https://example.org:22/", {443}));
}

class BadHttpSpec : public testing::TestWithParam<BadSpec> {};

TEST_P(BadHttpSpec, NamesTheMember) {
  const auto spec = http_spec(GetParam().json, {});
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().field, GetParam().field) << spec.error().text();
}

std::string with_headers(const std::string& headers) {
  return R"({"url":"https://example.org/","headers":)" + headers + "}";
}

INSTANTIATE_TEST_SUITE_P(
    Members, BadHttpSpec,
    testing::Values(
        BadSpec{"{}", "url"}, BadSpec{R"({"url":7})", "url"},
        BadSpec{R"({"url":"https://example.org/)" + std::string(kUrlBytesMax, 'x') + "\"}", "url"},
        BadSpec{R"({"url":"https://example.org/","allowPrivate":true})", "allowPrivate"},
        BadSpec{with_headers("[]"), "headers"}, BadSpec{with_headers(R"({"A":1})"), "headers.A"},
        BadSpec{with_headers(R"({"A B":"x"})"), "headers.A B"},
        BadSpec{with_headers(R"({"A":"x\r\nB: y"})"), "headers.A"},
        BadSpec{with_headers(R"({"A":""})"), "headers.A"},
        BadSpec{with_headers(R"({"Host":"x"})"), "headers.Host"},
        BadSpec{with_headers(R"({"CONTENT-LENGTH":"1"})"), "headers.CONTENT-LENGTH"},
        BadSpec{with_headers(R"({"Daybook-Token":"x"})"), "headers.Daybook-Token"},
        BadSpec{with_headers(R"({"A":")" + std::string(kHttpHeaderValueBytesMax + 1, 'x') + "\"}"),
                "headers.A"},
        BadSpec{with_headers("{" + numbered("A", kHttpHeadersMax + 1) + "}"), "headers"},
        BadSpec{R"({"url":"https://example.org/","timeout":"-1s"})", "timeout"}));

}  // namespace
}  // namespace daybook::components
