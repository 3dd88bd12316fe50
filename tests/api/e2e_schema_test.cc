// What a server answers and takes is what its OpenAPI document says: every member of an answer is
// in its schema, every member of a resource's schema is in an answer, and in the list's `fields`.
#include <fstream>
#include <map>
#include <set>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/openapi_document.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

namespace json = boost::json;

const json::value& document() {
  static const json::value kDocument = json::parse(api::openapi_document());
  return kDocument;
}

using Members = std::map<std::string, const json::value*>;

// Of an object's schema with all that it refers to.
void collect(const json::value& schema, Members& out) {
  const auto& object = schema.as_object();
  if (const auto* ref = object.if_contains("$ref")) {
    collect(document().at_pointer(std::string_view(ref->as_string()).substr(1)), out);
  }
  for (const char* of : {"allOf", "anyOf"}) {
    if (const auto* parts = object.if_contains(of)) {
      for (const auto& part : parts->as_array()) {
        collect(part, out);
      }
    }
  }
  if (const auto* properties = object.if_contains("properties")) {
    for (const auto& [name, member] : properties->as_object()) {
      out.emplace(name, &member);
    }
  }
}

bool takes_null(const json::value& schema) {
  const auto& object = schema.as_object();
  if (const auto* ref = object.if_contains("$ref")) {
    return takes_null(document().at_pointer(std::string_view(ref->as_string()).substr(1)));
  }
  if (const auto* any = object.if_contains("anyOf")) {
    return std::any_of(any->as_array().begin(), any->as_array().end(), takes_null);
  }
  const auto* type = object.if_contains("type");
  const auto is_null = [](const json::value& name) { return name.as_string() == "null"; };
  return type == nullptr ||
         (type->is_array() ? std::any_of(type->as_array().begin(), type->as_array().end(), is_null)
                           : is_null(*type));
}

Members members_of(const std::string& schema) {
  Members out;
  collect(document().at_pointer("/components/schemas/" + schema), out);
  return out;
}

std::set<std::string> names_of(const Members& members) {
  std::set<std::string> out;
  for (const auto& [name, member] : members) {
    out.insert(name);
  }
  return out;
}

// What stands in `value` is in the schema.
void check(const json::value& schema, const json::value& value, const std::string& path) {
  if (value.is_null()) {
    EXPECT_TRUE(takes_null(schema)) << path;
  } else if (const auto* array = value.if_array()) {
    if (const auto* items = schema.as_object().if_contains("items")) {
      for (const auto& element : *array) {
        check(*items, element, path + "[]");
      }
    }
  } else if (const auto* object = value.if_object()) {
    Members members;
    collect(schema, members);
    for (const auto& [name, member] : *object) {
      const auto found = members.find(std::string(name));
      if (!members.empty()) {
        EXPECT_TRUE(found != members.end()) << path << "." << std::string_view(name);
      }
      if (found != members.end()) {
        check(*found->second, member, path + "." + std::string(name));
      }
    }
  }
}

std::set<std::string> keys(const json::value& value) {
  std::set<std::string> out;
  for (const auto& [name, member] : value.as_object()) {
    out.insert(name);
  }
  return out;
}

// The first JSON example below that heading of docs/components.md.
std::string example(const std::string& heading) {
  std::ifstream file(DAYBOOK_DOCS "/components.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::string fence = "```json\n";
  const auto at = text.find(fence, text.find("\n" + heading + "\n")) + fence.size();
  return text.substr(at, text.find("```", at) - at);
}

class TakesAll final : public components::Runtime {
 public:
  components::CheckResult check(const components::Draft&) const override {
    return components::Checked{};
  }
  std::shared_ptr<components::Run> run(components::Order,
                                       std::function<void(components::RunOutcome)>) override {
    return nullptr;
  }
  void shutdown() override {}
};

class E2eSchema : public ServerFixture {
 protected:
  void SetUp() override {
    runtimes = {{events::Runtime::kReactor, &any_},
                {events::Runtime::kExec, &any_},
                {events::Runtime::kHttp, &any_}};
    start();
  }
  void TearDown() override { stop(); }
  // Calls the route, and holds the answer against what the document says of it.
  json::value answer(const std::string& method, std::string route, const std::string& id = "",
                     const std::string& body = "") {
    std::string target = route;
    if (const auto open = route.find('{'); open != std::string::npos) {
      target.replace(open, route.find('}') - open + 1, id);
    }
    const auto reply = call(method, target, body);
    EXPECT_LT(reply.status, 300) << method << " " << target << " " << body << reply.body;
    std::string name = method;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return static_cast<char>(c + 32); });
    route = route.substr(0, route.find('?'));
    const auto& responses = document().at("paths").at(route).at(name).at("responses").as_object();
    const auto* response = responses.if_contains(std::to_string(reply.status));
    EXPECT_NE(response, nullptr) << method << " " << route << " " << reply.status;
    if (response == nullptr) {
      return {};
    }
    auto value = json::parse(reply.body);
    check(response->at("content").at("application/json").at("schema"), value, method + " " + route);
    return value;
  }
  // A component of each runtime with every member that the documents show.
  void put_components() {
    const auto put = [&](const std::string& id, const std::string& body) {
      const std::string route = "/resources/components/{componentId}";
      answer("PUT", route, id, body);
      in_components_.merge(keys(answer("GET", route, id)));
    };
    const auto with = [](const std::string& runtime, const std::string& text) {
      return R"({"runtime":")" + runtime + R"(","displayName":"x",)" + text.substr(1);
    };
    put("e", with("exec", example("## exec")));
    put("h", with("http", example("## http")));
    put("r", with("reactor", example("## reactor")));
    put("w", R"({"runtime":"worker"})");
  }

  TakesAll any_;
  std::set<std::string> in_components_;
};

TEST_F(E2eSchema, AnswersHaveTheMembersOfTheirSchemasNoMoreAndNoFewer) {
  put_components();
  EXPECT_EQ(in_components_, names_of(members_of("Component")));
  answer("POST", "/resources/components/{componentId}/check", "w2", R"({"runtime":"worker"})");
  answer("GET", "/resources/components");
  const std::string definition = "/resources/job-definitions/{jobDefinitionId}";
  answer("PUT", definition, "d",
         R"({"componentId":"w","retry":{"maxAttempts":1,"backoff":{"initial":"1s"}},)"
         R"("rateLimit":{"count":9,"per":"1s"},"timeout":"1h","onFailure":[)"
         R"({"effect":"scheduleJob","definition":"d2"}]})");
  answer("PUT", definition, "d2", R"({"componentId":"none"})");
  answer("PATCH", definition, "d", R"({"priority":1})");
  EXPECT_EQ(keys(answer("GET", definition, "d")), names_of(members_of("Definition")));
  answer("GET", "/resources/job-definitions");
  answer("PUT", "/resources/rules/{ruleId}", "rule", R"({"componentId":"none"})");
  EXPECT_EQ(keys(answer("GET", "/resources/rules/{ruleId}", "rule")), names_of(members_of("Rule")));
  answer("GET", "/resources/rules");

  const std::string jobs = "/resources/jobs";
  const std::string job = "/resources/jobs/{jobId}";
  answer("POST", jobs, "", R"({"jobDefinitionId":"d","tags":["t"],"uniqueKey":"k"})");
  const auto leased = answer("POST", "/resources/workers/lease", "",
                             R"({"definitions":["d","none"],"workerId":"t","waitMs":10000})");
  const auto& one = leased.at("jobs").at(0);
  EXPECT_EQ(keys(one), names_of(members_of("LeasedJob")));
  answer("GET", "/resources/workers");
  const std::string token(one.at("token").as_string());
  answer("POST", "/resources/workers/heartbeat", "", R"([{"token":")" + token + "\"}]");
  answer("POST", "/resources/workers/complete", "",
         R"([{"token":")" + token + R"(","error":{"code":"[E]","details":1,"retryable":false}}])");
  const std::string id(one.at("jobId").as_string());
  EXPECT_EQ(keys(answer("GET", job, id)), names_of(members_of("Job")));
  answer("GET", "/resources/jobs/{jobId}/events", id);
  answer("POST", "/resources/jobs/{jobId}/retry", id);
  answer("GET", jobs);
  const auto other = answer("POST", jobs, "", R"([{"jobDefinitionId":"d"}])");
  const std::string last(other.at("jobs").at(0).at("jobId").as_string());
  answer("POST", "/resources/jobs/{jobId}/cancel", last);
  answer("GET", "/resources/jobs/statistics");

  const auto mail = answer("POST", "/resources/sendings/email", "",
                           R"({"to":"a@b.org","subject":"s","body":{"html":"h"}})");
  const std::string sending(mail.at("sendingId").as_string());
  EXPECT_EQ(keys(answer("GET", "/resources/sendings/{sendingId}", sending)),
            names_of(members_of("Sending")));
  answer("DELETE", "/resources/sendings/{sendingId}", sending);
  answer("GET", "/resources/sendings");
  for (const char* route : {"/resources/events", "/resources/log/head", "/resources/projections",
                            "/resources/graph/meta", "/health/live", "/health/ready", "/version"}) {
    answer("GET", route);
  }
  answer("DELETE", "/resources/rules/{ruleId}", "rule");
  answer("DELETE", definition, "d2");
  answer("DELETE", "/resources/components/{componentId}", "e");
}

TEST_F(E2eSchema, TokensHaveTheMembersOfTheirSchemas) {
  const std::string token = "/resources/tokens/{tokenId}";
  const auto created = answer("POST", "/resources/tokens", "",
                              R"({"tokenId":"t","permissions":["jobs:read"],"expiresIn":"1d"})");
  EXPECT_EQ(keys(created), names_of(members_of("CreatedToken")));
  EXPECT_EQ(keys(answer("GET", token, "t")), names_of(members_of("AccessToken")));
  EXPECT_EQ(keys(answer("GET", "/resources/tokens")), names_of(members_of("TokenPage")));
  EXPECT_EQ(keys(answer("POST", token + "/rotate", "t")), names_of(members_of("RotatedToken")));
  EXPECT_EQ(keys(answer("GET", "/resources/tokens/self")), names_of(members_of("OwnToken")));
  EXPECT_EQ(keys(answer("DELETE", token, "t")), names_of(members_of("RevokedToken")));
}

TEST_F(E2eSchema, FieldsOfAListAreThoseOfItsRows) {
  const std::map<std::string, std::string> rows = {
      {"jobs", "Job"},   {"job-definitions", "Definition"}, {"components", "Component"},
      {"rules", "Rule"}, {"sendings", "Sending"},           {"tokens", "AccessToken"}};
  for (const auto& [list, row] : rows) {
    auto names = names_of(members_of(row));
    if (list == "job-definitions") {
      names.erase("jobs");  // counted for one only
    }
    const std::string refused = call("GET", "/resources/" + list + "?fields=nothing").body;
    const std::string known = "the fields are: ";
    std::string text = refused.substr(refused.find(known) + known.size());
    text = text.substr(0, text.find('"')) + ",";
    std::erase(text, ' ');
    std::set<std::string> fields;
    for (std::size_t at = 0; at < text.size(); at = text.find(',', at) + 1) {
      fields.insert(text.substr(at, text.find(',', at) - at));
    }
    EXPECT_EQ(fields, names) << list;
  }
}

// null is taken where the document says so, and nowhere else.
class E2eNull : public E2eSchema {
 protected:
  // `body` with that member, which names a path.
  static json::value with_null(json::value body, std::string_view path) {
    json::value* at = &body;
    for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.')) {
      auto& next = at->as_object()[path.substr(0, dot)];
      if (!next.is_object()) {
        next = json::object();
      }
      at = &next;
      path.remove_prefix(dot + 1);
    }
    at->as_object()[path] = nullptr;
    return body;
  }
  void try_all(const std::string& method, const std::string& target, const json::value& body,
               const Members& members, const std::string& path = "") {
    for (const auto& [name, schema] : members) {
      if (schema->as_object().contains("readOnly")) {
        continue;
      }
      const std::string text = json::serialize(with_null(body, path + name));
      const auto reply = call(method, target, text);
      EXPECT_EQ(reply.status < 300, takes_null(*schema)) << method << " " << text << reply.body;
      Members inner;
      collect(*schema, inner);
      // The two of a rate limit are required together, which is looked at elsewhere.
      if (!inner.empty() && name != "rateLimit") {
        try_all(method, target, body, inner, path + name + ".");
      }
    }
  }
};

TEST_F(E2eNull, IsTakenWhereTheDocumentSaysSo) {
  put_components();
  put_definition("d");
  const std::string definition = "/resources/job-definitions/d";
  try_all("PATCH", definition, json::object(), members_of("DefinitionPatch"));
  try_all("PUT", definition, {{"componentId", "w"}}, members_of("DefinitionInput"));
  try_all("PUT", "/resources/rules/r", {{"componentId", "r"}}, members_of("RuleInput"));
  auto job = members_of("NewJob");
  try_all("POST", "/resources/jobs", {{"jobDefinitionId", "d"}}, job);
  const json::array permissions = {"jobs:read"};
  try_all("POST", "/resources/tokens", {{"permissions", permissions}}, members_of("TokenInput"));
}

}  // namespace
}  // namespace daybook::test
