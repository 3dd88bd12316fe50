// Events about access tokens: docs/adr/0020-who-may.md.
#pragma once

#include "events/words.h"

namespace daybook::events {

// A token was made. permissions: as access/permission.h reads them; secret: the SHA-256 of it;
// expires_at: in wall time, zero: never.
struct TokenCreated {
  Text token;
  Text display_name;
  std::vector<Text> permissions;
  Hash secret{};
  Micros expires_at;

  void each(auto&& f) const {
    f("tokenId", token), f("displayName", display_name), f("permissions", permissions);
    f("expiresAt", expires_at);
  }
};

// It has another secret from here on; the one before is worth nothing.
struct TokenRotated {
  Text token;
  Hash secret{};

  void each(auto&& f) const { f("tokenId", token); }
};

// It permits nothing any more, nor does what it had scheduled.
struct TokenRevoked {
  Text token;

  void each(auto&& f) const { f("tokenId", token); }
};

// As if revoked: its time was over.
struct TokenExpired {
  Text token;

  void each(auto&& f) const { f("tokenId", token); }
};

}  // namespace daybook::events
