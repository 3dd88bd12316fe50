#include "base/sha256.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace daybook {

struct Sha256::Context {
  // Fetching the algorithm once and reinitialising with it avoids OpenSSL 3's look-up per message.
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* state = EVP_MD_CTX_new();

  Context() {
    DAYBOOK_CHECK(algorithm != nullptr && state != nullptr, "OpenSSL offers SHA-256");
    restart();
  }
  ~Context() {
    EVP_MD_CTX_free(state);
    EVP_MD_free(algorithm);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  void restart() {
    DAYBOOK_CHECK(EVP_DigestInit_ex2(state, algorithm, nullptr) == 1, "SHA-256 starts");
  }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::uint8_t> bytes) {
  DAYBOOK_CHECK(EVP_DigestUpdate(context_->state, bytes.data(), bytes.size()) == 1,
                "SHA-256 takes bytes");
}

Hash Sha256::finish() {
  Hash out{};
  unsigned int size = 0;
  DAYBOOK_CHECK(EVP_DigestFinal_ex(context_->state, out.data(), &size) == 1 && size == out.size(),
                "SHA-256 ends");
  context_->restart();
  return out;
}

Hash sha256(std::string_view text) {
  Sha256 digest;
  digest.update({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return digest.finish();
}

}  // namespace daybook
