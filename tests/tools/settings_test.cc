#include "tools/daybook/settings.h"

#include <gtest/gtest.h>

#include "tests/tools/temp_directory.h"

namespace daybook::cli {
namespace {

using Pairs = std::map<std::string, std::string>;

Variables variables(Pairs pairs) {
  return [pairs = std::move(pairs)](const std::string& name) -> std::optional<std::string> {
    const auto at = pairs.find(name);
    return at == pairs.end() ? std::nullopt : std::optional(at->second);
  };
}

TEST(Settings, FlagBeatsEnvironmentBeatsFile) {
  const TempDirectory directory;
  const auto file = directory.write("d.toml", "exec-slots = 1\nhttp-slots = 1\nio-threads = 1\n");
  const auto settings =
      resolve_settings({{"exec-slots", {"3"}}},
                       variables({{"DAYBOOK_EXEC_SLOTS", "2"}, {"DAYBOOK_HTTP_SLOTS", "2"}}), file);
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->exec_slots, 3U);
  EXPECT_EQ(settings->http_slots, 2U);
  EXPECT_EQ(settings->io_threads, 1U);
}

TEST(Settings, FileOfNamesInsideEachOtherIsRefused) {
  const TempDirectory directory;
  std::string deep = "a";
  for (int i = 0; i < 50'000; ++i) {
    deep += i % 2 == 0 ? ".a" : " . \"a\"";
  }
  for (const std::string& text : {"[" + deep + "]\n", deep + " = 1\n", "x = { " + deep + " = 1 }\n",
                                  std::string((1U << 20) + 1, '#')}) {
    const auto settings = resolve_settings({}, variables({}), directory.write("d.toml", text));
    ASSERT_FALSE(settings);
    EXPECT_EQ(settings.error().reason, "BAD_SETTING");
  }
}

TEST(Settings, DefaultsListenOnLoopbackOnly) {
  const auto settings = resolve_settings({}, variables({}), {});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->host, "127.0.0.1");
  EXPECT_EQ(settings->port, 7070);
  EXPECT_TRUE(settings->retention);
  EXPECT_FALSE(settings->http_allow_private);
}

TEST(Settings, DiskLimitsHaveUnitsALeastValueAndAnOrder) {
  const auto read = [](const std::string& watermark, const std::string& floor) {
    return resolve_settings({{"disk-watermark", {watermark}}, {"disk-floor", {floor}}},
                            variables({}), {});
  };
  const auto settings = read("64M", "12M");
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->disk_watermark, 64ULL << 20);
  EXPECT_EQ(settings->disk_floor, 12ULL << 20);
  EXPECT_EQ(read("2G", "100000000")->disk_floor, 100'000'000U);
  const std::pair<const char*, const char*> wrong[] = {
      {"64M", "11M"}, {"64M", "64M"}, {"32M", "64M"}, {"64", "12M"},          {"64X", "12M"},
      {"", "12M"},    {"-1", "12M"},  {"M", "12M"},   {"9999999999T", "12M"}, {"64MM", "12M"}};
  for (const auto& [watermark, floor] : wrong) {
    EXPECT_FALSE(read(watermark, floor)) << watermark << " " << floor;
  }
}

TEST(Settings, ASizeThatIsRefusedIsToldTheLimits) {
  const auto read = [](const std::string& floor) {
    return resolve_settings({{"disk-floor", {floor}}}, variables({}), {}).error().message;
  };
  for (const char* wrong : {"9999999999T", "1M", "64X"}) {
    EXPECT_EQ(read(wrong),
              "'" + std::string(wrong) + "' is not a size from 12M to 1024T, like 96M or 2G");
  }
}

TEST(Settings, WhatNobodyMeantIsDoubted) {
  ServeSettings settings;
  const std::vector<std::string> sound = {"HOME", "DAYBOOK_EXEC_SLOTS", "DAYBOOK_TOKEN",
                                          "DAYBOOK_SERVER", "DAYBOOK_CONFIG"};
  EXPECT_EQ(doubts(settings, sound), std::vector<std::string>());
  settings.exec_slots = 0;
  settings.http_slots = 0;
  const auto lines = doubts(settings, {"DAYBOOK_EXEC_SLOTZ"});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NE(lines[0].find("DAYBOOK_EXEC_SLOTZ is no setting"), std::string::npos);
  EXPECT_NE(lines[1].find("no job of an exec component will run"), std::string::npos);
}

TEST(Settings, EveryTypeIsReadFromTheFile) {
  const TempDirectory directory;
  const auto file = directory.write(
      "d.toml",
      "data-dir = \"/data\"\nlisten = \"[::1]:0\"\nretention = false\n"
      "http-allowed-network = [\"10.0.0.0/8\", \"192.168.0.0/16\"]\nlog-level = \"warn\"\n");
  const auto settings = resolve_settings({}, variables({}), file);
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->data_dir, "/data");
  EXPECT_EQ(settings->host, "::1");
  EXPECT_EQ(settings->port, 0);
  EXPECT_FALSE(settings->retention);
  EXPECT_EQ(settings->http_allowed_networks,
            (std::vector<std::string>{"10.0.0.0/8", "192.168.0.0/16"}));
}

TEST(Settings, TableInTheFileIsTheFirstWordOfItsNames) {
  const TempDirectory directory;
  const auto file = directory.write(
      "d.toml",
      "[mail]\nurl = \"smtp://mail.example.org:587\"\nfrom = \"a@example.org\"\n"
      "from_name = \"A\"\nuser = \"u\"\npassword_file = \"/p\"\ntls = \"opportunistic\"\n"
      "[actors]\nendpoint = \"https://actors.example.org\"\n");
  const auto settings = resolve_settings({}, variables({{"DAYBOOK_MAIL_USER", "v"}}), file);
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->mail.url, "smtp://mail.example.org:587");
  EXPECT_EQ(settings->mail.from, "a@example.org");
  EXPECT_EQ(settings->mail.from_name, "A");
  EXPECT_EQ(settings->mail.user, "v");
  EXPECT_EQ(settings->mail_password_file, "/p");
  EXPECT_EQ(settings->mail.tls, components::MailTls::kOpportunistic);
  EXPECT_EQ(settings->actors_endpoint, "https://actors.example.org");
}

TEST(Settings, NamesInTheFileAreWrittenWithEitherSignAndOnce) {
  const TempDirectory directory;
  const auto file = directory.write("d.toml", "data_dir = \"/a\"\nexec_slots = 7\n");
  const auto settings = resolve_settings({}, variables({}), file);
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->data_dir, "/a");
  EXPECT_EQ(settings->exec_slots, 7U);
  const auto twice = directory.write("e.toml", "data_dir = \"/a\"\ndata-dir = \"/b\"\n");
  EXPECT_NE(resolve_settings({}, variables({}), twice).error().message.find("twice"),
            std::string::npos);
}

TEST(Settings, RetentionIsNoLength) {
  const auto refused = resolve_settings({{"retention", {"30d"}}}, variables({}), {});
  EXPECT_NE(refused.error().message.find("of each job definition"), std::string::npos);
}

TEST(Settings, UnknownMemberOfATableIsNamedWithItsLine) {
  const TempDirectory directory;
  const auto file = directory.write("d.toml", "[mail]\nurl = \"smtp://m\"\nport = 25\n");
  const auto settings = resolve_settings({}, variables({}), file);
  ASSERT_FALSE(settings);
  EXPECT_NE(settings.error().text().find("mail-port"), std::string::npos);
  EXPECT_NE(settings.error().text().find(":3"), std::string::npos);
  EXPECT_FALSE(resolve_settings({{"mail-tls", {"maybe"}}}, variables({}), {}));
}

TEST(Settings, AListIsReplacedAsAWhole) {
  const TempDirectory directory;
  const auto file = directory.write("d.toml", "http-allowed-network = [\"10.0.0.0/8\"]\n");
  const auto settings = resolve_settings(
      {}, variables({{"DAYBOOK_HTTP_ALLOWED_NETWORK", "172.16.0.0/12,fd00::/8"}}), file);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->http_allowed_networks,
            (std::vector<std::string>{"172.16.0.0/12", "fd00::/8"}));
}

TEST(Settings, PasswordIsNoFlag) {
  const auto settings = resolve_settings({{"mail-password", {"secret"}}}, variables({}), {});
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().field, "--mail-password");
  EXPECT_EQ(settings.error().message.find("secret"), std::string::npos);
  const auto given = resolve_settings({}, variables({{"DAYBOOK_MAIL_PASSWORD", "secret"}}), {});
  ASSERT_TRUE(given);
  EXPECT_EQ(given->mail.password, "secret");
}

TEST(Settings, PlacesThatProgramsWriteToReplaceTheDefault) {
  using Paths = std::vector<std::filesystem::path>;
  const auto given = [](const std::vector<std::string>& values) {
    const auto settings = resolve_settings({{"exec-writable", values}}, variables({}), {});
    EXPECT_TRUE(settings) << settings.error().text();
    return settings->exec.writable.value_or(Paths{"absent"});
  };
  EXPECT_FALSE(resolve_settings({}, variables({}), {})->exec.writable);
  EXPECT_EQ(given({"/srv/a", "/srv/b"}), (Paths{"/srv/a", "/srv/b"}));
  EXPECT_EQ(given({"/tmp", "/dev/shm"}), (Paths{"/tmp", "/dev/shm"}));
  EXPECT_EQ(given({"none"}), Paths{});
}

struct RefusedSetting {
  const char* name;
  const char* toml;
  GivenValues flags;
  Pairs environment;
  const char* origin;  // after the file's name when it begins with ':'
};

class SettingsRefusals : public testing::TestWithParam<RefusedSetting> {};

TEST_P(SettingsRefusals, NameTheOrigin) {
  const TempDirectory directory;
  const std::string file = directory.write("d.toml", GetParam().toml);
  const auto settings = resolve_settings(GetParam().flags, variables(GetParam().environment), file);
  ASSERT_FALSE(settings);
  const std::string origin = GetParam().origin;
  EXPECT_EQ(settings.error().field, origin[0] == ':' ? file + origin : origin);
}

const RefusedSetting kRefusedSettings[] = {
    {"UnknownKey", "exec-slots = 1\nexec-slot = 1\n", {}, {}, ":2"},
    {"UnknownTable", "\n[server]\nport = 1\n", {}, {}, ":2"},
    {"NotToml", "exec-slots = 1\nlisten = \n", {}, {}, ":2"},
    {"WrongTypeInFile", "exec-slots = 1.5\n", {}, {}, ":1"},
    {"BadNumberInFile", "exec-slots = -1\n", {}, {}, ":1"},
    {"BadEnvironment", "", {}, {{"DAYBOOK_EXEC_SLOTS", "many"}}, "DAYBOOK_EXEC_SLOTS"},
    {"BadFlag", "", {{"exec-slots", {"many"}}}, {}, "--exec-slots"},
    {"NumberBeyondRange", "", {{"exec-slots", {"10001"}}}, {}, "--exec-slots"},
    {"NoPort", "", {{"listen", {"localhost"}}}, {}, "--listen"},
    {"PortBeyondRange", "", {{"listen", {"localhost:65536"}}}, {}, "--listen"},
    {"RelativePath", "", {{"exec-writable", {"srv"}}}, {}, "--exec-writable"},
    {"RelativeAllowedPath", "exec-allowed-writable = [\"srv\"]\n", {}, {}, ":1"},
    {"BadDuration", "", {{"exec-timeout", {"soon"}}}, {}, "--exec-timeout"},
    {"BadLevel", "", {{"log-level", {"loud"}}}, {}, "--log-level"},
    {"BadBoolean", "", {{"retention", {"maybe"}}}, {}, "--retention"},
};

INSTANTIATE_TEST_SUITE_P(Table, SettingsRefusals, testing::ValuesIn(kRefusedSettings),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Settings, AMissingFileIsAnError) {
  const auto settings = resolve_settings({}, variables({}), "no/such.toml");
  EXPECT_FALSE(settings);
}

}  // namespace
}  // namespace daybook::cli
