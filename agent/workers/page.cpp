#include "agent/workers/page.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace conncheck {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

SharedPage::SharedPage() : descriptor_(memfd_create("conncheck", MFD_CLOEXEC)) {
  if (descriptor_ < 0) {
    fail("memfd_create");
  }
  if (ftruncate(descriptor_, sizeof(WorkerPage)) != 0) {
    close(descriptor_);
    fail("ftruncate");
  }
  map();
}

SharedPage::SharedPage(int descriptor) : descriptor_(descriptor) { map(); }

SharedPage::~SharedPage() {
  munmap(page_, sizeof(WorkerPage));
  close(descriptor_);
}

void SharedPage::map() {
  void* memory =
      mmap(nullptr, sizeof(WorkerPage), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (memory == MAP_FAILED) {
    const int error = errno;
    close(descriptor_);
    errno = error;
    fail("mmap");
  }
  page_ = static_cast<WorkerPage*>(memory);  // zeroes, which is what these atomics start with
}

}  // namespace conncheck
