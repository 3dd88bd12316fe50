#include "tools/daybook/hidden_line.h"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <istream>
#include <ostream>

namespace daybook::cli {
namespace {

constexpr std::array kEndings = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

termios shown_again;  // what the terminal was like; read by a signal's handler

// A terminal that is left without echo looks dead to whoever types next.
extern "C" void show_and_end(int number) {
  tcsetattr(STDIN_FILENO, TCSANOW, &shown_again);
  ::signal(number, SIG_DFL);
  ::raise(number);
}

class NoEcho {
 public:
  NoEcho() : is_terminal_(tcgetattr(STDIN_FILENO, &shown_again) == 0) {
    if (!is_terminal_) {
      return;
    }
    for (std::size_t i = 0; i < kEndings.size(); ++i) {
      before_[i] = ::signal(kEndings[i], show_and_end);
    }
    termios hidden = shown_again;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~NoEcho() {
    if (!is_terminal_) {
      return;
    }
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown_again);
    for (std::size_t i = 0; i < kEndings.size(); ++i) {
      ::signal(kEndings[i], before_[i]);
    }
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  const bool is_terminal_;
  std::array<void (*)(int), kEndings.size()> before_{};
};

}  // namespace

Result<std::string> read_hidden_line(const Environment& env, const std::string& prompt) {
  std::string out;
  if (!env.in_is_terminal) {
    std::getline(env.in, out);
  } else {
    const NoEcho hidden;
    env.err << prompt << std::flush;
    std::getline(env.in, out);
    env.err << std::endl;  // the one that was typed did not appear
  }
  if (out.empty()) {
    return fail(Code::kInvalid, "NO_INPUT", "nothing was typed, or there is nothing to read");
  }
  return out;
}

}  // namespace daybook::cli
