#include "log/refusals.h"

#include <string>

namespace daybook::log {
namespace {

std::string number(Seq seq) {
  return std::to_string(seq.value);
}

}  // namespace

tl::unexpected<Error> refuse_not_head(Seq first, Seq last) {
  return fail(Code::kConflict, "NOT_HEAD",
              "the group starts at " + number(first) + ", the log ends at " + number(last));
}

tl::unexpected<Error> refuse_trimmed(Seq position, Seq first) {
  return fail(Code::kNotFound, "LOG_TRIMMED",
              "record " + number(position) + " was trimmed; the log starts at " + number(first));
}

tl::unexpected<Error> refuse_trim(Seq through, Seq last) {
  return fail(Code::kInvalid, "TRIM_PAST_END",
              "cannot trim through " + number(through) + ", the log ends at " + number(last));
}

Status check_position(Seq from, Seq first, Seq last) {
  if (from.value == 0 || from > next(last)) {
    return fail(Code::kInvalid, "BAD_POSITION",
                "cannot read from " + number(from) + ", the log ends at " + number(last));
  }
  if (from < first) {
    return refuse_trimmed(from, first);
  }
  return {};
}

}  // namespace daybook::log
