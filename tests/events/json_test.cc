#include "events/json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "events/catalogue.h"
#include "tests/events/samples.h"

namespace daybook::events {
namespace {

TEST(EventJson, EveryEventIsSoundJsonWithItsNameAndItsMembers) {
  std::uint64_t seq = 0;
  for (const Event& event : samples::all()) {
    Recorded recorded{};
    recorded.meta.seq = Seq{++seq};
    recorded.meta.time = samples::kTime;
    recorded.meta.actor = "a\"b";
    recorded.event = event;
    const std::string text = to_json(recorded);
    EXPECT_EQ(text.find('\n'), std::string::npos) << "one line";
    const auto value = boost::json::parse(text);
    EXPECT_EQ(value.at("seq").as_int64(), static_cast<std::int64_t>(seq));
    EXPECT_EQ(value.at("time").as_string(), "2025-11-16T00:00:00Z");
    EXPECT_EQ(value.at("type").as_string(), std::string(entry_of(event).name));
    EXPECT_EQ(value.at("actor").as_string(), "a\"b");
    EXPECT_FALSE(value.at("data").as_object().empty());
  }
}

TEST(EventJson, SecretsAreNeverShown) {
  const auto started = samples::job_started(1);
  const std::string text = data_json(started);
  EXPECT_EQ(text.find("secret"), std::string::npos);
  EXPECT_EQ(text.find(std::to_string(started.secret.high)), std::string::npos);
  EXPECT_EQ(text.find("1111222233334444"), std::string::npos);
  EXPECT_EQ(text.find("5555666677778888"), std::string::npos);
}

TEST(EventJson, StringsAreEscaped) {
  std::string out;
  append_json_string(out, std::string_view("\"\\\n\r\t\x01\x1f/\xc3\xa4\0", 11));
  EXPECT_EQ(out, "\"\\\"\\\\\\n\\r\\t\\u0001\\u001f/\xc3\xa4\\u0000\"");
  EXPECT_EQ(boost::json::parse(out).as_string().size(), 11U);
}

TEST(EventJson, EmptyMembersAreLeftOut) {
  JobCancelled e;
  e.job = samples::job(3);
  e.definition = "d";
  const auto value = boost::json::parse(data_json(e));
  EXPECT_FALSE(value.as_object().contains("started"));
  EXPECT_FALSE(value.as_object().contains("startedAt"));
  EXPECT_EQ(value.at("jobDefinitionId").as_string(), "d");
}

TEST(EventJson, DocumentsOnSeveralLinesBecomeOne) {
  JobCreated e;
  e.job = samples::job(3);
  e.definition = "d";
  e.parameters = {"{\r\n  \"a\": \"x\\ny\"\n}"};
  const std::string text = data_json(e);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_EQ(boost::json::parse(text).at("parameters").at("a").as_string(), "x\ny");
}

TEST(EventJson, EnumerationsHaveNames) {
  EXPECT_EQ(runtime_name(Runtime::kReactor), "reactor");
  EXPECT_EQ(runtime_name(Runtime::kWorker), "worker");
  EXPECT_EQ(cause_name(ExpiryCause::kLease), "lease");
  EXPECT_EQ(cause_name(ExpiryCause::kRestart), "restart");
  EXPECT_EQ(reason_name(RemovalReason::kRetention), "retention");
  EXPECT_EQ(reason_name(static_cast<RemovalReason>(9)), "unknown");
}

}  // namespace
}  // namespace daybook::events
