#include "components/address_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace daybook::components {
namespace {

using Address = std::array<std::uint8_t, 16>;

Address mapped(std::uint32_t v4) {
  Address out{};
  out[10] = 0xff;
  out[11] = 0xff;
  for (std::size_t i = 0; i < 4; ++i) {
    out[12 + i] = static_cast<std::uint8_t>(v4 >> (24 - 8 * i));
  }
  return out;
}

struct Range {
  std::string_view network;
  std::string_view why;
};

// Special-purpose registries of IANA (RFC 6890 and what was added since), multicast, and the cloud
// metadata services.
constexpr Range kRefusedRanges[] = {
    {"0.0.0.0/8", "this host"},
    {"10.0.0.0/8", "a private address"},
    {"100.64.0.0/10", "a carrier's shared address"},
    {"127.0.0.0/8", "a loopback address"},
    {"169.254.0.0/16", "a link-local or metadata address"},
    {"172.16.0.0/12", "a private address"},
    {"192.0.0.0/24", "a protocol assignment"},
    {"192.0.2.0/24", "a documentation address"},
    {"192.31.196.0/24", "a special-purpose address"},
    {"192.52.193.0/24", "a special-purpose address"},
    {"192.88.99.0/24", "a 6to4 relay"},
    {"192.168.0.0/16", "a private address"},
    {"192.175.48.0/24", "a special-purpose address"},
    {"198.18.0.0/15", "a benchmark address"},
    {"198.51.100.0/24", "a documentation address"},
    {"203.0.113.0/24", "a documentation address"},
    {"168.63.129.16/32", "a metadata address"},
    {"224.0.0.0/4", "a multicast address"},
    {"240.0.0.0/4", "a reserved address"},
    {"::/96", "a loopback, unspecified or IPv4-compatible address"},
    {"::ffff:0:0:0/96", "an IPv4-translated address"},
    {"64:ff9b::/96", "a NAT64 address"},
    {"64:ff9b:1::/48", "a local NAT64 address"},
    {"100::/64", "a discard address"},
    {"100:0:0:1::/64", "a special-purpose address"},
    {"2001::/23", "a protocol assignment"},
    {"2001:db8::/32", "a documentation address"},
    {"2002::/16", "a 6to4 address"},
    {"2620:4f:8000::/48", "a special-purpose address"},
    {"3fff::/20", "a documentation address"},
    {"5f00::/16", "a segment routing address"},
    {"fc00::/7", "a unique local address"},
    {"fe80::/10", "a link-local address"},
    {"fec0::/10", "a site-local address"},
    {"ff00::/8", "a multicast address"},
};

std::vector<std::pair<Network, std::string_view>> make_refused() {
  std::vector<std::pair<Network, std::string_view>> out;
  for (const Range& range : kRefusedRanges) {
    if (auto network = Network::parse(range.network, "")) {
      out.emplace_back(*network, range.why);
    }
  }
  return out;
}

const std::vector<std::pair<Network, std::string_view>>& refused() {
  static const auto table = make_refused();
  return table;
}

bool parse_address(const std::string& text, Address& out, int& bits) {
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    out = mapped(ntohl(v4.s_addr));
    bits = 32;
    return true;
  }
  bits = 128;
  return inet_pton(AF_INET6, text.c_str(), out.data()) == 1;
}

}  // namespace

Result<Network> Network::parse(std::string_view text, std::string_view field) {
  const auto bad = [&] {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Not a network like 10.0.0.0/8 or fd00::/8: '" + std::string(text) + "'.", field);
  };
  const auto slash = text.find('/');
  Network out;
  int bits = 0;
  if (!parse_address(std::string(text.substr(0, slash)), out.bytes, bits)) {
    return bad();
  }
  int prefix = bits;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, prefix);
    if (error != std::errc() || stop != end || prefix < 0 || prefix > bits) {
      return bad();
    }
  }
  out.prefix = prefix + 128 - bits;
  for (int bit = out.prefix; bit < 128; ++bit) {
    if ((out.bytes[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1) != 0) {
      return bad();
    }
  }
  return out;
}

bool Network::contains(const Address& address) const {
  const auto whole = static_cast<std::size_t>(prefix / 8);
  if (std::memcmp(bytes.data(), address.data(), whole) != 0) {
    return false;
  }
  const int rest = prefix % 8;
  return rest == 0 || (bytes[whole] ^ address[whole]) >> (8 - rest) == 0;
}

Result<std::vector<Network>> read_networks(const std::vector<std::string>& texts) {
  std::vector<Network> out;
  for (const std::string& text : texts) {
    DAYBOOK_ASSIGN(Network network, Network::parse(text, "allowedNetworks"));
    out.push_back(network);
  }
  return out;
}

AddressPolicy::AddressPolicy(bool allow_private, std::vector<Network> allowed)
    : allow_private_(allow_private), allowed_(std::move(allowed)) {}

std::string_view AddressPolicy::check(const Address& address) const {
  const auto within = [&](const Network& network) { return network.contains(address); };
  if (std::any_of(allowed_.begin(), allowed_.end(), within)) {
    return {};
  }
  for (const auto& [network, why] : refused()) {
    if (network.contains(address)) {
      return why;
    }
  }
  return {};
}

std::string_view AddressPolicy::refusal(const sockaddr* address, socklen_t size) const {
  if (allow_private_) {
    return {};
  }
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    return check(mapped(ntohl(v4.sin_addr.s_addr)));
  }
  if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    Address bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return check(bytes);
  }
  return "not an internet address";
}

}  // namespace daybook::components
