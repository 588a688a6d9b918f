#include "agent/probe/prefetched_digest.hpp"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace conncheck {
namespace {

using HmacInit = int(HMAC_CTX*, const void*, int, const EVP_MD*, ENGINE*);

EVP_MD* sha256 = nullptr;  // as long as the process lives

}  // namespace

void prefetch_digest() { sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr); }

}  // namespace conncheck

/// Stands in front of OpenSSL's function: a program's own symbols come before those of its
/// libraries. Does what that does, with the same algorithm. (Not EVP_sha256, which OpenSSL calls
/// itself while it is being initialized.)
extern "C" int HMAC_Init_ex(HMAC_CTX* context, const void* key, int length, const EVP_MD* digest,
                            ENGINE* engine) {
  static const auto of_openssl =
      reinterpret_cast<conncheck::HmacInit*>(dlsym(RTLD_NEXT, "HMAC_Init_ex"));
  if (of_openssl == nullptr) {
    return 0;
  }
  const bool is_at_hand = digest != nullptr && digest == EVP_sha256() &&
                          conncheck::sha256 != nullptr && engine == nullptr;
  return of_openssl(context, key, length, is_at_hand ? conncheck::sha256 : digest, engine);
}
