#define OPENSSL_SUPPRESS_DEPRECATED  // what libpq calls is

#include "agent/probe/prefetched_digest.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <memory>
#include <string>

namespace conncheck {
namespace {

struct ContextCloser {
  void operator()(HMAC_CTX* context) const { HMAC_CTX_free(context); }
};
using Context = std::unique_ptr<HMAC_CTX, ContextCloser>;

/// Test case 2 of RFC 4231 and RFC 2202, in hexadecimal digits.
std::string hmac(HMAC_CTX* context, const EVP_MD* digest) {
  const std::string data = "what do ya want for nothing?";
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int length = 0;
  if (HMAC_Init_ex(context, "Jefe", 4, digest, nullptr) == 0 ||
      HMAC_Update(context, reinterpret_cast<const unsigned char*>(data.data()), data.size()) == 0 ||
      HMAC_Final(context, bytes.data(), &length) == 0) {
    return "failed";
  }
  std::string digits;
  for (unsigned int i = 0; i < length; ++i) {
    digits += "0123456789abcdef"[bytes.at(i) / 16];
    digits += "0123456789abcdef"[bytes.at(i) % 16];
  }
  return digits;
}

constexpr const char* with_sha256 =
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
constexpr const char* with_sha1 = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";

TEST(PrefetchedDigest, HmacsAreTheSameWithIt) {
  const Context context(HMAC_CTX_new());
  EXPECT_EQ(hmac(context.get(), EVP_sha256()), with_sha256);
  prefetch_digest();
  EXPECT_EQ(hmac(context.get(), EVP_sha256()), with_sha256);
  EXPECT_EQ(hmac(context.get(), EVP_sha1()), with_sha1);
  EXPECT_EQ(hmac(context.get(), nullptr), with_sha1);  // as it is
  EXPECT_EQ(hmac(context.get(), EVP_sha256()), with_sha256);
}

TEST(PrefetchedDigest, IsUsed) {
  prefetch_digest();
  const Context context(HMAC_CTX_new());
  EXPECT_EQ(hmac(context.get(), EVP_sha256()), with_sha256);
  EXPECT_NE(EVP_MD_get0_provider(HMAC_CTX_get_md(context.get())), nullptr);
  EXPECT_EQ(hmac(context.get(), EVP_sha1()), with_sha1);
  EXPECT_EQ(EVP_MD_get0_provider(HMAC_CTX_get_md(context.get())), nullptr);
}

}  // namespace
}  // namespace conncheck
