#include "tests/support/mail_server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace daybook::test {
namespace {

constexpr int kPatienceMs = 30'000;

}  // namespace

MailServer::MailServer(const std::filesystem::path& folder, std::vector<std::string> more)
    : folder_(folder) {
  std::vector<std::string> words = {"/usr/bin/python3", DAYBOOK_MAIL_SERVER, folder.string()};
  words.insert(words.end(), more.begin(), more.end());
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  int in[2];
  int out[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) {
    ADD_FAILURE() << "no pipe";
    return;
  }
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  in_ = in[1];
  out_ = out[0];
  port_ = std::atoi(next_line().value_or("0").c_str());
  EXPECT_GT(port_, 0) << "the mail server did not start";
}

MailServer::~MailServer() {
  ::close(in_);
  ::close(out_);
  ::waitpid(pid_, nullptr, 0);
}

std::optional<std::string> MailServer::next_line() {
  for (;;) {
    if (const auto end = read_.find('\n'); end != std::string::npos) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      return line;
    }
    pollfd wanted{out_, POLLIN, 0};
    char buffer[4096];
    const bool ready = ::poll(&wanted, 1, kPatienceMs) == 1;
    const ssize_t got = ready ? ::read(out_, buffer, sizeof buffer) : 0;
    if (got <= 0) {
      return std::nullopt;
    }
    read_.append(buffer, static_cast<std::size_t>(got));
  }
}

std::optional<std::string> MailServer::next_mail() {
  const auto name = next_line();
  if (!name) {
    ADD_FAILURE() << "no mail came";
    return std::nullopt;
  }
  std::ifstream in(*name, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  std::erase(text, '\r');
  return text;
}

std::size_t MailServer::count() const {
  const std::filesystem::directory_iterator files(folder_);
  return static_cast<std::size_t>(std::count_if(begin(files), end(files), [](const auto& file) {
    return file.path().extension() == ".mail";
  }));
}

void MailServer::release() const {
  std::ofstream(folder_ / "release").flush();
}

}  // namespace daybook::test
