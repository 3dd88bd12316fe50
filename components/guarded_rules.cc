#include "components/guarded_rules.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "base/sha256.h"

namespace daybook::components {

Result<std::unique_ptr<GuardedRules>> GuardedRules::open(std::unique_ptr<RuleEvaluator> inner,
                                                         const std::filesystem::path& directory,
                                                         SetAside set_aside) {
  const std::filesystem::path file = directory / "rule-run";
  constexpr int kFlags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  const int opened = ::open(file.c_str(), kFlags, 0600);
  const int error = errno;
  std::unique_ptr<GuardedRules> out(
      new GuardedRules(std::move(inner), opened, std::move(set_aside)));
  struct stat info {};
  if (opened < 0 || ::fstat(opened, &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(Code::kIo, "FILE_ERROR",
                "cannot open " + file.string() + ": " +
                    (opened < 0 ? std::strerror(error) : "it is no regular file"));
  }
  if (::pread(opened, &out->marks_, sizeof(Marks), 0) != sizeof(Marks)) {
    out->marks_ = {};
  }
  out->count_last_run();
  return out;
}

GuardedRules::GuardedRules(std::unique_ptr<RuleEvaluator> inner, int file, SetAside set_aside)
    : inner_(std::move(inner)), file_(file), set_aside_(std::move(set_aside)) {}

GuardedRules::~GuardedRules() {
  if (file_ >= 0) {
    ::close(file_);
  }
}

// The run in which the process ended, if it did in one.
void GuardedRules::count_last_run() {
  if (marks_.current != Hash{}) {
    auto& all = marks_.suspects;
    Suspect* known = find(marks_.current);
    const Suspect counted{marks_.current, (known == nullptr ? 0 : known->losses) + 1};
    auto* const place = known == nullptr ? &all.back() : known;
    std::move_backward(all.data(), place, place + 1);  // the newest first, the oldest goes
    all.front() = counted;
    marks_.current = {};
  }
  write_all();
}

GuardedRules::Suspect* GuardedRules::find(const Hash& run) {
  const auto found =
      std::find_if(marks_.suspects.begin(), marks_.suspects.end(),
                   [&](const Suspect& one) { return one.losses > 0 && one.run == run; });
  return found == marks_.suspects.end() ? nullptr : &*found;
}

RuleOutcome GuardedRules::run(const RuleOrder& order) {
  const Hash run = sha256(order.identity);
  Suspect* const suspect = find(run);
  if (suspect != nullptr && suspect->losses >= kRuleLossesMax) {
    RuleOutcome out;
    out.failure = {"RULE_LOST",
                   "The server ended " + std::to_string(suspect->losses) +
                       " times while this ran; it is not begun again.",
                   "", false};
    set_aside_(order.identity,
               make_error(Code::kInternal, out.failure->code, out.failure->message));
    return out;
  }
  marks_.current = run;
  write_current();
  RuleOutcome out = inner_->run(order);
  marks_.current = {};
  if (suspect != nullptr) {
    *suspect = {};
    write_all();
  } else {
    write_current();
  }
  return out;
}

// Where they cannot be written, it is not counted: rules go on as without it.
void GuardedRules::write_current() const {
  static_assert(offsetof(Marks, current) == 0);
  (void)!::pwrite(file_, &marks_.current, sizeof marks_.current, 0);
}

void GuardedRules::write_all() const {
  write_current();
  (void)!::pwrite(file_, &marks_.suspects, sizeof marks_.suspects, offsetof(Marks, suspects));
}

}  // namespace daybook::components
