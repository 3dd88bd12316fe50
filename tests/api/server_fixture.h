// A whole server on 127.0.0.1, over the log in memory and views in a directory of their own.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "api/api.h"
#include "base/json_value.h"
#include "tests/support/http_client.h"

namespace daybook::test {

// JSON without a tree: the raw text of a member of the outermost object, "" when it is not there;
// texts without their quotes.
std::string member(std::string_view json, std::string_view name);
// The elements of a member that is an array; they borrow `json`.
std::vector<JsonValue> elements(const std::string& json, std::string_view name);

class ServerFixture : public ::testing::Test {
 protected:
  ServerFixture();
  ~ServerFixture() override;

  // Starts what was built; options may be changed before.
  void start();
  // Why it did not start, when it did not.
  Status try_start();
  void stop();
  // Reads certificates again.
  Status reload();

  std::uint16_t port() const;
  HttpReply call(std::string_view method, std::string_view target, std::string_view body = {},
                 std::string_view fields = {});
  // Puts a worker component "w" and the definition `id` of it.
  void put_definition(const std::string& id, const std::string& more = "");
  std::string create_job(const std::string& definition, const std::string& more = "");
  // Leases one job of that definition, waiting for it; the answer's first job.
  std::string lease_one(const std::string& definition);

  api::Options options;
  scheduler::SequencerOptions sequencing;
  dispatch::RuntimeChecks runtimes;
  bool disk_accepting = true;
  bool with_tokens = false;  // whoever asks needs one
  // Sent as Authorization by call(); empty: none.
  std::string bearer;
  // Makes a token, as the server itself would: the token. expires_at zero: never.
  std::string add_token(const std::string& id, std::vector<std::string> permissions,
                        Micros expires_at = {});
  Status command(scheduler::Command command);
  std::function<void()> on_disk = [] {};  // called by the server before it tells the disk's state
  Supervisor& supervisor();
  // Called by the server whenever it takes a random number, as for the id of each request on its
  // I/O thread.
  std::function<void()> on_chance = [] {};
  FakeClock& clock();
  // Lets the clock run at twenty times the real one until the condition holds; false when it does
  // not within fifteen real seconds.
  bool run_clock_until(const std::function<bool()>& condition);
  // A number of /metrics, "" when it is not there.
  std::string metric(const std::string& name);
  // Waits for what will surely come; fails the test when it does not.
  void until(const std::function<bool()>& condition);
  log::Log& log();
  projections::Views& views();
  // Appends fail from the n-th on.
  void fail_append(std::uint64_t nth);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace daybook::test
