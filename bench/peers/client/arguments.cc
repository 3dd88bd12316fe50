#include "bench/peers/client/arguments.h"

#include <charconv>
#include <functional>
#include <map>
#include <string_view>

#include "bench/peers/client/failure.h"

namespace daybook::peers {
namespace {

double number(std::string_view name, std::string_view text) {
  double out = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, fault] = std::from_chars(text.data(), end, out);
  if (fault != std::errc{} || stopped != end || !(out >= 0) || out > 1e12) {
    throw Failure(std::string(name) + " is no number: " + std::string(text));
  }
  return out;
}

Nanos seconds(double value) {
  return std::chrono::duration_cast<Nanos>(std::chrono::duration<double>(value));
}

}  // namespace

Arguments parse_arguments(int count, const char* const* words) {
  Arguments out;
  double deadline_s = 120;
  const auto whole = [](std::size_t& to) {
    return [&to](std::string_view name, std::string_view text) {
      to = static_cast<std::size_t>(number(name, text));
    };
  };
  const auto span = [](Nanos& to) {
    return
        [&to](std::string_view name, std::string_view text) { to = seconds(number(name, text)); };
  };
  const auto text = [](std::string& to) {
    return [&to](std::string_view, std::string_view value) { to = value; };
  };
  const std::map<std::string_view, std::function<void(std::string_view, std::string_view)>> known =
      {{"--figure", text(out.figure)},
       {"--peer", text(out.run.server.peer)},
       {"--queue", text(out.run.server.queue)},
       {"--dir", text(out.directory)},
       {"--connections", whole(out.run.connections)},
       {"--workers", whole(out.run.workers)},
       {"--batch", whole(out.run.batch)},
       {"--jobs", whole(out.run.jobs)},
       {"--seconds", span(out.run.span)},
       {"--warm-up", span(out.run.warm_up)},
       {"--pause", span(out.run.pause)},
       {"--silence", span(out.run.server.silence_max)},
       {"--port",
        [&](std::string_view name, std::string_view value) {
          out.run.server.port = static_cast<int>(number(name, value));
        }},
       {"--deadline",
        [&](std::string_view name, std::string_view value) { deadline_s = number(name, value); }}};
  for (int i = 1; i < count; i += 2) {
    const auto found = known.find(words[i]);
    if (found == known.end() || i + 1 == count) {
      throw Failure(std::string("no such argument, or without its value: ") + words[i]);
    }
    found->second(words[i], words[i + 1]);
  }
  if (out.run.connections == 0 || out.run.batch == 0) {
    throw Failure("--connections and --batch are 1 or more");
  }
  out.run.server.deadline = std::chrono::steady_clock::now() + seconds(deadline_s);
  return out;
}

}  // namespace daybook::peers
