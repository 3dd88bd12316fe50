#include "tools/daybook/log_formatter.h"

#include <sstream>

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

namespace daybook::cli {
namespace {

TEST(LogFormatter, NothingMovesTheCursor) {
  EXPECT_EQ(escaped("550 no \x1b]0;pwn\x07\x1b[31m"), "550 no \\x1b]0;pwn\\x07\\x1b[31m");
  EXPECT_EQ(escaped("a\nb\r\tc\x7f"), "a\\x0ab\\x0d\\x09c\\x7f");
  EXPECT_EQ(escaped("\xc2\x9b"
                    "31m \xe2\x80\xae \xe2\x81\xa6 \xe2\x80\xa8"),
            "\\u009b31m \\u202e \\u2066 \\u2028");
  EXPECT_EQ(escaped("\x9b"
                    "31m \xff"),
            "\\x9b31m \\xff");
  EXPECT_EQ(escaped("Ærø – 日本 😀 100%"), "Ærø – 日本 😀 100%");
  EXPECT_EQ(escaped(""), "");
}

TEST(LogFormatter, LinesAreEscapedOnTheirWayOut) {
  std::ostringstream out;
  spdlog::logger logger("x", std::make_shared<spdlog::sinks::ostream_sink_st>(out));
  logger.set_formatter(make_log_formatter());
  logger.info("said {}", "no\x1b[0m\nINFO forged");
  const std::string line = out.str();
  EXPECT_EQ(line.substr(line.find('Z')), "Z info said no\\x1b[0m\\x0aINFO forged\n");
}

}  // namespace
}  // namespace daybook::cli
