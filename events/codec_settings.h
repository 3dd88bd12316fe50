// Settings (events/field.h) as members of a table: actor, the id of what they are of, then each at
// its place. What is written is byte for byte what the code that flatc generates would write: texts
// first, then the members by their size, of one size the last first. Private to this folder.
#pragma once

#include <vector>

#include "events/codec_parts.h"
#include "events/field.h"

namespace daybook::events::parts {

inline constexpr std::size_t kFirstSetting = 2;  // behind actor and id

inline flatbuffers::voffset_t member_at(std::size_t place) {
  return flatbuffers::FieldIndexToOffset(static_cast<flatbuffers::voffset_t>(place));
}

struct TableMember {
  flatbuffers::voffset_t at = 0;
  std::size_t size = 0;
  Texts text{};  // of a text
  std::int64_t number = 0;
  bool is_text = false;
};

template <typename Member>
TableMember table_member(Builder& b, std::size_t place, const Member& member) {
  TableMember out{member_at(place), sizeof(Member)};
  if constexpr (events::is_text<Member>) {
    out.size = sizeof(flatbuffers::uoffset_t);
    out.text = text(b, text_of(member));
    out.is_text = true;
  } else if constexpr (std::is_same_v<Member, Duration>) {
    out.number = member.value;
  } else {
    out.number = static_cast<std::int64_t>(member);
  }
  return out;
}

inline void add_member(Builder& b, const TableMember& member) {
  if (member.is_text) {
    b.AddOffset(member.at, member.text);
  } else if (member.size == 8) {
    b.AddElement<std::int64_t>(member.at, member.number, 0);
  } else if (member.size == 4) {
    b.AddElement<std::uint32_t>(member.at, static_cast<std::uint32_t>(member.number), 0);
  } else {
    b.AddElement<std::uint8_t>(member.at, static_cast<std::uint8_t>(member.number), 0);
  }
}

template <typename Settings>
void write_settings(Builder& b, Actor actor, Text id, const Settings& settings) {
  std::vector<TableMember> members{{member_at(0), sizeof(flatbuffers::uoffset_t), actor, 0, true}};
  members.push_back(table_member(b, 1, id));
  each_stored(settings, [&](const Field& field, const auto& member) {
    members.push_back(table_member(b, kFirstSetting + field.id, member));
  });
  const auto start = b.StartTable();
  for (const std::size_t size : {std::size_t{8}, std::size_t{4}, std::size_t{1}}) {
    for (auto member = members.rbegin(); member != members.rend(); ++member) {
      if (member->size == size) {
        add_member(b, *member);
      }
    }
  }
  b.Finish(flatbuffers::Offset<flatbuffers::Table>(b.EndTable(start)));
}

template <typename Settings>
void read_settings(const flatbuffers::Table& table, Text& id, Settings& settings) {
  using String = const flatbuffers::String*;
  id = text(table.GetPointer<String>(member_at(1)));
  each_stored(settings, [&](const Field& field, auto& member) {
    using Member = std::remove_reference_t<decltype(member)>;
    const auto at = member_at(kFirstSetting + field.id);
    if constexpr (events::is_text<Member>) {
      hand_over(text(table.GetPointer<String>(at)), member);
    } else if constexpr (std::is_same_v<Member, Duration>) {
      member = Duration{table.GetField<std::int64_t>(at, 0)};
    } else if constexpr (std::is_same_v<Member, bool>) {
      member = table.GetField<std::uint8_t>(at, 0) != 0;
    } else {
      member = table.GetField<Member>(at, 0);
    }
  });
}

// The table behind a generated type, which shows only its own members.
template <typename Generated>
const flatbuffers::Table& table_of(const Generated& generated) {
  static_assert(sizeof(Generated) == sizeof(flatbuffers::Table));
  return reinterpret_cast<const flatbuffers::Table&>(generated);
}

}  // namespace daybook::events::parts
