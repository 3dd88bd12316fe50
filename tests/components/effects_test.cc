// The effects that send: what is understood, and that whatever is wrong is refused by its name.
#include "components/effects.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "base/limits/resources.h"
#include "base/limits/sendings.h"

namespace daybook::components {
namespace {

constexpr Micros kEffectsNow{1'763'251'200'000'000};  // 2025-11-16T00:00:00Z

Result<Effect> read(const std::string& json) {
  return read_effect(JsonValue(json), "e", kEffectsNow);
}

SendEffect sending(const std::string& json) {
  const auto effect = read(json);
  EXPECT_TRUE(effect) << effect.error().text();
  return effect ? std::get<SendEffect>(*effect) : SendEffect{};
}

std::string email(const std::string& more) {
  return R"({"effect":"sendEmail","to":"ann@example.org","subject":"Hi")" + more + "}";
}

std::string mail(const std::string& more) {
  return email(R"(,"body":{"plainText":"text"})" + more);
}

TEST(SendEmail, CarriesAllItsMembers) {
  const SendEffect effect =
      sending(email(R"(,"body":{"plainText":"p","html":"<p>h</p>"},"cc":["b@example.org"],)"
                    R"("bcc":["c@example.org","d@example.org"],"from":"shop@example.org",)"
                    R"("fromName":"The Shöp","replyTo":"r@example.org","category":"order",)"
                    R"("dynamic":{"name":"Ann","n":[1,null]})"));
  EXPECT_EQ(effect.transport, Transport::kEmail);
  EXPECT_EQ(effect.recipient, "ann@example.org");
  EXPECT_EQ(effect.category, "order");
  EXPECT_FALSE(effect.id);
  EXPECT_EQ(boost::json::parse(effect.content), boost::json::parse(R"({"subject":"Hi",
    "body":{"plainText":"p","html":"<p>h</p>"},"cc":["b@example.org"],
    "bcc":["c@example.org","d@example.org"],"from":"shop@example.org","fromName":"The Shöp",
    "replyTo":"r@example.org","dynamic":{"name":"Ann","n":[1,null]}})"));
}

TEST(SendEmail, HoldsOnlyWhatWasGiven) {
  const SendEffect effect = sending(mail(R"(,"cc":[],"replyTo":null)"));
  EXPECT_EQ(effect.category, "reactor");
  EXPECT_EQ(effect.content, R"({"subject":"Hi","body":{"plainText":"text"}})");
}

TEST(SendEmail, IsReadAsADocumentOfItsOwnToo) {
  const auto effect = parse_email(R"({"to":"a@b.org","subject":"s","body":{"html":"h"}})");
  ASSERT_TRUE(effect) << effect.error().text();
  EXPECT_EQ(effect->recipient, "a@b.org");
  const auto refused = parse_email(R"({"effect":"sendEmail","to":"a@b.org"})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "effect");
  EXPECT_EQ(parse_email("{").error().code, Code::kMalformed);
}

TEST(HttpPost, CarriesHeadersAndAnyBody) {
  const SendEffect effect = sending(
      R"({"effect":"httpPost","url":"https://example.org/x","headers":{"X-A":"1"},"body":[12.50,{}]})");
  EXPECT_EQ(effect.transport, Transport::kHttp);
  EXPECT_EQ(effect.recipient, "https://example.org/x");
  EXPECT_EQ(effect.content, R"({"headers":{"X-A":"1"},"body":[12.50,{}]})");
  EXPECT_EQ(sending(R"({"effect":"httpPost","url":"http://example.org/"})").content, "{}");
  EXPECT_EQ(sending(R"({"effect":"httpPost","url":"http://example.org/","body":null})").content,
            R"({"body":null})");
}

TEST(MessageActor, AllFormsNameTheSameActorAndMessages) {
  const std::string expected = R"({"messages":[{"type":"close","body":{"a":1}}]})";
  for (const char* members :
       {R"("actorType":"ticket","actorId":"17","messages":[{"type":"close","body":{"a":1}}])",
        R"("actorType":"ticket","actorId":"17","messageType":"close","body":{"a":1})",
        R"("path":"/Resources/ACTORS/ticket/17","messageType":"close","body":{"a":1})",
        R"("path":"ticket/17","messages":[{"type":"close","body":{"a":1}}])"}) {
    const SendEffect effect = sending(std::string(R"({"effect":"messageActor",)") + members + "}");
    EXPECT_EQ(effect.transport, Transport::kActor);
    EXPECT_EQ(effect.recipient, "ticket/17") << members;
    EXPECT_EQ(effect.content, expected) << members;
  }
}

struct BadEffect {
  std::string json;
  std::string field;
};

class EffectRefused : public testing::TestWithParam<BadEffect> {};

TEST_P(EffectRefused, NamesTheMember) {
  const auto effect = read(GetParam().json);
  ASSERT_FALSE(effect) << GetParam().json;
  EXPECT_EQ(effect.error().field, GetParam().field) << effect.error().text();
}

std::string address_list(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += (i == 0 ? "" : ",") + std::string("\"a@b.org\"");
  }
  return "[" + out + "]";
}

std::string to(const std::string& address) {
  return R"({"effect":"sendEmail","subject":"s","body":{"html":"h"},"to":")" + address + "\"}";
}

INSTANTIATE_TEST_SUITE_P(
    Mails, EffectRefused,
    testing::Values(
        BadEffect{R"({"effect":"sendEmail","subject":"s","body":{"html":"h"}})", "e.to"},
        BadEffect{to(""), "e.to"}, BadEffect{to("ann"), "e.to"}, BadEffect{to("a@"), "e.to"},
        BadEffect{to("@b.org"), "e.to"}, BadEffect{to("a@b@c.org"), "e.to"},
        BadEffect{to("a@b.org, c@d.org"), "e.to"}, BadEffect{to("Ann <a@b.org>"), "e.to"},
        BadEffect{to("a@b.org\\r\\nBcc: x@y.org"), "e.to"}, BadEffect{to("a@b..org"), "e.to"},
        BadEffect{to("ä@b.org"), "e.to"}, BadEffect{to(".a@b.org"), "e.to"},
        BadEffect{to(std::string(250, 'a') + "@b.org"), "e.to"},
        BadEffect{R"({"effect":"sendEmail","to":"a@b.org","body":{"html":"h"}})", "e.subject"},
        BadEffect{mail(R"(,"fromName":"a\nb")"), "e.fromName"},
        BadEffect{R"({"effect":"sendEmail","to":"a@b.org","subject":"a\r\nBcc: c@d.org"})",
                  "e.subject"},
        BadEffect{email(""), "e.body"}, BadEffect{email(R"(,"body":"text")"), "e.body"},
        BadEffect{email(R"(,"body":{})"), "e.body"},
        BadEffect{email(R"(,"body":{"plainText":""})"), "e.body"},
        BadEffect{email(R"(,"body":{"text":"x"})"), "e.body.text"},
        BadEffect{email(R"(,"body":{"html":1})"), "e.body.html"},
        BadEffect{mail(R"(,"cc":"a@b.org")"), "e.cc"},
        BadEffect{mail(R"(,"cc":["a@b.org",7])"), "e.cc[1]"},
        BadEffect{mail(R"(,"bcc":["x"])"), "e.bcc[0]"},
        BadEffect{mail(R"(,"bcc":)" + address_list(kMailRecipientsMax + 1)), "e.bcc"},
        BadEffect{mail(R"(,"from":"me")"), "e.from"},
        BadEffect{mail(R"(,"replyTo":"me")"), "e.replyTo"},
        BadEffect{mail(R"(,"category":"system:x")"), "e.category"},
        BadEffect{mail(R"(,"category":")" + std::string(kTagBytesMax + 1, 'x') + "\""),
                  "e.category"},
        BadEffect{mail(R"(,"dynamic":[])"), "e.dynamic"},
        BadEffect{mail(R"(,"toName":"x")"), "e.toName"},
        BadEffect{email(R"(,"body":{"html":")" + std::string(kSendingContentBytesMax, 'x') + "\"}"),
                  "e.body"}));

INSTANTIATE_TEST_SUITE_P(
    Posts, EffectRefused,
    testing::Values(
        BadEffect{R"({"effect":"httpPost"})", "e.url"},
        BadEffect{R"({"effect":"httpPost","url":"ftp://a.org/"})", "e.url"},
        BadEffect{R"({"effect":"httpPost","url":"https://u:p@a.org/"})", "e.url"},
        BadEffect{R"({"effect":"httpPost","url":"https://a.org/","headers":[]})", "e.headers"},
        BadEffect{R"({"effect":"httpPost","url":"https://a.org/","headers":{"Host":"x"}})",
                  "e.headers.Host"},
        BadEffect{R"({"effect":"httpPost","url":"https://a.org/","headers":{"X":"a\r\nY: b"}})",
                  "e.headers.X"},
        BadEffect{R"({"effect":"httpPost","url":"https://a.org/","method":"GET"})", "e.method"}));

INSTANTIATE_TEST_SUITE_P(
    Messages, EffectRefused,
    testing::Values(
        BadEffect{R"({"effect":"messageActor"})", "e.actorType"},
        BadEffect{R"({"effect":"messageActor","actorType":"t"})", "e.actorId"},
        BadEffect{R"({"effect":"messageActor","actorType":"t","actorId":"a/b"})", "e.actorId"},
        BadEffect{R"({"effect":"messageActor","path":"ticket"})", "e.path"},
        BadEffect{R"({"effect":"messageActor","path":"t/1","actorId":"1"})", "e.path"},
        BadEffect{R"({"effect":"messageActor","path":"t/1"})", "e.messageType"},
        BadEffect{R"({"effect":"messageActor","path":"t/1","messages":[]})", "e.messages"},
        BadEffect{R"({"effect":"messageActor","path":"t/1","messages":[{}]})",
                  "e.messages[0].type"},
        BadEffect{R"({"effect":"messageActor","path":"t/1","messages":[{"type":"a","x":1}]})",
                  "e.messages[0].x"},
        BadEffect{R"({"effect":"messageActor","path":"t/1","messages":[{"type":"a"}],"body":1})",
                  "e.messages"}));

}  // namespace
}  // namespace daybook::components
