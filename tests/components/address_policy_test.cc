#include "components/address_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>

#include <gtest/gtest.h>

namespace daybook::components {
namespace {

std::string_view refusal(const AddressPolicy& policy, const std::string& text) {
  sockaddr_storage storage{};
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  socklen_t size = sizeof v4;
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    std::memcpy(&storage, &v4, sizeof v4);
  } else {
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr), 1) << text;
    v6.sin6_family = AF_INET6;
    size = sizeof v6;
    std::memcpy(&storage, &v6, sizeof v6);
  }
  return policy.refusal(reinterpret_cast<const sockaddr*>(&storage), size);
}

class RefusedAddress : public testing::TestWithParam<const char*> {};

TEST_P(RefusedAddress, IsNotConnected) {
  EXPECT_NE(refusal(AddressPolicy(false, {}), GetParam()), "");
}

TEST_P(RefusedAddress, IsConnectedWhenThePrivateIsAllowed) {
  EXPECT_EQ(refusal(AddressPolicy(true, {}), GetParam()), "");
}

INSTANTIATE_TEST_SUITE_P(
    Ranges, RefusedAddress,
    testing::Values("0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.1",
                    "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.0.1",
                    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170",
                    "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1",
                    "198.19.255.255", "198.51.100.1", "203.0.113.1", "168.63.129.16", "224.0.0.1",
                    "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1",
                    "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
                    "::ffff:192.168.1.1", "::ffff:0.0.0.0", "::ffff:0:127.0.0.1",
                    "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::8.8.8.8",
                    "64:ff9b:1::10.0.0.1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:10::1",
                    "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::", "2002:808:808::",
                    "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1",
                    "febf::1", "fec0::1", "ff02::1", "ff0e::1"));

class PublicAddress : public testing::TestWithParam<const char*> {};

TEST_P(PublicAddress, IsConnected) {
  EXPECT_EQ(refusal(AddressPolicy(false, {}), GetParam()), "");
}

INSTANTIATE_TEST_SUITE_P(Ranges, PublicAddress,
                         testing::Values("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0",
                                         "100.63.255.255", "100.128.0.0", "126.255.255.255",
                                         "128.0.0.1", "169.253.255.255", "172.15.255.255",
                                         "172.32.0.0", "192.167.255.255", "192.169.0.0",
                                         "198.17.255.255", "198.20.0.0", "223.255.255.255",
                                         "::ffff:8.8.8.8", "2001:4860:4860::8888",
                                         "2606:4700:4700::1111", "2a00:1450::1"));

TEST(AddressPolicy, AllowedNetworksOpenTheirRangeOnly) {
  const AddressPolicy policy(
      false, {*Network::parse("10.1.0.0/16", ""), *Network::parse("fd00:1::/32", "")});
  EXPECT_EQ(refusal(policy, "10.1.2.3"), "");
  EXPECT_EQ(refusal(policy, "::ffff:10.1.2.3"), "");
  EXPECT_EQ(refusal(policy, "fd00:1::7"), "");
  EXPECT_NE(refusal(policy, "10.2.0.0"), "");
  EXPECT_NE(refusal(policy, "fd00:2::7"), "");
  EXPECT_NE(refusal(policy, "64:ff9b::10.1.2.3"), "");
}

TEST(AddressPolicy, OtherFamiliesAreRefused) {
  sockaddr_un path{};
  path.sun_family = AF_UNIX;
  EXPECT_NE(AddressPolicy(false, {}).refusal(reinterpret_cast<const sockaddr*>(&path), sizeof path),
            "");
}

TEST(Network, RefusesWhatIsNotANetwork) {
  for (const auto* text : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.1/8", "10.0/8",
                           "::/129", "fd00::1/8", "localhost", "10.0.0.0/8x", " 10.0.0.0/8"}) {
    EXPECT_FALSE(Network::parse(text, "allowedNetworks")) << text;
  }
}

}  // namespace
}  // namespace daybook::components
