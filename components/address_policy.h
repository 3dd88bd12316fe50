// Which network addresses an http component may reach. The check is made on the concrete address
// that is about to be connected, after every name was resolved, so that no spelling of an address
// and no change of a name can pass it.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace daybook::components {

// A range of addresses; IPv4 stands as ::ffff:a.b.c.d.
struct Network {
  std::array<std::uint8_t, 16> bytes{};
  int prefix = 0;

  // "10.0.0.0/8", "192.0.2.7", "fd00::/8"; refuses bits beyond the prefix.
  static Result<Network> parse(std::string_view text, std::string_view field);
  bool contains(const std::array<std::uint8_t, 16>& address) const;
};

// Each as Network::parse; errors name "allowedNetworks".
Result<std::vector<Network>> read_networks(const std::vector<std::string>& texts);

class AddressPolicy {
 public:
  // `allow_private` permits every address: for local use only. `allowed` permits these ranges
  // beside the public ones.
  AddressPolicy(bool allow_private, std::vector<Network> allowed);

  // Why the address is refused, or "" when it may be connected. What is neither IPv4 nor IPv6 is
  // refused.
  std::string_view refusal(const sockaddr* address, socklen_t size) const;

 private:
  std::string_view check(const std::array<std::uint8_t, 16>& address) const;

  bool allow_private_;
  std::vector<Network> allowed_;
};

}  // namespace daybook::components
