#include "bench/store/kept.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <system_error>

#include "base/clock.h"
#include "bench/store/copy.h"
#include "bench/store/store.h"
#include "log/files.h"
#include "log/unfinished.h"

namespace daybook::bench {
namespace {

// Whether it can be taken as it is. Its identity is written once, when it is made.
bool is_sound(const std::filesystem::path& store) {
  std::error_code error;
  const auto made = std::filesystem::last_write_time(store / "identity", error);
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(
      std::filesystem::file_time_type::clock::now() - made);
  return !error && Duration{age.count()} < kKeptMax && log::check_finished(store);
}

Status make_again(StoreOptions options, const std::filesystem::path& store) {
  std::error_code error;
  std::filesystem::remove_all(store, error);
  if (error) {
    return fail(log::file_error("cannot remove", store, error.value()));
  }
  options.until = SystemClock().wall();
  DAYBOOK_TRY(make_store({options, store, true, {}}));
  return {};
}

}  // namespace

Result<std::filesystem::path> kept_store(StoreOptions options, const std::filesystem::path& parent,
                                         const std::filesystem::path& copy) {
  DAYBOOK_TRY(log::make_private_directory(parent));
  DAYBOOK_ASSIGN(const log::Descriptor lock, log::open_file(parent / "lock", O_RDWR | O_CREAT));
  while (::flock(lock.get(), LOCK_EX) != 0) {
    if (errno != EINTR) {
      return fail(log::file_error("cannot lock", parent, errno));
    }
  }
  std::filesystem::path store = parent / store_key(options);
  if (!is_sound(store)) {
    DAYBOOK_TRY(make_again(options, store));
  }
  if (!copy.empty()) {
    DAYBOOK_TRY(copy_store(store, copy));
  }
  return store;
}

}  // namespace daybook::bench
