#include "bench/peers/client/beanstalk_session.h"

#include <charconv>

#include "bench/peers/client/failure.h"

namespace daybook::peers {
namespace {

constexpr std::string_view kInserted = "INSERTED ";
constexpr std::string_view kReserved = "RESERVED ";
constexpr std::string_view kBeanstalkLineEnd = "\r\n";

// The bytes of the job that a RESERVED line announces.
std::size_t job_bytes(std::string_view line) {
  const std::size_t space = line.rfind(' ');
  std::size_t out = 0;
  const char* const end = line.data() + line.size();
  const auto [stopped, fault] = std::from_chars(line.data() + space + 1, end, out);
  if (fault != std::errc{} || stopped != end) {
    throw Failure("beanstalkd said: " + shown(line));
  }
  return out;
}

}  // namespace

void BeanstalkSession::create(std::string& out, std::size_t jobs) {
  asked_ = Asked::kPut;
  replies_missing_ = jobs;
  for (std::size_t i = 0; i < jobs; ++i) {
    // Priority, delay, and the seconds after which a job that was taken is given to another.
    out += "put 1000 0 600 " + std::to_string(kJobBytes) + "\r\n";
    append_job(out, created_++);
    out += kBeanstalkLineEnd;
  }
}

void BeanstalkSession::lease(std::string& out, std::size_t max) {
  asked_ = Asked::kReserve;
  replies_missing_ = max;
  ids_.clear();
  out += "reserve-with-timeout " + std::to_string(kLeaseWaitS) + "\r\n";
  for (std::size_t i = 1; i < max; ++i) {
    out += "reserve-with-timeout 0\r\n";
  }
}

void BeanstalkSession::complete(std::string& out) {
  asked_ = Asked::kDelete;
  replies_missing_ = ids_.size();
  for (const std::string& id : ids_) {
    out += "delete " + id + "\r\n";
  }
}

void BeanstalkSession::take_line(std::string_view line) {
  switch (asked_) {
    case Asked::kPut:
      if (line.starts_with(kInserted)) {
        return;
      }
      break;
    case Asked::kReserve:
      if (line.starts_with(kReserved)) {
        const std::string_view rest = line.substr(kReserved.size());
        ids_.emplace_back(rest.substr(0, rest.find(' ')));
        return;
      }
      if (line == "TIMED_OUT") {
        return;
      }
      break;
    case Asked::kDelete:
      if (line == "DELETED") {
        return;
      }
      break;
  }
  throw Failure("beanstalkd said: " + shown(line));
}

Step BeanstalkSession::take(std::string_view& in, std::string& /*out*/) {
  while (replies_missing_ > 0) {
    const std::size_t end = in.find(kBeanstalkLineEnd);
    if (end == std::string_view::npos) {
      return Step::kMore;
    }
    const std::string_view line = in.substr(0, end);
    std::size_t whole = end + kBeanstalkLineEnd.size();
    if (asked_ == Asked::kReserve && line.starts_with(kReserved)) {
      whole += job_bytes(line) + kBeanstalkLineEnd.size();
    }
    if (in.size() < whole) {
      return Step::kMore;
    }
    take_line(line);
    in.remove_prefix(whole);
    --replies_missing_;
  }
  if (asked_ == Asked::kDelete) {
    ids_.clear();
  }
  return Step::kDone;
}

}  // namespace daybook::peers
