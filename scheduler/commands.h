// What can be asked of the scheduler: imperative, owning its texts, one struct per command. Each
// has one file decide_*.cc.
//
// The edge checks forms (UTF-8, JSON, sizes, ranges of one field); decide checks what depends on
// state.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/limits/definitions.h"
#include "events/definition_settings.h"
#include "events/types.h"
#include "scheduler/component_commands.h"
#include "scheduler/effects.h"
#include "scheduler/rule_commands.h"
#include "scheduler/token_commands.h"

namespace daybook::scheduler {

// The fencing token of an attempt: the sequence number of its JobStarted event and a secret
// (promise 6). As text:
// "<seq>.<32 hexadecimal digits>".
struct Token {
  Seq started;
  events::Secret secret;

  std::string text() const;
  static Result<Token> parse(std::string_view text, std::string_view field);
  bool operator==(const Token&) const = default;
};

struct PutDefinition : events::OwnedDefinition {
  std::string definition{};
};

// The settings that are named, taken over into a definition as it stands then: whoever changes
// others at the same time loses nothing.
struct PatchDefinition {
  PutDefinition values;  // of its settings, those that are named count
  events::NamedSettings named{};

  // "retry.maxAttempts": one of kDefinitionFields.
  void name(std::string_view field) { named.at(events::place_of_definition_field(field)) = true; }
};

// How long a lease of its jobs lasts.
inline Duration lease_of(Duration wanted) {
  return wanted.value > 0 ? wanted : Duration{kLeaseDefaultUs};
}
inline Duration lease_of(const PutDefinition& settings) {
  return lease_of(settings.lease);
}

struct DeleteDefinition {
  std::string definition;
};

// All or none.
struct CreateJobs {
  std::vector<NewJob> jobs;
  bool listed = false;  // asked for as a list, perhaps of one: faults name the place in it
};

// A pending job will never run.
struct CancelJob {
  JobId job;
};

// A pending job is cancelled; a running one is asked to stop, or with `force` cancelled too: its
// token is worth nothing from then on, whether the one who holds it is alive or not.
struct RequestCancel {
  JobId job;
  bool force = false;
};

// An ended job is scheduled again as a new one; `copy` is what the list says of it,
// without a definition when it knows no such job. Refused while `retried`, what an earlier one of
// these made of it, has not ended; null: there is none.
struct RetryJob {
  JobId ended;
  NewJob copy;
  JobId retried{};
};

// Ended jobs leave the lists. With `cutoff` it is a retention sweep, else somebody's request.
struct RemoveJobs {
  struct Item {
    JobId job;
    std::string definition;
  };
  std::vector<Item> jobs;
  std::optional<Micros> cutoff;
};

// A due job begins an attempt. lease is absent when the server runs it.
struct StartJob {
  JobId job;
  events::Secret secret;
  std::string worker;
  bool leased = false;
};

// The id of the sending that is the `index`th effect of the attempt, when its run gave none.
SendingId derive_sending_id(const Token& token, std::size_t index);

// An attempt ended. digest identifies the report: the same token with the same digest gets the
// first answer.
struct ReportAttempt {
  Token token;
  std::optional<JobId> job;  // checked when given
  std::string result;        // JSON text; of a completed attempt
  std::string output{};      // JSON text: what its program printed last; may be empty
  std::string answers{};     // JSON text: what queries and calls of the run answered; may be empty
  std::optional<Failed> failed;
  bool cancelled = false;  // the attempt stopped because it was asked to
  std::vector<Effect> effects;
  EffectPlaces effect_places{};
  std::uint64_t digest = 0;
  std::uint64_t jitter = 0;  // 64 random bits for the backoff
};

// A heartbeat: the lease ends `lease` from now (absent: the definition's lease).
struct ExtendLease {
  Token token;
  std::optional<Duration> lease;
};

// An open attempt is given up.
struct ExpireLease {
  JobId job;
  Seq started;
  events::ExpiryCause cause = events::ExpiryCause::kLease;
  std::uint64_t jitter = 0;
};

// Something is to be sent on request.
struct CreateSending {
  NewSending sending;
};

// A pending sending will never leave.
struct CancelSending {
  SendingId sending;
};

// What came of a try. attempt is zero when none was made: then it failed for good.
struct ReportSending {
  SendingId sending;
  Attempt attempt;
  std::string response;          // what the other side said
  std::optional<Failed> failed;  // absent: sent
  std::uint64_t jitter = 0;      // 64 random bits for the backoff
};

// Ended sendings leave the lists: a retention sweep. cutoff: what is over then.
struct RemoveSendings {
  struct Item {
    SendingId sending;
    Seq created;
  };
  std::vector<Item> sendings;
  Micros cutoff;
};

// The first command of every start.
struct StartServer {
  std::string version;
  std::string host;
  std::uint32_t pid = 0;
  std::optional<Micros> alive{};  // wall clock when the last one was seen to run
};

// Somebody sees that the wall clock is not where the log puts it (whether it was set, the sequencer
// decides by itself), or that the server did not run for so long.
struct NoteClock {
  Duration away;
};

// A prefix of the log was archived and may go.
struct RecordTrim {
  Seq through;
  Hash chain{};
  std::string archive;
};

using Command =
    std::variant<PutComponent, DeleteComponent, PutDefinition, PatchDefinition, DeleteDefinition,
                 CreateJobs, CancelJob, RequestCancel, RetryJob, RemoveJobs, StartJob,
                 ReportAttempt, ExtendLease, ExpireLease, StartServer, RecordTrim, CreateSending,
                 CancelSending, ReportSending, RemoveSendings, PutRule, DeleteRule, ApplyRule,
                 AdvanceRules, NoteClock, StateContracts, CreateToken, RotateToken, RevokeToken,
                 ExpireTokens>;

}  // namespace daybook::scheduler
