#include "log/refusals.h"

#include <string>

namespace daybook::log {

std::string number(Seq seq) {
  return std::to_string(seq.value);
}
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

tl::unexpected<Error> refuse_without(std::string_view who, Seq needed, Seq first) {
  return fail(Code::kNotFound, "LOG_TRIMMED",
              std::string(who) + " event " + number(needed) + ", but the log begins at " +
                  number(first) + ": stop the server and give back the archive that ends with " +
                  number(Seq{first.value - 1}) +
                  ", then those before it (daybook log restore-archive FILE --data-dir DIR)");
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
