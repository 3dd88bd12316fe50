// What the file system rules keep from a program, and what they leave to it.
#include <unistd.h>

#include <filesystem>

#include "base/limits/components.h"
#include "tests/components/exec_rig.h"

namespace daybook::components {
namespace {

class ExecReach : public ExecRig {
 protected:
  void SetUp() override {
    const auto runtime = open(options());
    if (!has_landlock(*runtime, 1)) {
      GTEST_SKIP() << "this kernel has no Landlock: " << runtime->sandbox_level();
    }
  }
};

TEST_F(ExecReach, DataDirectoryIsOutOfReach) {
  auto runtime = open(options());
  const std::string secret = "\"" + (data_ / "secret").string() + "\"";
  EXPECT_EQ(summary(run(*runtime, order(deed("\"read\"," + secret)))), "completed \"EACCES\"");
  EXPECT_EQ(summary(run(*runtime, order(deed("\"write\"," + secret)))), "completed \"EACCES\"");
  EXPECT_EQ(summary(run(*runtime, order(deed("\"write\",\"" + (data_ / "new").string() + "\"")))),
            "completed \"EACCES\"");
  EXPECT_EQ(summary(run(*runtime, order(deed("\"read\",\"" + data_.string() + "\"")))),
            "completed \"EACCES\"");
}

TEST_F(ExecReach, LinksDoNotLeadToTheDataDirectory) {
  std::filesystem::create_directory_symlink(data_, directory_.path() / "link");
  auto runtime = open(options());
  EXPECT_EQ(summary(run(
                *runtime,
                order(deed("\"read\",\"" + (directory_.path() / "link/secret").string() + "\"")))),
            "completed \"EACCES\"");
}

TEST_F(ExecReach, CrowdedNeighbourhoodOfTheDataDirectoryTakesNothingElseAway) {
  for (std::size_t i = 0; i < kSandboxRulesMax + 10; ++i) {
    directory_.make("neighbour" + std::to_string(i));
  }
  auto runtime = open(options());
  EXPECT_EQ(summary(run(*runtime, order(R"({"command":["sh","-c","ls /usr /etc >/dev/null"]})"))),
            "completed null");
  EXPECT_EQ(summary(run(*runtime, order(deed("\"read\",\"" + data_.string() + "\"")))),
            "completed \"EACCES\"");
}

TEST_F(ExecReach, WhatTheOrderNamesIsReachedThroughACrowd) {
  for (std::size_t i = 0; i < kSandboxRulesMax + 10; ++i) {
    directory_.make("neighbour" + std::to_string(i));
  }
  auto given = options();
  given.writable = {};
  auto runtime = open(given);
  for (const auto& name :
       {std::string("neighbour7"), "neighbour" + std::to_string(kSandboxRulesMax)}) {
    const auto place = directory_.path() / name;
    std::filesystem::copy_file(HOSTILE_CHILD, place / "child");
    const std::string child = (place / "child").string();
    EXPECT_EQ(summary(run(*runtime, order(R"({"command":[")" + child + R"(","read",")" + child +
                                          R"("],"workingDirectory":")" + place.string() + "\"}"))),
              "completed \"ok\"");
    EXPECT_EQ(
        summary(run(*runtime, order(R"({"command":[")" + child + R"(","write",")" + child +
                                    R"(.new"],"workingDirectory":")" + place.string() + "\"}"))),
        "completed \"EACCES\"");
  }
}

TEST_F(ExecReach, NamingWhatIsHiddenDoesNotShowIt) {
  std::filesystem::create_directory_symlink(data_, directory_.path() / "link");
  auto runtime = open(options());
  const auto parent = directory_.path().string();
  for (const std::string& path :
       {parent + "/data/secret", parent + "/link/secret",
        parent + "/../" + directory_.path().filename().string() + "/data/secret"}) {
    EXPECT_EQ(summary(run(*runtime, order(R"({"command":[")" HOSTILE_CHILD R"(","read",")" + path +
                                          R"(","/",")" + parent + "\"]}"))),
              "completed \"EACCES\"")
        << path;
  }
}

TEST_F(ExecReach, NamingADeviceDoesNotGiveIt) {
  auto runtime = open(options());
  for (const char* named : {"/dev/ptmx", "/dev", "/"}) {
    EXPECT_EQ(
        summary(run(*runtime, order(deed(R"("read","/dev/ptmx",")" + std::string(named) + "\"")))),
        "completed \"EACCES\"")
        << named;
  }
}

TEST_F(ExecReach, OnlyPermittedPlacesCanBeWritten) {
  auto given = options();
  const auto open_place = directory_.make("open");
  const auto closed_place = directory_.make("closed");
  given.writable = {open_place};
  auto runtime = open(given);
  const auto attempt = [&](const std::string& path) {
    return summary(run(*runtime, order(deed("\"write\",\"" + path + "\""))));
  };
  EXPECT_EQ(attempt((open_place / "file").string()), "completed \"ok\"");
  EXPECT_EQ(attempt("here"), "completed \"ok\"");
  EXPECT_EQ(attempt("/dev/null"), "completed \"ok\"");
  EXPECT_EQ(attempt((closed_place / "file").string()), "completed \"EACCES\"");
  EXPECT_EQ(attempt("/usr/local/new-file"), "completed \"EACCES\"");
  EXPECT_EQ(attempt("/proc/self/oom_score_adj"), "completed \"EACCES\"");
}

TEST_F(ExecReach, WhatAComponentWritesToIsPermittedByTheOperator) {
  auto given = options();
  const auto allowed = directory_.make("allowed");
  const auto place = directory_.make("allowed/reports");
  const auto other = directory_.make("other");
  std::filesystem::create_directory_symlink(other, allowed / "out");
  std::filesystem::create_directory_symlink(data_, allowed / "data");
  given.writable = {};
  given.allowed_writable = {allowed};
  auto runtime = open(given);
  const auto attempt = [&](const std::filesystem::path& file, const std::string& writable) {
    return summary(run(*runtime, order(deed("\"write\",\"" + file.string() + "\"",
                                            ",\"writable\":[" + writable + "]"))));
  };
  const auto quoted = [](const std::filesystem::path& path) { return "\"" + path.string() + "\""; };
  EXPECT_EQ(attempt(place / "a", ""), "completed \"EACCES\"");
  EXPECT_EQ(attempt(place / "a", quoted(place)), "completed \"ok\"");
  EXPECT_EQ(attempt(allowed / "b", quoted(allowed)), "completed \"ok\"");
  EXPECT_EQ(attempt(other / "c", quoted(place)), "completed \"EACCES\"");
  EXPECT_EQ(attempt(other / "c", quoted(other)), "NOT_PERMITTED");
  EXPECT_EQ(attempt(other / "c", quoted(allowed / "out")), "NOT_PERMITTED") << "a link leads out";
  EXPECT_EQ(attempt(data_ / "d", quoted(allowed / "data")), "NOT_PERMITTED");
  EXPECT_EQ(attempt(place / "a", quoted(allowed / "absent")), "NOT_PERMITTED");
}

TEST_F(ExecReach, PlacesAboveTheDataDirectoryAreNeverGranted) {
  auto given = options();
  given.allowed_writable = {directory_.path(), data_};
  auto runtime = open(given);
  for (const auto& path : {directory_.path(), data_, data_ / "secret"}) {
    EXPECT_EQ(summary(run(*runtime, order(R"({"command":["true"],"writable":[")" + path.string() +
                                          R"("]})"))),
              "NOT_PERMITTED")
        << path;
  }
}

TEST_F(ExecReach, MemoryAndEnvironmentOfTheServerAreOutOfReach) {
  auto runtime = open(options());
  for (const char* name : {"environ", "maps", "mem"}) {
    const std::string path = "/proc/" + std::to_string(getpid()) + "/" + name;
    EXPECT_EQ(summary(run(*runtime, order(deed("\"read\",\"" + path + "\"")))),
              "completed \"EACCES\"")
        << name;
  }
}

TEST_F(ExecReach, RunsCannotLookIntoEachOther) {
  auto given = options();
  given.writable = {};
  auto runtime = open(given);
  auto other = start(*runtime, order(R"({"command":["sleep","100"]})"));
  const auto outcome = run(
      *runtime,
      order(
          R"({"command":["sh","-c","ls .. >/dev/null 2>&1 || echo 1; ls . >/dev/null && true"]})"));
  EXPECT_EQ(summary(outcome), "completed 1");
  other.run->stop();
  other.wait();
}

}  // namespace
}  // namespace daybook::components
