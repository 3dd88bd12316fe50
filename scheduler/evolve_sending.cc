// Sendings: only pending ones are held, and which have ended.
#include "base/check.h"
#include "scheduler/evolve.h"

namespace daybook::scheduler {
namespace {

Sending& pending(State::Parts& s, SendingId id) {
  const auto found = s.sendings.find(id);
  DAYBOOK_CHECK(found != s.sendings.end(), "an event of a sending belongs to a pending one");
  return found->second;
}

void end_sending(State::Parts& s, SendingId id) {
  s.sendings_ended.insert(pending(s, id).created);
  s.sendings.erase(id);
}

}  // namespace

void evolve_event(State::Parts& s, const events::Meta& m, const Hash&,
                  const events::SendingCreated& e) {
  const bool added =
      s.sendings.emplace(e.sending, Sending{e.sending, m.seq, {}, s.offsets.running(m.time)})
          .second;
  DAYBOOK_CHECK(added, "a sending is created once");
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::SendingRetryScheduled& e) {
  Sending& sending = pending(s, e.sending);
  DAYBOOK_CHECK(e.attempt.value == sending.attempt.value + 1, "tries count up by one");
  sending.attempt = e.attempt;
  sending.due = s.offsets.running(e.retry_at);
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&, const events::SendingSent& e) {
  end_sending(s, e.sending);
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::SendingBounced& e) {
  end_sending(s, e.sending);
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::SendingCancelled& e) {
  end_sending(s, e.sending);
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::SendingRemoved& e) {
  s.sendings_ended.erase(e.created);
}

}  // namespace daybook::scheduler
