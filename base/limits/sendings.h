// Mails, posts and messages on their way out: every bound with the reason for its number (I14). A
// test hits each of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook {

// Sendings: what a mail or a post may hold is bounded by what a component may print.
inline constexpr std::size_t kSendingContentBytesMax = 1024 * 1024;
inline constexpr std::size_t kMailAddressBytesMax = 254;  // RFC 5321, 4.5.3.1.3
inline constexpr std::size_t kMailSubjectBytesMax = 998;  // RFC 5322, 2.1.1
// A text of a mail with its placeholders filled in: a few bytes of content could stand for any
// number.
inline constexpr std::size_t kMailTextBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kMailRecipientsMax = 64;  // in cc, and in bcc
inline constexpr std::size_t kActorMessagesMax = 64;
// Tries of a sending: enough for a server that is restarted or lists a new sender as grey.
inline constexpr std::uint32_t kSendingAttemptsMax = 4;
// One mail from connect to the server's yes, and what is kept of a line that the server says.
inline constexpr std::int64_t kMailTimeoutUs = 60LL * 1'000'000;
inline constexpr std::size_t kSmtpReplyBytesMax = 1024;
// A sending that nothing is configured to deliver waits so long for the operator, then it bounces.
inline constexpr std::int64_t kSendingUndeliverableUs = 24LL * 3600 * 1'000'000;
// Ended sendings stay in the list so long.
inline constexpr std::int64_t kSendingRetentionUs = 14LL * 86'400 * 1'000'000;

}  // namespace daybook
