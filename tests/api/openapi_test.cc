// The document says what the router does, no more and no less.
#include <algorithm>
#include <set>
#include <string>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "api/openapi_document.h"
#include "api/router.h"
#include "base/json_check.h"

namespace daybook::api {
namespace {

namespace json = boost::json;

const json::value& document() {
  static const json::value kDocument = json::parse(openapi_document());
  return kDocument;
}

std::string method_key(Method method) {
  std::string out(method_name(method));
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return static_cast<char>(c + 32); });
  return out;
}

// "{componentId...}" is "{componentId}" there.
std::string path_key(std::string_view pattern) {
  std::string out(pattern);
  const auto dots = out.find("...");
  return dots == std::string::npos ? out : out.erase(dots, 3);
}

const json::object& resolved(const json::value& value) {
  const auto* ref = value.as_object().if_contains("$ref");
  if (ref == nullptr) {
    return value.as_object();
  }
  return document().at_pointer(std::string_view(ref->as_string()).substr(1)).as_object();
}

std::set<std::string> query_names(const json::object& operation) {
  std::set<std::string> out;
  if (const auto* parameters = operation.if_contains("parameters")) {
    for (const auto& value : parameters->as_array()) {
      const auto& parameter = resolved(value);
      if (parameter.at("in").as_string() == "query") {
        out.insert(std::string(parameter.at("name").as_string()));
      }
    }
  }
  return out;
}

TEST(OpenApi, DescribesEveryRouteWithItsQueryAndBody) {
  const auto& paths = document().at("paths").as_object();
  for (const Route& route : routes()) {
    const auto* path = paths.if_contains(path_key(route.pattern));
    ASSERT_NE(path, nullptr) << route.pattern;
    const auto* operation = path->as_object().if_contains(method_key(route.method));
    ASSERT_NE(operation, nullptr) << route.pattern << " " << method_name(route.method);
    std::set<std::string> expected(route.query.begin(), route.query.end());
    const auto common = common_query(route.kind);
    expected.insert(common.begin(), common.end());
    EXPECT_EQ(query_names(operation->as_object()), expected) << route.pattern;
    EXPECT_EQ(operation->as_object().contains("requestBody"), route.body) << route.pattern;
  }
}

TEST(OpenApi, SaysWhichPermissionEachRouteNeeds) {
  const auto& paths = document().at("paths").as_object();
  for (const Route& route : routes()) {
    const auto& operation =
        paths.at(path_key(route.pattern)).as_object().at(method_key(route.method)).as_object();
    const auto* said = operation.if_contains("x-permission");
    ASSERT_NE(said, nullptr) << route.pattern;
    EXPECT_EQ(std::string_view(said->as_string()), permission_of(route)) << route.pattern;
    // Who needs no token is not told of its absence; who needs a permission is told which.
    const bool open = route.needs.of == Needs::Of::kNothing;
    const auto& responses = operation.at("responses").as_object();
    EXPECT_EQ(responses.contains("401"), !open) << route.pattern;
    EXPECT_EQ(operation.contains("security"), open) << route.pattern;
    EXPECT_TRUE(open || route.needs.of == Needs::Of::kToken || responses.contains("403"))
        << route.pattern;
  }
}

TEST(OpenApi, DescribesNothingElse) {
  std::set<std::string> known;
  for (const Route& route : routes()) {
    known.insert(method_key(route.method) + " " + path_key(route.pattern));
  }
  std::set<std::string> described;
  for (const auto& [path, item] : document().at("paths").as_object()) {
    for (const auto& [key, value] : item.as_object()) {
      if (key != "parameters") {
        described.insert(std::string(key) + " " + std::string(path));
      }
    }
  }
  EXPECT_EQ(described, known);
}

void check_refs(const json::value& value) {
  if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object) {
      if (key == "$ref") {
        json::error_code ec;
        EXPECT_NE(document().find_pointer(std::string_view(member.as_string()).substr(1), ec),
                  nullptr)
            << member.as_string();
      }
      check_refs(member);
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) {
      check_refs(element);
    }
  }
}

// A schema of a name that another has would take its place, without a word.
TEST(OpenApi, NoNameStandsTwice) {
  const Status sound = check_json(openapi_document());
  EXPECT_TRUE(sound) << sound.error().text();
}

TEST(OpenApi, EveryReferenceLeadsSomewhere) {
  check_refs(document());
}

TEST(OpenApi, PathParametersAreDeclared) {
  for (const auto& [path, item] : document().at("paths").as_object()) {
    const auto open = std::string_view(path).find('{');
    if (open == std::string_view::npos) {
      continue;
    }
    const auto name =
        std::string_view(path).substr(open + 1, std::string_view(path).find('}') - open - 1);
    const auto& parameters = item.as_object().at("parameters").as_array();
    ASSERT_EQ(parameters.size(), 1U) << path;
    EXPECT_EQ(parameters[0].as_object().at("name").as_string(), name) << path;
  }
}

}  // namespace
}  // namespace daybook::api
