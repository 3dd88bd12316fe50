// The file that `daybook login` keeps tokens in.
#include "tools/daybook/credentials.h"

#include <sys/stat.h>

#include <map>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/temp_directory.h"

namespace daybook::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string kAlice = "db_alice_0123456789abcdefghjkmnpqrstvwxyz";
const std::string kBob = "db_bob_zyxwvtsrqpnmkjhgfedcba9876543210";

class CredentialsFile : public testing::Test {
 protected:
  std::string content() const {
    std::ifstream in(path_);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
  }
  void write(const std::string& text) const {
    fs::create_directories(path_.parent_path());
    std::ofstream(path_) << text;
    fs::permissions(path_, fs::perms::owner_read | fs::perms::owner_write);
  }
  static unsigned mode_of(const fs::path& path) {
    struct stat info = {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777U;
  }
  std::string token_at(const std::string& server) const {
    const auto token = stored_token(path_, server);
    EXPECT_TRUE(token) << token.error().text();
    return token ? token->value_or("none") : "";
  }

  const TempDirectory directory_;
  const fs::path path_ = directory_.path() / "config" / "daybook" / "credentials";
};

TEST_F(CredentialsFile, HoldsATokenForEachServer) {
  EXPECT_EQ(token_at("http://a:1"), "none");
  ASSERT_TRUE(store_token(path_, "http://a:1", kAlice));
  ASSERT_TRUE(store_token(path_, "http://b:1", kBob));
  EXPECT_EQ(token_at("http://a:1"), kAlice);
  EXPECT_EQ(token_at("http://b:1"), kBob);
  EXPECT_EQ(token_at("http://a:2"), "none");
  EXPECT_EQ(token_at("https://a:1"), "none");
  ASSERT_TRUE(store_token(path_, "http://a:1", kBob));
  EXPECT_EQ(token_at("http://a:1"), kBob);
  EXPECT_THAT(content(), testing::Not(HasSubstr(kAlice)));
}

TEST_F(CredentialsFile, IsTheUsersAloneAndSoIsItsDirectory) {
  ASSERT_TRUE(store_token(path_, "http://a:1", kAlice));
  EXPECT_EQ(mode_of(path_), 0600U);
  EXPECT_EQ(mode_of(path_.parent_path()), 0700U);
  // A directory that was open is closed.
  fs::permissions(path_.parent_path(), fs::perms::all);
  ASSERT_TRUE(store_token(path_, "http://b:1", kBob));
  EXPECT_EQ(mode_of(path_.parent_path()), 0700U);
}

TEST_F(CredentialsFile, WhatOthersMayReadIsRefused) {
  ASSERT_TRUE(store_token(path_, "http://a:1", kAlice));
  for (const unsigned open : {0640U, 0604U, 0620U}) {
    ASSERT_EQ(::chmod(path_.c_str(), open), 0);
    const auto token = stored_token(path_, "http://a:1");
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().reason, "FILE_NOT_PRIVATE");
    EXPECT_THAT(token.error().message, HasSubstr("chmod 600 " + path_.string()));
    EXPECT_FALSE(store_token(path_, "http://b:1", kBob));
    EXPECT_FALSE(forget_token(path_, "http://a:1"));
  }
  ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
  EXPECT_EQ(token_at("http://a:1"), kAlice);
}

TEST_F(CredentialsFile, WhatAWriteLeftThatEndedHalfwayDoesNoHarm) {
  ASSERT_TRUE(store_token(path_, "http://a:1", kAlice));
  const fs::path left = path_.string() + ".new";
  std::ofstream(left) << "http://a:1 db_al";
  ASSERT_EQ(::chmod(left.c_str(), 0644), 0);
  EXPECT_EQ(token_at("http://a:1"), kAlice);
  ASSERT_TRUE(store_token(path_, "http://b:1", kBob));
  EXPECT_EQ(mode_of(path_), 0600U);
  EXPECT_EQ(token_at("http://a:1"), kAlice);
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(CredentialsFile, ABrokenLineIsNamedAndNotShown) {
  for (const std::string line :
       {"http://b:1", "http://b:1 db_bob_short", "db_bob_zyxwvtsrqpnmkjhgfedcba9876543210",
        "b:1 db_bob_zyxwvtsrqpnmkjhgfedcba9876543210", "http://b:1 secret secret"}) {
    write("# mine\nhttp://a:1 " + kAlice + "\n" + line + "\n");
    const auto token = stored_token(path_, "http://a:1");
    ASSERT_FALSE(token) << line;
    EXPECT_EQ(token.error().reason, "BAD_CREDENTIALS");
    EXPECT_EQ(token.error().field, path_.string() + ":3");
    EXPECT_THAT(token.error().text(), testing::Not(HasSubstr("secret")));
    EXPECT_THAT(token.error().text(), testing::Not(HasSubstr("db_bob")));
    // Nothing is thrown away for it.
    EXPECT_FALSE(store_token(path_, "http://c:1", kBob));
    EXPECT_THAT(content(), HasSubstr(line));
  }
}

TEST_F(CredentialsFile, WhatAPersonWroteThereStays) {
  write("# work\n\n  HTTP://A.example.org:80/   " + kAlice + "  \r\nhttp://b:1\t" + kBob);
  EXPECT_EQ(token_at("http://a.example.org"), kAlice);
  EXPECT_EQ(token_at("http://b:1/"), kBob);
  const auto forgotten = forget_token(path_, "http://b:1");
  ASSERT_TRUE(forgotten);
  EXPECT_TRUE(*forgotten);
  EXPECT_EQ(content(), "# work\n\n  HTTP://A.example.org:80/   " + kAlice + "  \r\n");
}

TEST_F(CredentialsFile, AServerIsTheSameHoweverItIsWritten) {
  EXPECT_EQ(server_key("HTTP://Host:7070//"), "http://host:7070");
  EXPECT_EQ(server_key("http://host:80/a/"), "http://host/a");
  EXPECT_EQ(server_key("https://host:443"), "https://host");
  EXPECT_EQ(server_key("https://host:80"), "https://host:80");
  EXPECT_EQ(server_key("https://host/Path"), "https://host/Path");
}

TEST_F(CredentialsFile, ForgettingWhatIsNotThereMakesNothing) {
  const auto forgotten = forget_token(path_, "http://a:1");
  ASSERT_TRUE(forgotten);
  EXPECT_FALSE(*forgotten);
  EXPECT_FALSE(fs::exists(path_.parent_path()));
}

TEST_F(CredentialsFile, ALinkIsFollowedAndStays) {
  const fs::path kept = directory_.path() / "kept";
  std::ofstream(kept) << "http://a:1 " << kAlice << "\n";
  ASSERT_EQ(::chmod(kept.c_str(), 0600), 0);
  fs::create_directories(path_.parent_path());
  fs::create_symlink(kept, path_);
  ASSERT_TRUE(store_token(path_, "http://b:1", kBob));
  EXPECT_TRUE(fs::is_symlink(path_));
  EXPECT_EQ(token_at("http://a:1"), kAlice);
  EXPECT_EQ(token_at("http://b:1"), kBob);
}

TEST_F(CredentialsFile, ChangesAtTheSameTimeLoseNothing) {
  constexpr int kEach = 10;
  const auto store = [&](const std::string& host) {
    for (int i = 0; i < kEach; ++i) {
      EXPECT_TRUE(store_token(path_, "http://" + host + ":" + std::to_string(i + 1), kAlice));
    }
  };
  std::thread other([&] { store("a"); });
  store("b");
  other.join();
  for (int i = 0; i < kEach; ++i) {
    EXPECT_EQ(token_at("http://a:" + std::to_string(i + 1)), kAlice);
    EXPECT_EQ(token_at("http://b:" + std::to_string(i + 1)), kAlice);
  }
}

TEST(CredentialsPath, FollowsTheDirectoriesOfTheUser) {
  std::map<std::string, std::string> variables;
  std::istringstream in;
  std::ostringstream out;
  const Environment env{.in = in,
                        .out = out,
                        .err = out,
                        .variable = [&](const std::string& name) -> std::optional<std::string> {
                          const auto at = variables.find(name);
                          return at == variables.end() ? std::nullopt : std::optional(at->second);
                        }};
  EXPECT_EQ(credentials_path(env), "");
  variables["HOME"] = "/h";
  EXPECT_EQ(credentials_path(env), "/h/.config/daybook/credentials");
  variables["XDG_CONFIG_HOME"] = "relative";
  EXPECT_EQ(credentials_path(env), "/h/.config/daybook/credentials");
  variables["XDG_CONFIG_HOME"] = "/c";
  EXPECT_EQ(credentials_path(env), "/c/daybook/credentials");
}

}  // namespace
}  // namespace daybook::cli
