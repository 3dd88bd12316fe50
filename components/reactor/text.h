// Texts of the language: UTF-8 without errors (base/utf8.h), counted in code points.
//
// A view that is returned lies in the argument. What can grow takes the most bytes (or pieces) that
// it may give, and answers nothing beyond. Cases and white space are those of Unicode 14, without
// locale (libunistring). Any thread; nothing throws but for want of memory; text that is not UTF-8
// gives some text, never a read outside of it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace daybook::reactor {

inline constexpr std::size_t kToEnd = static_cast<std::size_t>(-1);

std::size_t length(std::string_view text);
// `count` code points from number `from` (the first is 0), or as many as there are.
std::string_view slice(std::string_view text, std::size_t from, std::size_t count = kToEnd);
// Number of the code point at which `part` first stands, from number `from` on.
std::optional<std::size_t> index_of(std::string_view text, std::string_view part,
                                    std::size_t from = 0);
bool contains(std::string_view text, std::string_view part);

// Without what has the property White_Space, at both ends or one.
std::string_view trim(std::string_view text);
std::string_view trim_start(std::string_view text);
std::string_view trim_end(std::string_view text);

// Each code point by its simple case mapping, so lengths stay: "ß" stays "ß".
std::optional<std::string> upper(std::string_view text, std::size_t bytes_max);
std::optional<std::string> lower(std::string_view text, std::size_t bytes_max);

// What stands before, between and behind the separators; an empty separator is nowhere.
std::optional<std::vector<std::string_view>> explode(std::string_view text,
                                                     std::string_view separator,
                                                     std::size_t pieces_max);
// Every `what`, from the left, becomes `with`; an empty `what` is nowhere.
std::optional<std::string> replace(std::string_view text, std::string_view what,
                                   std::string_view with, std::size_t bytes_max);

// Before or behind the text as many `pad` as are needed for `width` code points; one code point.
std::optional<std::string> pad_left(std::string_view text, std::size_t width, std::string_view pad,
                                    std::size_t bytes_max);
std::optional<std::string> pad_right(std::string_view text, std::size_t width, std::string_view pad,
                                     std::size_t bytes_max);

}  // namespace daybook::reactor
