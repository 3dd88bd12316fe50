// One event of every type, every member filled, with texts that need escaping. Texts are literals,
// so they last.
#pragma once

#include <vector>

#include "base/sha256.h"
#include "events/types.h"

namespace daybook::events::samples {

inline constexpr Micros kTime{1'763'251'200'000'000};  // 2025-11-16T00:00:00Z

inline JobId job(std::uint64_t key) {
  return JobId::make(kTime, 0, Seq{key});
}

inline DefinitionPut definition_put() {
  DefinitionPut e;
  e.definition = "mail";
  e.component = "mail/send";
  e.display_name = "Send a mail";
  e.retry = {5, seconds(2), hours(1), 3000, 250};
  e.timeout = seconds(30);
  e.lease = seconds(60);
  e.concurrency = 4;
  e.rate_count = 100;
  e.rate_per = seconds(60);
  e.priority = -7;
  e.retention = hours(24);
  e.paused = true;
  return e;
}

inline JobStarted job_started(std::uint64_t key) {
  JobStarted e;
  e.job = job(key);
  e.attempt = Attempt{2};
  e.definition = "mail";
  e.component = "mail/send";
  e.spec_hash = sha256("spec");
  e.secret = {0x1111'2222'3333'4444, 0x5555'6666'7777'8888};
  e.worker = "worker-1";
  e.due = kTime;
  e.lease_until = kTime + seconds(60);
  e.timeout_at = kTime + seconds(30);
  return e;
}

inline std::vector<Event> all() {
  const JobId id = job(42);
  const AttemptEnd end{Attempt{2}, Seq{50}, kTime, 0xfeed'beef};
  const Failure failure{"E_SMTP", "refused:\n\"busy\"", {R"({"code":451})"}};
  return {
      ServerStarted{Epoch{3}, "1.2.3", "host-a", 4711},
      ComponentPut{"mail/send",
                   Runtime::kHttp,
                   {R"({"url":"http://127.0.0.1/"})"},
                   sha256("spec"),
                   "Mail",
                   "sends \xc3\xa4 mail",
                   "v2"},
      ComponentDeleted{"mail/send"},
      definition_put(),
      DefinitionDeleted{"mail", 12},
      JobCreated{id,
                 "mail",
                 {R"({"to":"a@b"})"},
                 kTime + seconds(300),
                 9,
                 {"red", "blue"},
                 "key-1",
                 job(7),
                 Seq{41},
                 1},
      job_started(42),
      JobCompleted{id, "mail", end, {R"({"ok":true})"}, 2},
      JobFailed{id, "mail", end, failure},
      JobRetryScheduled{id, "mail", end, failure, kTime + seconds(10)},
      JobCancelRequested{id, Attempt{2}, "mail"},
      JobCancelled{id, "mail", end},
      LeaseExtended{id, Attempt{2}, kTime + seconds(90)},
      LeaseExpired{id, Attempt{2}, "mail", Seq{50}, ExpiryCause::kTimeout},
      JobRemoved{id, "mail", RemovalReason::kDeleted},
      IdempotencyKeyUsed{"k-1", sha256("body"), Seq{42}},
      LogTrimmed{Seq{1000}, sha256("chain"), "archive-1.ndjson"},
      RetentionApplied{kTime, 17},
  };
}

}  // namespace daybook::events::samples
