// Commands against a server, with JSON answers.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/tools/command_line.h"
#include "tests/tools/server_process.h"
#include "tools/daybook/exact_json.h"

namespace daybook::cli {

inline Ran ask(const ServerProcess& server, std::vector<std::string> words) {
  words.insert(words.end(), {"--server", server.address(), "-o", "json"});
  return run_line(std::move(words));
}

inline boost::json::value answer(const ServerProcess& server, std::vector<std::string> words) {
  const Ran ran = ask(server, std::move(words));
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  const auto value = parse_json(ran.out, "");
  EXPECT_TRUE(value) << ran.out;
  return value ? *value : boost::json::value();
}

}  // namespace daybook::cli
