// The real program and a real mail server: a kill between the server's yes and its record.
#include <signal.h>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/mail_server.h"
#include "tests/tools/server_commands.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/client.h"
#include "tools/daybook/exact_json.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;

class OutboxE2e : public testing::Test {
 protected:
  OutboxE2e() { std::filesystem::create_directory(directory_.path() / "mails"); }

  std::vector<std::string> flags(const test::MailServer& mails) const {
    return {"--mail-url", mails.url(), "--mail-from", "shop@example.org", "--mail-tls", "off"};
  }
  // A job whose program asks for a mail; its id.
  std::string send_by_job(const ServerProcess& server, const std::string& to) {
    const std::string output = R"({"effects":[{"effect":"sendEmail","to":")" + to +
                               R"(","subject":"s","body":{"plainText":"p"}}]})";
    const Ran put = run_line({"--server", server.address(), "component", "put", "m", "--runtime",
                              "exec", "--", "/usr/bin/printf", "%s", output});
    EXPECT_EQ(put.code, 0) << put.err;
    answer(server, {"definition", "put", "m", "--component", "m"});
    const auto run = answer(server, {"job", "run", "m", "--wait", "--timeout", "30s"});
    return run.is_object() ? std::string(run.at("jobId").as_string()) : "";
  }
  std::size_t count(const ServerProcess& server, const std::string& type) {
    const auto list = answer(server, {"event", "list", "--type", type});
    return list.is_object() ? list.at("events").as_array().size() : 0;
  }
  static std::string message_id(const std::string& mail) {
    const auto from = mail.find("Message-ID: ");
    return from == std::string::npos ? "" : mail.substr(from, mail.find('\n', from) - from);
  }

  const TempDirectory directory_;
  const std::filesystem::path mails_ = directory_.path() / "mails";
  const std::string data_ = (directory_.path() / "data").string();
};

TEST_F(OutboxE2e, KilledBetweenTheServersYesAndItsRecordItSendsAgainUnderTheSameMessageId) {
  test::MailServer mails(mails_);
  std::string first;
  {
    ServerProcess server(data_, flags(mails));
    EXPECT_FALSE(send_by_job(server, "hold@example.org").empty());
    first = message_id(mails.next_mail().value_or(""));
    EXPECT_EQ(server.end(SIGKILL), 128 + SIGKILL);
  }
  EXPECT_THAT(first, HasSubstr("@example.org>"));
  mails.release();
  ServerProcess server(data_, flags(mails));
  EXPECT_EQ(message_id(mails.next_mail().value_or("")), first);
  // Recorded as soon as the server's yes is there.
  for (int asked = 0; asked < 1000 && count(server, "SendingSent") == 0; ++asked) {
  }
  EXPECT_EQ(server.end(SIGTERM), 0);
  ServerProcess again(data_, flags(mails));
  EXPECT_EQ(count(again, "SendingCreated"), 1U);
  EXPECT_EQ(count(again, "SendingSent"), 1U);
  EXPECT_EQ(mails.count(), 2U);
  EXPECT_EQ(answer(again, {"sending", "list", "--status", "sent"}).at("totalCount").as_int64(), 1);
  EXPECT_EQ(again.end(SIGTERM), 0);
  const Ran replayed = run_line({"replay", "--data-dir", data_, "--compare"});
  EXPECT_EQ(replayed.code, 0) << replayed.out << replayed.err;
  const Ran check = run_line({"log", "verify", "--data-dir", data_});
  EXPECT_EQ(check.code, 0) << check.out << check.err;
}

TEST_F(OutboxE2e, SendingIsShownAndWithdrawnFromTheCommandLine) {
  ServerProcess server(data_);
  const std::string job = send_by_job(server, "ann@example.org");
  const auto list = answer(server, {"sending", "list", "--job", job});
  ASSERT_EQ(list.at("sendings").as_array().size(), 1U);
  const std::string id(list.at("sendings").at(0).at("sendingId").as_string());
  EXPECT_EQ(answer(server, {"sending", "get", id}).at("status").as_string(), "pending");
  ClientOptions options;
  options.server = server.address();
  auto client = Client::connect_to(std::move(options));
  ASSERT_TRUE(client);
  const auto metrics = client->send("GET", "/metrics");
  ASSERT_TRUE(metrics);
  EXPECT_THAT(metrics->body, HasSubstr("\ndaybook_sendings_pending 1\n"));
  answer(server, {"sending", "cancel", id});
  EXPECT_EQ(answer(server, {"sending", "get", id}).at("status").as_string(), "cancelled");
  EXPECT_EQ(server.end(SIGTERM), 0);
}

}  // namespace
}  // namespace daybook::cli
