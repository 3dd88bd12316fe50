#include "log/anchor.h"

#include <fcntl.h>

#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "base/crc32c.h"
#include "base/thread.h"
#include "log/little.h"

namespace daybook::log {
namespace {

// A slot has a page of its own: a torn write of one never touches the other.
constexpr std::size_t kSlotStride = 4096;
constexpr std::size_t kSlotBytes = 128;
constexpr std::size_t kFileBytes = 2 * kSlotStride;
constexpr std::size_t kSlotCrcFrom = 16;
constexpr std::uint32_t kAnchorFormat = 1;
constexpr std::array<char, 8> kSlotMagic = {'D', 'A', 'Y', 'B', 'A', 'N', 'C', 'H'};

// What rings the bell.
constexpr Bell::Sounds kOffered = 1;
constexpr Bell::Sounds kUrged = 2;

using Slot = std::array<std::uint8_t, kSlotBytes>;

struct SlotRead {
  LogId id{};
  Head head;
  std::uint64_t generation = 0;
};

std::size_t slot_offset(std::uint64_t generation) {
  return (generation % 2) * kSlotStride;
}

Slot encode(const LogId& id, const Head& head, std::uint64_t generation) {
  Slot slot{};
  put(slot.data(), 0, kSlotMagic);
  put(slot.data(), 8, kAnchorFormat);
  put(slot.data(), 16, generation);
  put(slot.data(), 24, head.epoch.value);
  put(slot.data(), 32, head.seq.value);
  put(slot.data(), 40, id);
  put(slot.data(), 64, head.chain);
  put(slot.data(), 12, crc32c({slot.data() + kSlotCrcFrom, kSlotBytes - kSlotCrcFrom}));
  return slot;
}

std::optional<SlotRead> decode(std::span<const std::uint8_t> slot) {
  SlotRead out;
  out.generation = get<std::uint64_t>(slot.data(), 16);
  out.head.epoch = Epoch{get<std::uint64_t>(slot.data(), 24)};
  out.head.seq = Seq{get<std::uint64_t>(slot.data(), 32)};
  out.id = get<LogId>(slot.data(), 40);
  out.head.chain = get<Hash>(slot.data(), 64);
  const Slot again = encode(out.id, out.head, out.generation);
  // Comparing with a fresh encoding checks magic, version, checksum and the zero bytes in one go.
  if (as_text(again) != as_text(slot)) {
    return std::nullopt;
  }
  return out;
}

}  // namespace

Result<AnchorRead> read_anchor(const std::filesystem::path& path, const LogId& id) {
  AnchorRead out;
  DAYBOOK_ASSIGN(const auto content, read_file(path, kFileBytes));
  if (!content) {
    return out;
  }
  out.state = AnchorState::kDamaged;
  if (content->size() != kFileBytes) {
    return out;
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const auto slot = decode(as_bytes(*content).subspan(i * kSlotStride, kSlotBytes));
    if (!slot || slot->generation % 2 != i) {
      continue;
    }
    if (slot->id != id) {
      out.state = AnchorState::kForeign;
      return out;
    }
    if (out.state != AnchorState::kValid || slot->generation > out.generation) {
      out = AnchorRead{AnchorState::kValid, slot->head, slot->generation};
    }
  }
  return out;
}

Status write_anchor(const std::filesystem::path& path, const LogId& id, const Head& head) {
  // Both slots say the same, so the file is whole from the start and later writes never change its
  // size.
  std::string content(kFileBytes, '\0');
  for (const std::uint64_t generation : {std::uint64_t{2}, std::uint64_t{1}}) {
    const Slot slot = encode(id, head, generation);
    content.replace(slot_offset(generation), slot.size(), as_text(slot));
  }
  return replace_file(path, content);
}

Anchor::Anchor(std::filesystem::path path, const LogId& id, const AnchorRead& newest,
               AnchorOptions options, Descriptor file)
    : path_(std::move(path)),
      id_(id),
      options_(options),
      file_(std::move(file)),
      offered_(newest.head),
      written_(newest.head),
      generation_(newest.generation) {}

Result<std::unique_ptr<Anchor>> Anchor::open(const std::filesystem::path& path, const LogId& id,
                                             const AnchorRead& newest, AnchorOptions options) {
  DAYBOOK_ASSIGN(Descriptor file, open_file(path, O_RDWR | O_NOFOLLOW));
  std::unique_ptr<Anchor> anchor(new Anchor(path, id, newest, options, std::move(file)));
  DAYBOOK_ASSIGN(anchor->thread_, start_thread("anchor", [raw = anchor.get()] { raw->run(); }));
  return anchor;
}

Anchor::~Anchor() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  bell_.ring(kUrged);
  if (thread_.joinable()) {
    thread_.join();
  }
}

Status Anchor::offer(const Head& head) {
  Bell::Sounds sounds = 0;
  {
    const std::lock_guard lock(mutex_);
    if (error_) {
      return fail(*error_);
    }
    // The first head after a quiet time starts the clock; later ones wake the writer only when the
    // count is reached.
    sounds |= offered_.seq == written_.seq ? kOffered : 0;
    sounds |= head.seq.value - written_.seq.value >= options_.events ? kUrged : 0;
    offered_ = head;
  }
  if (sounds != 0) {
    bell_.ring(sounds);
  }
  return {};
}

Status Anchor::flush() {
  std::unique_lock lock(mutex_);
  const Seq target = offered_.seq;
  bell_.ring(kUrged);
  done_.wait(lock, [&] { return error_ || written_.seq >= target; });
  if (error_) {
    return fail(*error_);
  }
  return {};
}

Head Anchor::written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

void Anchor::run() {
  for (bool offered = false;;) {
    const Bell::Sounds rang = offered ? kOffered : bell_.wait(kOffered | kUrged);
    if ((rang & kUrged) == 0) {
      static_cast<void>(bell_.wait(kUrged, std::chrono::steady_clock::now() + options_.every));
    }
    std::unique_lock lock(mutex_);
    if (offered_.seq != written_.seq && !error_) {
      const Head head = offered_;
      const std::uint64_t generation = generation_ + 1;
      lock.unlock();
      const Status status = write(head, generation);
      lock.lock();
      if (status) {
        written_ = head;
        generation_ = generation;
      } else {
        error_ = status.error();
      }
    }
    done_.notify_all();
    if (stop_ || error_) {
      return;
    }
    offered = offered_.seq != written_.seq;  // meanwhile, when nobody rang for it
  }
}

Status Anchor::write(const Head& head, std::uint64_t generation) {
  const Slot slot = encode(id_, head, generation);
  DAYBOOK_TRY(write_at(file_, slot, slot_offset(generation), path_));
  DAYBOOK_TRY(sync_data(file_, path_));
  writes_.fetch_add(1, std::memory_order_relaxed);
  return {};
}

}  // namespace daybook::log
