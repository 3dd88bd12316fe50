// Events about servers, components, definitions, idempotency keys and the log itself.
#pragma once

#include "events/definition_settings.h"
#include "events/words.h"

namespace daybook::events {

// A server opened the data directory for writing. away: since the event before, or since the
// server before last said that it runs, whichever is later; zero while nothing runs. Leases given
// out end so much later.
struct ServerStarted {
  Epoch epoch;
  Text version;
  Text host;
  std::uint32_t pid = 0;
  Duration away{};

  void each(auto&& f) const {
    f("epoch", epoch), f("version", version), f("host", host), f("pid", pid), f("away", away);
  }
};

// A component was created or changed. spec is the runtime's own description: code, command, url, …
// imports: ids of the components whose modules its code imports. contract: which parameters it
// takes (docs/adr/0013), absent for runtimes that have none and in logs of before there were any;
// contract_of: a hash of what it was derived from, see base/texts_key.h.
struct ComponentPut {
  Text component;
  Runtime runtime = Runtime::kExec;
  Json spec;
  Hash spec_hash{};
  Text display_name;
  Text description;
  Text component_version;
  std::vector<Text> imports{};
  Json contract{};
  Hash contract_of{};

  void each(auto&& f) const {
    f("componentId", component), f("runtime", runtime), f("spec", spec), f("specHash", spec_hash);
    f("displayName", display_name), f("description", description);
    f("componentVersion", component_version), f("imports", imports);
    f("contract", contract), f("contractOf", contract_of);
  }
};

struct ComponentDeleted {
  Text component;

  void each(auto&& f) const { f("componentId", component); }
};

// What a stored component takes and imports was derived anew: a module of it had changed, or it was
// stored before there were contracts.
struct ContractDerived {
  Text component;
  Json contract;
  Hash contract_of{};
  std::vector<Text> imports{};

  void each(auto&& f) const {
    f("componentId", component), f("contract", contract), f("contractOf", contract_of);
    f("imports", imports);
  }
};

// A job definition was created or changed.
struct DefinitionPut : BorrowedDefinition {
  Text definition{};

  void each(auto&& f) const {
    f("jobDefinitionId", definition);
    each_stored(*this, [&](const Field& field, const auto& member) { f(field.stored, member); });
  }
};

// pending_jobs: how many were waiting then; each fails when it comes due.
struct DefinitionDeleted {
  Text definition;
  std::uint64_t pending_jobs = 0;

  void each(auto&& f) const { f("jobDefinitionId", definition), f("pendingJobs", pending_jobs); }
};

// The batch that ends with this event is the one outcome of the key (I11). first: first event of
// that batch.
struct IdempotencyKeyUsed {
  Text key;
  Hash body{};
  Seq first;

  void each(auto&& f) const { f("key", key), f("bodyHash", body), f("first", first); }
};

// Everything up to `through` (whose chain hash is `hash`) left the log for the archive file.
struct LogTrimmed {
  Seq through;
  Hash hash{};
  Text archive;

  void each(auto&& f) const { f("through", through), f("hash", hash), f("archive", archive); }
};

// A retention sweep removed so many jobs that ended before `cutoff`; their JobRemoved events stand
// before it.
struct RetentionApplied {
  Micros cutoff;
  std::uint64_t removed = 0;

  void each(auto&& f) const { f("cutoff", cutoff), f("removed", removed); }
};

}  // namespace daybook::events
