// Making a server's resources what manifests say. Everything is checked before the first change is
// sent.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/daybook/cli.h"
#include "tools/daybook/manifest.h"

namespace daybook::cli {

struct ApplyOptions {
  std::vector<std::string> files;
  ManifestOptions manifest;
  bool dry_run = false;
  bool prune = false;
};

enum class Change { kCreate, kUpdate, kNone };

struct Planned {
  const Resource* resource = nullptr;
  Change change = Change::kNone;
  boost::json::object stored{};  // as the server has it; empty when it is to be created
  std::string seq{};             // of that
  std::size_t rank = 0;          // lower ones are sent first (apply_order.h)
};

// What applying would change, in the order in which it is sent, by comparing with what the server
// has.
Result<std::vector<Planned>> plan(Client& client, const Manifest& manifest);

// The path to send to; component ids keep their slashes.
std::string target_of(ResourceKind kind, const std::string& id);

Status apply(const Session& session, const ApplyOptions& options);

}  // namespace daybook::cli
