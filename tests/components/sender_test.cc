// Mails against a real SMTP server, posts against a real HTTP server.
#include "components/sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/components/http_server.h"
#include "tests/components/support.h"
#include "tests/support/certificate.h"
#include "tests/support/mail_server.h"
#include "tests/support/no_threads.h"

namespace daybook::components {
namespace {

using test::MailServer;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const SendingId kId{0x0123'4567'89ab'8def, 0x8123'4567'89ab'cdef};

Parcel mail(const std::string& to, const std::string& content) {
  return {kId, Transport::kEmail, to, content, Micros{1'763'251'200'000'000}};
}

Parcel plain(const std::string& to) {
  return mail(to, R"({"subject":"Hi","body":{"plainText":"Hello"}})");
}

class SenderTest : public testing::Test {
 protected:
  SenderOptions options(const std::string& url, MailTls tls = MailTls::kOff) {
    SenderOptions out;
    out.mail.url = url;
    out.mail.from = "shop@example.org";
    out.mail.from_name = "The Shop";
    out.mail.tls = tls;
    out.http.allow_private = true;
    out.http.signing_secret = "secret";
    return out;
  }
  std::unique_ptr<Sender> open(SenderOptions given) {
    auto opened = Sender::open(std::move(given), clock);
    EXPECT_TRUE(opened) << opened.error().text();
    return opened ? std::move(*opened) : nullptr;
  }
  static std::future<Delivery> start(Sender& sender, const Parcel& parcel) {
    auto promise = std::make_shared<std::promise<Delivery>>();
    auto out = promise->get_future();
    sender.send(parcel, [promise](Delivery delivery) { promise->set_value(std::move(delivery)); });
    return out;
  }
  static Delivery send(Sender& sender, const Parcel& parcel) {
    auto delivery = start(sender, parcel);
    if (delivery.wait_for(kPatience) != std::future_status::ready) {
      ADD_FAILURE() << "no delivery";
      std::abort();
    }
    return delivery.get();
  }
  // "sent", or the code with "!" when it is not worth another try.
  static std::string summary(const Delivery& delivery) {
    if (!delivery.failure) {
      return delivery.abandoned ? "abandoned" : "sent";
    }
    return delivery.failure->code + (delivery.failure->retryable ? "" : "!");
  }
  std::string refusal(SenderOptions given) {
    const auto opened = Sender::open(std::move(given), clock);
    return opened ? "accepted" : opened.error().field;
  }

  SystemClock clock;
  TestDirectory directory;
};

TEST_F(SenderTest, MailIsWrittenAsItWasAskedFor) {
  MailServer server(directory.path());
  const auto sender = open(options(server.url()));
  const auto delivery =
      send(*sender,
           mail("ann@example.org",
                R"({"subject":"Order {nr} für {name}","body":{"plainText":"Hi {name}\n.\nBye =3D",)"
                R"("html":"<p>{name}</p>"},"cc":["bo@example.org"],"bcc":["cy@example.org"],)"
                R"("replyTo":"help@example.org","dynamic":{"nr":7,"name":"Ann & Bo"}})"));
  EXPECT_EQ(summary(delivery), "sent");
  EXPECT_THAT(delivery.response, StartsWith("250"));
  const std::string text = server.next_mail().value_or("");
  EXPECT_THAT(text, StartsWith("from shop@example.org\n"
                               "to ann@example.org bo@example.org cy@example.org\ntls no\n"));
  EXPECT_THAT(text, HasSubstr("From: \"The Shop\" <shop@example.org>\n"));
  EXPECT_THAT(text, HasSubstr("To: ann@example.org\n"));
  EXPECT_THAT(text, HasSubstr("Cc: bo@example.org\n"));
  EXPECT_THAT(text, HasSubstr("Reply-To: help@example.org\n"));
  EXPECT_THAT(text, HasSubstr("Subject: =?UTF-8?B?T3JkZXIgNyBmw7xyIEFubiAmIEJv?=\n"));
  EXPECT_THAT(text, HasSubstr("Date: Sun, 16 Nov 2025 00:00:00 +0000\n"));
  EXPECT_THAT(text, HasSubstr("Message-ID: <01234567-89ab-8def-8123-456789abcdef@example.org>\n"));
  EXPECT_THAT(text, HasSubstr("Content-Type: multipart/alternative"));
  EXPECT_THAT(text, HasSubstr("Hi Ann & Bo\n.\nBye =3D3D"));
  EXPECT_THAT(text, HasSubstr("<p>Ann &amp; Bo</p>"));
  const auto envelope_end = text.find("tls no\n");
  EXPECT_THAT(text.substr(envelope_end), Not(HasSubstr("cy@example.org")));
}

// As when the processes of a user have used up what the system gives.
TEST_F(SenderTest, WithoutFurtherThreadsTheFirstDeliversAll) {
  MailServer server(directory.path());
  const auto sender = open(options(server.url()));
  const test::NoThreads none;
  EXPECT_FALSE(Sender::open(options(server.url()), clock));
  std::vector<std::future<Delivery>> deliveries;
  for (int i = 0; i < 5; ++i) {
    deliveries.push_back(start(*sender, plain("a@example.org")));
  }
  for (auto& delivery : deliveries) {
    ASSERT_EQ(delivery.wait_for(kPatience), std::future_status::ready);
    EXPECT_EQ(summary(delivery.get()), "sent");
  }
}

TEST_F(SenderTest, MailMayNameItsOwnSender) {
  MailServer server(directory.path());
  const auto sender = open(options(server.url()));
  EXPECT_EQ(summary(send(*sender, mail("a@example.org", R"({"subject":"s","body":{"html":"h"},)"
                                                        R"("from":"me@other.org"})"))),
            "sent");
  const std::string text = server.next_mail().value_or("");
  EXPECT_THAT(text, StartsWith("from me@other.org\n"));
  EXPECT_THAT(text, HasSubstr("From: me@other.org\n"));
  EXPECT_THAT(text, HasSubstr("Content-Type: text/html; charset=UTF-8"));
  EXPECT_THAT(text, Not(HasSubstr("multipart")));
}

TEST_F(SenderTest, LargeMailArrivesWhole) {
  MailServer server(directory.path());
  const auto sender = open(options(server.url()));
  std::string lines;
  for (int i = 0; i < 20'000; ++i) {
    lines += ".\\n.line\\n";
  }
  EXPECT_EQ(summary(send(*sender, mail("a@example.org", R"({"subject":"s","body":{"plainText":")" +
                                                            lines + R"(end"}})"))),
            "sent");
  const std::string text = server.next_mail().value_or("");
  EXPECT_THAT(text, HasSubstr("Content-Type: text/plain; charset=UTF-8"));
  EXPECT_THAT(text, HasSubstr("\n.\n.line\n.\n.line\nend\n"));
  EXPECT_GT(text.size(), 160'000U);
}

TEST_F(SenderTest, NothingThatIsPutInBecomesAHeader) {
  MailServer server(directory.path());
  const auto sender = open(options(server.url()));
  EXPECT_EQ(
      summary(send(*sender, mail("a@example.org",
                                 R"({"subject":"{x}","body":{"plainText":"p"},)"
                                 R"("dynamic":{"x":"a\r\nBcc: evil@example.org\r\n\r\nb"}})"))),
      "sent");
  const std::string text = server.next_mail().value_or("");
  EXPECT_THAT(text, HasSubstr("to a@example.org\n"));
  EXPECT_THAT(text, HasSubstr("Subject: a  Bcc: evil@example.org    b\n"));
  EXPECT_THAT(text, Not(HasSubstr("\nBcc:")));
}

TEST_F(SenderTest, ContentThatWasNotCheckedCannotInjectEither) {
  MailServer server(directory.path());
  const auto sender = open(options(server.url()));
  for (const char* content :
       {R"({"subject":"s","body":{"html":"h"},"from":"a@b.org>\r\nX: y"})",
        R"({"subject":"s","body":{"html":"h"},"replyTo":"a@b.org\r\nX: y"})",
        R"({"subject":"s","body":{"html":"h"},"cc":["a@b.org\r\nX: y"]})", "[]", "{"}) {
    const auto delivery = send(*sender, mail("a@example.org", content));
    ASSERT_TRUE(delivery.failure) << content;
    EXPECT_FALSE(delivery.failure->retryable) << content;
  }
  EXPECT_EQ(server.count(), 0U);
}

TEST_F(SenderTest, TheServersNoIsForNowOrForGood) {
  MailServer server(directory.path());
  const auto sender = open(options(server.url()));
  const auto later = send(*sender, plain("later@example.org"));
  EXPECT_EQ(summary(later), "SMTP_DEFERRED");
  EXPECT_THAT(later.failure->message, HasSubstr("451"));
  const auto never = send(*sender, plain("never@example.org"));
  EXPECT_EQ(summary(never), "SMTP_REFUSED!");
  EXPECT_THAT(never.failure->message, HasSubstr("no such mailbox"));
  const auto copied =
      mail("a@example.org", R"({"subject":"s","body":{"html":"h"},"cc":["never@example.org"]})");
  EXPECT_EQ(summary(send(*sender, copied)), "SMTP_REFUSED!");
  EXPECT_EQ(server.count(), 0U);
}

TEST_F(SenderTest, NoServerIsWorthAnotherTry) {
  const auto sender = open(options("smtp://127.0.0.1:1"));
  EXPECT_EQ(summary(send(*sender, plain("a@example.org"))), "SMTP_CONNECT");
}

TEST_F(SenderTest, StarttlsAndPasswordAreUsed) {
  const auto certificate = directory.path() / "c.pem";
  const auto key = directory.path() / "k.pem";
  test::make_certificate(certificate, key);
  MailServer server(directory.make("mails"), {"--auth", "shop:pw", "--require-tls", "--tls",
                                              certificate.string(), key.string()});
  auto given = options(server.url(), MailTls::kRequired);
  given.mail.user = "shop";
  given.mail.password = "pw";
  EXPECT_EQ(summary(send(*open(given), plain("a@example.org"))), "SMTP_TLS");  // unknown signer
  given.mail.ca_file = certificate.string();
  EXPECT_EQ(summary(send(*open(given), plain("a@example.org"))), "sent");
  EXPECT_THAT(server.next_mail().value_or(""), HasSubstr("\ntls yes\n"));
  given.mail.tls = MailTls::kOpportunistic;
  EXPECT_EQ(summary(send(*open(given), plain("a@example.org"))), "sent");
  EXPECT_THAT(server.next_mail().value_or(""), HasSubstr("\ntls yes\n"));
  given.mail.password = "wrong";
  EXPECT_EQ(summary(send(*open(given), plain("a@example.org"))), "SMTP_LOGIN");
}

TEST_F(SenderTest, NothingIsSaidWithoutTheTlsThatIsRequired) {
  MailServer server(directory.path());
  EXPECT_EQ(summary(send(*open(options(server.url(), MailTls::kRequired)), plain("a@b.org"))),
            "SMTP_TLS");
  EXPECT_EQ(summary(send(*open(options(server.url(), MailTls::kOpportunistic)), plain("a@b.org"))),
            "sent");
}

TEST_F(SenderTest, ShutdownAbandonsWhatGoesOn) {
  MailServer server(directory.path());
  const auto sender = open(options(server.url()));
  auto delivery = start(*sender, plain("hold@example.org"));
  ASSERT_TRUE(server.next_mail());
  sender->shutdown();
  EXPECT_EQ(summary(delivery.get()), "abandoned");
  EXPECT_EQ(summary(send(*sender, plain("a@example.org"))), "abandoned");
  server.release();
}

TEST_F(SenderTest, PostIsSignedAndNamesItsSending) {
  HttpServer server([](const SeenRequest&) { return answer("200 OK", ""); });
  const auto sender = open(options(""));
  EXPECT_TRUE(sender->can(Transport::kHttp));
  EXPECT_FALSE(sender->can(Transport::kEmail));
  const Parcel parcel{kId, Transport::kHttp, server.url(),
                      R"({"headers":{"X-Shop":"1"},"body":{"a":[1]}})", Micros{}};
  EXPECT_EQ(summary(send(*sender, parcel)), "sent");
  const SeenRequest seen = server.seen().at(0);
  EXPECT_EQ(seen.body, R"({"a":[1]})");
  EXPECT_EQ(seen.header("X-Shop"), "1");
  EXPECT_EQ(seen.header("Content-Type"), "application/json");
  EXPECT_EQ(seen.header("Idempotency-Key"), kId.text());
  EXPECT_EQ(seen.header("Daybook-Sending-Id"), kId.text());
  EXPECT_THAT(seen.header("Daybook-Signature"), StartsWith("v1="));
}

TEST_F(SenderTest, PostsFailAsRequestsDo) {
  HttpServer server([](const SeenRequest& seen) {
    return answer(seen.head.find("/busy ") == std::string::npos ? "404 Not Found" : "503 Busy",
                  "no");
  });
  const auto sender = open(options(""));
  const auto post = [&](const std::string& path) {
    return Parcel{kId, Transport::kHttp, server.url() + "/" + path, "{}", Micros{}};
  };
  EXPECT_EQ(summary(send(*sender, post("busy"))), "HTTP_STATUS");
  const auto gone = send(*sender, post("gone"));
  EXPECT_EQ(summary(gone), "HTTP_STATUS!");
  EXPECT_EQ(gone.failure->details, R"({"status":404,"body":"no"})");
  auto strict = options("");
  strict.http.allow_private = false;
  EXPECT_EQ(summary(send(*open(strict), post("x"))), "HTTP_ADDRESS_REFUSED!");
  EXPECT_EQ(summary(send(*sender, {kId, Transport::kHttp, "http://127.0.0.1:1/", "{}", Micros{}})),
            "HTTP_CONNECT");
}

TEST_F(SenderTest, MessagesGoToTheOperatorsEndpoint) {
  HttpServer server([](const SeenRequest&) { return answer("200 OK", "{}"); });
  auto given = options("");
  given.http.allow_private = false;  // what the operator names is not what a component names
  given.actors_endpoint = "http://127.0.0.1:" + std::to_string(server.port());
  const auto sender = open(given);
  EXPECT_TRUE(sender->can(Transport::kActor));
  const Parcel parcel{kId, Transport::kActor, "ticket/a b", R"({"messages":[{"type":"close"}]})",
                      Micros{}};
  EXPECT_EQ(summary(send(*sender, parcel)), "sent");
  const SeenRequest seen = server.seen().at(0);
  EXPECT_THAT(seen.head, StartsWith("POST /resources/actors/ticket/a%20b HTTP/1.1"));
  EXPECT_EQ(seen.body, R"([{"type":"close"}])");
}

TEST_F(SenderTest, SettingsThatCannotWorkAreRefusedByName) {
  EXPECT_EQ(refusal(options("http://mail.example.org")), "mail.url");
  EXPECT_EQ(refusal(options("smtp://")), "mail.url");
  EXPECT_EQ(refusal(options("smtp://u:p@mail.example.org")), "mail.url");
  auto given = options("smtp://mail.example.org");
  given.mail.from = "nobody";
  EXPECT_EQ(refusal(given), "mail.from");
  given.mail.from = "a@b.org";
  given.mail.user = "u";
  EXPECT_EQ(refusal(given), "mail.tls");
  given.mail.tls = MailTls::kRequired;
  EXPECT_EQ(refusal(given), "accepted");
  given.mail.tls = MailTls::kOff;
  given.mail.url = "smtps://mail.example.org";
  EXPECT_EQ(refusal(given), "accepted");
  given.actors_endpoint = "actors";
  EXPECT_EQ(refusal(given), "actors.endpoint");
}

}  // namespace
}  // namespace daybook::components
