// Evaluating a program: a function of the program, its inputs and the answers of the world, nothing
// else (docs/adr/0008-reactor-is-a-function.md). Any number of runs of one program at a time, each
// on its own thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "components/reactor/limits.h"
#include "components/reactor/program.h"

namespace daybook::reactor {

// All that a run cannot know by itself.
class World {
 public:
  virtual ~World() = default;
  // Answers a question; both are JSON texts.
  //   {"query": {"edge", "fields", "filter", "orderBy", "navigate": […]}} → {"rows": […], "more"}
  //   {"http": {"url", "method", "headers", "body"}}          → {"statusCode", "headers",
  //   "content"}
  //   {"actor": {"type", "id", "messages", "preview"}}                     → {"data", "errors"}
  // "more": the sets and navigations of which not all rows are there ("orders", "orders.lines");
  // absent when all are. Each may answer {"error": "…", "code": "…"} instead. An Error ends the
  // run.
  virtual Result<std::string> ask(std::string_view question) = 0;
  // Why the run should end now, if it should: asked every few thousand steps.
  virtual std::optional<Error> interrupted() { return std::nullopt; }
};

struct RunInputs {
  std::string_view parameters = "{}";  // a JSON object
  Micros now;
  std::optional<Micros> planned{};      // `job.runAt`; absent: now
  std::optional<Micros> due{};          // `job.dueAt`; absent: now
  std::array<std::uint8_t, 32> seed{};  // of `newid` and the ids of mails
  RunLimits limits;
};

// What a run asked to be done, as the JSON that any component may print in "effects". The time of
// one that counts from the completion stands in "after".
struct EffectText {
  std::string json;
  std::string id{};      // uuid that the run knows it by (mails, posts); else empty
  std::string source{};  // component or module whose expression asked for it
  Position at{};
};

struct Exchange {
  std::string question;
  std::string answer;
};

struct Fault {
  std::string code;  // RUN_TYPE, STEP_LIMIT, QUERY_FAILED, …; docs/reactor-language.md lists them
  std::string message;
  std::string source;  // component or module
  Position at;
  bool retryable = false;  // the outside failed, not the program
};

struct RunResult {
  std::string result = "null";  // JSON
  std::vector<EffectText> effects;
  std::vector<Exchange> exchanges;
  std::optional<Fault> fault;  // then there are no effects
  std::uint64_t steps = 0;
  std::size_t memory = 0;
};

// The place of a fault in the text of the program or of the module that it names.
Diagnostic diagnose(const Program& program, const Fault& fault);

RunResult run(const Program& program, const RunInputs& inputs, World& world);

// Whether `parameters` is what the program takes: every required one there, none unknown, each of
// its type. The error names the parameter.
// `given`: the name of one that comes otherwise, and must not be among them.
Status check_parameters(const Program& program, std::string_view parameters,
                        std::string_view given = {});

}  // namespace daybook::reactor
