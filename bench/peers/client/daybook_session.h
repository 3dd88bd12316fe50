// Daybook over HTTP/1.1, by hand: POST /resources/jobs, and the leases and reports of a worker.
#pragma once

#include <string>
#include <vector>

#include "bench/peers/client/session.h"

namespace daybook::peers {

class DaybookSession : public Session {
 public:
  DaybookSession(std::string definition, std::size_t id);

  void prepare(std::string& out) override;
  void open(std::string& /*out*/) override {}
  void create(std::string& out, std::size_t jobs) override;
  void lease(std::string& out, std::size_t max) override;
  void complete(std::string& out) override;
  bool complete_and_lease(std::string& out, std::size_t max) override;
  Step take(std::string_view& in, std::string& out) override;
  std::size_t held() const override { return tokens_.size(); }

 protected:
  // To body_: the reports of all jobs that are held.
  void append_reports();
  // Of each lease in `text`.
  static void read_leases(std::string_view text, std::vector<std::string>& tokens);
  // How often `what` stands in `text`.
  static std::size_t count(std::string_view text, std::string_view what);

  const std::string definition_;
  const std::size_t id_;
  std::string body_;  // kept for its memory
  std::vector<std::string> tokens_;

 private:
  // Appends a request whose answer is to have this status, or any good one with 0.
  void ask(std::string& out, std::string_view method_and_target, std::string_view body, int status);
  void append_lease(std::size_t max);

  std::size_t created_ = 0;
  std::size_t answers_missing_ = 0;
  int status_expected_ = 0;
  bool leasing_ = false;
  std::size_t completing_ = 0;  // jobs whose report is under way
};

}  // namespace daybook::peers
