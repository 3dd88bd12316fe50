#include "components/signature.h"

#include <gtest/gtest.h>

namespace daybook::components {
namespace {

// Computed by `printf '1763251200.{"a":1}' | openssl dgst -sha256 -hmac 'a secret'`.
TEST(Signature, IsTheHmacOfTimestampAndBody) {
  EXPECT_EQ(signature("a secret", "1763251200", "{\"a\":1}"),
            "v1=333391b46966e0d65acd1a4ac2a67d66cfb815ad27eca6155b92bb72477db471");
}

TEST(Signature, DependsOnEachPart) {
  const auto base = signature("s", "1", "b");
  EXPECT_NE(base, signature("t", "1", "b"));
  EXPECT_NE(base, signature("s", "2", "b"));
  EXPECT_NE(base, signature("s", "1", "c"));
}

}  // namespace
}  // namespace daybook::components
