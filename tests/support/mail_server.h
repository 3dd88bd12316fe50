// A real SMTP server as a child process: mail_server.py on a free loopback port.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace daybook::test {

class MailServer {
 public:
  // Stores mails in `folder`; `more` are the script's options. Fails the test when it does not
  // start.
  explicit MailServer(const std::filesystem::path& folder, std::vector<std::string> more = {});
  ~MailServer();
  MailServer(const MailServer&) = delete;
  MailServer& operator=(const MailServer&) = delete;

  int port() const { return port_; }
  std::string url() const { return "smtp://localhost:" + std::to_string(port_); }
  // The next mail that it stored, waited for: three lines about the envelope, then the mail with
  // its line ends as \n. Nothing after half a minute.
  std::optional<std::string> next_mail();
  // How many it has stored.
  std::size_t count() const;
  // Lets mails to hold@… be answered.
  void release() const;

 private:
  std::optional<std::string> next_line();

  const std::filesystem::path folder_;
  pid_t pid_ = 0;
  int in_ = -1;
  int out_ = -1;
  int port_ = 0;
  std::string read_;
};

}  // namespace daybook::test
