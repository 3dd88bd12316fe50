// What goes wrong in the world.
#include "tests/simulation/world.h"

namespace daybook::simulation {
namespace {

using scenarios::Failure;

bool happens(Random& random, std::uint64_t in_hundred_thousand) {
  return in_hundred_thousand > 0 && random.below(100'000) < in_hundred_thousand;
}

}  // namespace

void World::disturb() {
  Random& random = shared_.random;
  const Choices& choices = shared_.choices;
  if (happens(random, choices.crashes)) {
    shared_.say([] { return "the process is killed"; });
    server_->kill();
  }
  if (happens(random, choices.lost_writes)) {
    shared_.say([] { return "the next write will be lost"; });
    disk_.log.fail_next(Failure::kLost);
  }
  if (happens(random, choices.kept_writes)) {
    shared_.say([] { return "the next write will be kept and told as failed"; });
    disk_.log.fail_next(Failure::kKept);
  }
  if (happens(random, choices.clock_steps)) {
    disturb_clock();
  }
  if (happens(random, choices.pauses)) {
    const Duration by = random.between(millis(100), random.chance(800) ? seconds(60) : hours(2));
    shared_.say([&] { return "nothing runs for " + std::to_string(by.value) + " us"; });
    shared_.clock.pause(by);
  }
  if (shared_.broken == Breakage::kForgetsViews) {
    disk_.views.fault = random.chance(10) ? StoreDisk::Fault::kForgets : StoreDisk::Fault::kNone;
  } else if (happens(random, choices.view_faults)) {
    disturb_views();
  }
  if (happens(random, choices.full_disks)) {
    disk_.full = true;
    shared_.after(random.between(seconds(1), seconds(60)), [this] { disk_.full = false; });
  }
}

void World::disturb_clock() {
  Random& random = shared_.random;
  Duration by = random.between(millis(1), random.chance(600)   ? seconds(600)
                                          : random.chance(800) ? hours(3)
                                                               : hours(48));
  by = random.chance(500) ? by : Duration{-by.value};
  shared_.say([&] { return "the wall clock is set by " + std::to_string(by.value) + " us"; });
  shared_.clock.jump(by);
  if (random.chance(300)) {
    shared_.after(random.between(seconds(1), seconds(20)),
                  [this, by] { shared_.clock.jump(Duration{-by.value}); });
  }
}

void World::disturb_views() {
  using Fault = StoreDisk::Fault;
  disk_.views.fault = shared_.random.of<Fault>({Fault::kRefused, Fault::kTakenQuiet});
  shared_.say([] { return "the views' store fails"; });
  shared_.after(shared_.random.between(millis(10), seconds(60)),
                [this] { disk_.views.fault = Fault::kNone; });
}

}  // namespace daybook::simulation
