// With which sanitizer this is built, for tests of what it cannot bear. Header-only.
#pragma once

namespace daybook::test {

#if defined(__has_feature)
#define DAYBOOK_HAS_FEATURE(name) __has_feature(name)
#else
#define DAYBOOK_HAS_FEATURE(name) 0
#endif

// It ends a child of fork() that starts threads when its parent had some.
#if defined(__SANITIZE_THREAD__) || DAYBOOK_HAS_FEATURE(thread_sanitizer)
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif

// It (and UBSan, which goes with it here) opens a pipe to see whether memory can be read: without a
// free descriptor it takes every object for a broken one.
#if defined(__SANITIZE_ADDRESS__) || DAYBOOK_HAS_FEATURE(address_sanitizer)
inline constexpr bool kAddressSanitizer = true;
#else
inline constexpr bool kAddressSanitizer = false;
#endif

#undef DAYBOOK_HAS_FEATURE

}  // namespace daybook::test
