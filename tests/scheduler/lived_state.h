// An engine whose state has something of everything: for forms, files and recovery.
#pragma once

#include "tests/scheduler/engine.h"

namespace daybook::scheduler {

inline void live(Engine& engine, int rounds) {
  engine.ok<Done>(StartServer{"1.0", "host", 1});
  engine.component("c");
  engine.component("w", events::Runtime::kWorker);
  PutDefinition put = Engine::settings("d");
  put.retry = {3, seconds(5), hours(1), 2000, 100};
  put.rate_count = 1'000'000;
  put.rate_per = seconds(60);
  put.timeout = seconds(90);
  engine.definition(put);
  engine.definition("leased", "w");
  engine.definition("gone");
  for (int i = 0; i < rounds; ++i) {
    engine.now = engine.now + seconds(1);
    NewJob job;
    job.definition = "d";
    job.parameters = R"({"round":)" + std::to_string(i) + "}";
    job.unique_key = "key-" + std::to_string(i);
    job.priority = i % 7 - 3;
    engine.ok<ReportOutcome>(engine.completion(engine.start(engine.create(job)).token, 5));
    job.unique_key += "-b";
    engine.ok<ReportOutcome>(engine.failure(engine.start(engine.create(job)).token));
    const JobId running = engine.create("leased");
    engine.start(running, true);
    engine.ok<CancelOutcome>(RequestCancel{running});
    engine.create("d", engine.now + hours(i));
    const JobId removed = engine.ended("d");
    engine.ok<RemoveOutcome>(RemoveJobs{{{removed, "d"}}, {}});
  }
  engine.create("gone");
  engine.ok<DefinitionOutcome>(DeleteDefinition{"gone"});
}

}  // namespace daybook::scheduler
