// docs/events.md lists exactly the catalogue: every type with its id and version, every member by
// its name.
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <re2/re2.h>

#include "events/catalogue.h"
#include "tests/events/samples.h"

namespace daybook::events {
namespace {

struct Section {
  std::uint16_t type = 0;
  std::uint16_t version = 0;
  std::set<std::string> members;
};

std::map<std::string, Section> read_page() {
  std::ifstream in(DAYBOOK_EVENTS_PAGE);
  EXPECT_TRUE(in.good());
  std::map<std::string, Section> out;
  const RE2 heading(R"(## (\d+)\. (\w+) \(version (\d+)\))");
  const RE2 member("`(\\w+)`");
  Section* section = nullptr;
  for (std::string line; std::getline(in, line);) {
    Section read;
    std::string name;
    if (RE2::FullMatch(line, heading, &read.type, &name, &read.version)) {
      section = &out[name];
      *section = read;
    } else if (section != nullptr && line.rfind("| members |", 0) == 0) {
      re2::StringPiece rest(line);
      while (RE2::FindAndConsume(&rest, member, &name)) {
        section->members.insert(name);
      }
    }
  }
  return out;
}

struct Names {
  std::set<std::string> seen;
  void operator()(std::string_view name, const auto&) { seen.emplace(name); }
};

TEST(EventsPage, ListsExactlyTheCatalogue) {
  const auto page = read_page();
  EXPECT_EQ(page.size(), catalogue().size());
  for (const Event& event : samples::all()) {
    const CatalogueEntry& entry = entry_of(event);
    const auto section = page.find(std::string(entry.name));
    ASSERT_NE(section, page.end()) << entry.name;
    EXPECT_EQ(section->second.type, entry.type) << entry.name;
    EXPECT_EQ(section->second.version, entry.version) << entry.name;
    Names names;
    std::visit([&](const auto& e) { e.each(names); }, event);
    EXPECT_EQ(section->second.members, names.seen) << entry.name;
  }
}

}  // namespace
}  // namespace daybook::events
