#include "api/field_reader.h"

#include <gtest/gtest.h>

#include "base/json_check.h"

namespace daybook::api {
namespace {

struct Everything {
  std::string id;
  std::string component;
  std::string name;
  bool flag = true;
  std::int64_t number = 7;
  std::uint32_t factor = 0;
  std::optional<Micros> time;
  Duration duration;
  std::string document;
  std::vector<std::string> tags;
};

std::vector<Error> read(const std::string& text, Everything& out) {
  EXPECT_TRUE(check_json(text)) << text;
  FieldErrors errors;
  FieldReader fields(JsonValue(text), "in.", errors);
  fields.resource_id("id", out.id);
  fields.id(IdKind::kComponent, "component", out.component);
  fields.text("name", out.name, 8);
  fields.boolean("flag", out.flag);
  fields.integer("number", out.number, {1, 10});
  fields.thousandths("factor", out.factor, {1, 2});
  fields.time("time", out.time);
  fields.duration("duration", out.duration, {seconds(1), seconds(60)});
  fields.object_text("document", out.document, 20);
  fields.texts("tags", out.tags, 2, 4);
  fields.finish();
  return errors.take();
}

TEST(FieldReader, ReadsEveryKind) {
  Everything out;
  const auto errors =
      read(R"({"id":"a-1","component":"x/y.z","name":"n","flag":false,"number":3,"factor":1.5,)"
           R"("time":"2025-11-16T02:00Z","duration":"90s"})",
           out);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].field, "in.duration");
  EXPECT_EQ(out.id, "a-1");
  EXPECT_EQ(out.component, "x/y.z");
  EXPECT_FALSE(out.flag);
  EXPECT_EQ(out.number, 3);
  EXPECT_EQ(out.factor, 1500U);
  EXPECT_EQ(out.time, Micros{1763258400000000});
}

TEST(FieldReader, LimitsAreNamedAsTheyAreWritten) {
  Everything out;
  const auto errors = read(R"({"factor":3,"duration":"99999d"})", out);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].message, "must be a number from 1 to 2");
  EXPECT_EQ(errors[1].message, "must be from 1s to 1m");
}

TEST(FieldReader, NullAndAbsentLeaveTheOutputAsItWas) {
  Everything out;
  EXPECT_TRUE(
      read(R"({"id":null,"flag":null,"number":null,"tags":null,"document":null})", out).empty());
  EXPECT_TRUE(read("{}", out).empty());
  EXPECT_TRUE(out.flag);
  EXPECT_EQ(out.number, 7);
}

TEST(FieldReader, KeepsDocumentsAsTheyWereSent) {
  Everything out;
  EXPECT_TRUE(read(R"({"document": {"a" :1.0} })", out).empty());
  EXPECT_EQ(out.document, R"({"a" :1.0})");
}

TEST(FieldReader, NamesEveryFaultyFieldByItsPath) {
  struct Case {
    const char* text;
    const char* field;
    Code code = Code::kInvalid;
  };
  const Case cases[] = {
      {R"({"id":1})", "in.id"},
      {R"({"id":"-a"})", "in.id"},
      {R"({"id":""})", "in.id"},
      {R"({"id":"a/b"})", "in.id"},
      {R"({"component":"a/../b"})", "in.component"},
      {R"({"component":[]})", "in.component"},
      {R"({"name":"123456789"})", "in.name"},
      {R"({"name":"a\u0000"})", "in.name"},
      {R"({"flag":"true"})", "in.flag"},
      {R"({"flag":1})", "in.flag"},
      {R"({"number":0})", "in.number"},
      {R"({"number":11})", "in.number"},
      {R"({"number":2.5})", "in.number"},
      {R"({"number":1e2})", "in.number"},
      {R"({"number":"3"})", "in.number"},
      {R"({"number":99999999999999999999})", "in.number"},
      {R"({"factor":0.99})", "in.factor"},
      {R"({"factor":"1"})", "in.factor"},
      {R"({"time":1})", "in.time"},
      {R"({"time":"yesterday"})", "in.time"},
      {R"({"time":"2025-02-30T00:00:00Z"})", "in.time"},
      {R"({"duration":60})", "in.duration"},
      {R"({"duration":"-1s"})", "in.duration"},
      {R"({"duration":"61s"})", "in.duration"},
      {R"({"document":[]})", "in.document"},
      {R"({"document":{"a":"12345678901234567890"}})", "in.document", Code::kTooLarge},
      {R"({"tags":"a"})", "in.tags"},
      {R"({"tags":["a","b","c"]})", "in.tags"},
      {R"({"tags":["a",1]})", "in.tags[1]"},
      {R"({"tags":["12345"]})", "in.tags[0]"},
      {R"({"tags":[""]})", "in.tags[0]"},
      {R"({"other":1})", "in.other"},
      {R"({"ID":"a"})", "in.ID"},
      {R"([])", "in"},
  };
  for (const Case& c : cases) {
    Everything out;
    const auto errors = read(c.text, out);
    ASSERT_EQ(errors.size(), 1U) << c.text;
    EXPECT_EQ(errors[0].field, c.field) << c.text;
    EXPECT_EQ(errors[0].code, c.code) << c.text;
  }
}

TEST(FieldReader, RequiredFieldsMayBeNeitherAbsentNorNull) {
  for (const char* text : {"{}", R"({"id":null})"}) {
    FieldErrors errors;
    FieldReader fields(JsonValue(text), "", errors);
    std::string id;
    fields.resource_id("id", id, Need::kRequired);
    const auto all = errors.take();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].message, "is required");
  }
}

TEST(FieldReader, ReportsNoMoreErrorsThanAnybodyReads) {
  std::string text = "{";
  for (int i = 0; i < 1000; ++i) {
    text += (i > 0 ? ",\"u" : "\"u") + std::to_string(i) + "\":1";
  }
  Everything out;
  EXPECT_EQ(read(text + "}", out).size(), FieldErrors::kMax);
}

TEST(FieldReader, CutsNamesThatClientsMadeUp) {
  Everything out;
  std::string name;
  for (int i = 0; i < 1000; ++i) {
    name += "\xc3\xa4";
  }
  const auto errors = read("{\"" + name + "\":1}", out);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_LT(errors[0].field.size(), 120U);
}

}  // namespace
}  // namespace daybook::api
