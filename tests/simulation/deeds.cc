#include "tests/simulation/deeds.h"

namespace daybook::simulation {
namespace {

constexpr std::uint64_t kChains = 2;

components::Effect next_of_chain(Random& random, const std::string& definition) {
  components::ScheduleJobEffect next;
  next.definition = definition;
  next.parameters = "{}";
  next.after = random.between(seconds(1), seconds(120));
  next.unique_key = kChainKey;
  return next;
}

components::Failure draw_failure(Random& random) {
  return {"E" + std::to_string(random.below(3)), "it failed", random.chance(200) ? "{}" : "",
          random.chance(800)};
}

}  // namespace

std::string definition_id(std::uint64_t number) {
  return (number < kChains ? "chain" : "d") + std::to_string(number);
}

bool is_chain(std::string_view definition) {
  return definition.starts_with("chain");
}

components::Effect draw_effect(Random& random, const Choices& choices, Micros wall) {
  if (choices.sendings && random.chance(400)) {
    components::SendEffect send;
    send.transport = random.chance(800) ? Transport::kEmail : Transport::kHttp;
    send.recipient = "ann@example.org";
    send.category = "reactor";
    send.content = R"({"subject":"s"})";
    return send;
  }
  components::ScheduleJobEffect job;
  // The last one is never there: what asks for it fails.
  job.definition = definition_id(random.below(random.chance(50) ? kDefinitions + 1 : kDefinitions));
  job.parameters = R"({"n":)" + std::to_string(random.below(100)) + "}";
  if (random.chance(300)) {
    job.at = wall + random.between(seconds(-10), seconds(600));
  } else if (random.chance(500)) {
    job.after = random.between(seconds(0), seconds(300));
  }
  if (random.chance(300)) {
    job.unique_key = "u" + std::to_string(random.below(4));
  }
  return job;
}

Deed draw_deed(Shared& shared, const std::string& definition) {
  Random& random = shared.random;
  Deed out;
  out.takes = random.chance(700) ? random.between(millis(1), seconds(2))
                                 : random.between(seconds(1), seconds(90));
  if (shared.calm) {
    out.outcome.result = "{}";
    return out;
  }
  if (random.chance(shared.choices.hanging_runs)) {
    out.takes = random.between(hours(1), hours(3));
  }
  if (random.chance(shared.choices.failing_runs)) {
    using Ending = components::RunOutcome::Ending;
    out.outcome.failure = draw_failure(random);
    out.outcome.ending = random.of<Ending>({Ending::kOwn, Ending::kFailed, Ending::kSignalled});
    return out;
  }
  out.outcome.result = R"({"n":)" + std::to_string(random.below(10)) + "}";
  if (is_chain(definition)) {
    out.outcome.effects.push_back(next_of_chain(random, definition));
  }
  while (random.chance(200)) {
    out.outcome.effects.push_back(draw_effect(random, shared.choices, shared.clock.wall()));
  }
  return out;
}

}  // namespace daybook::simulation
