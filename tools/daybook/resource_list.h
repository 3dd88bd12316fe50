// What `list`, `get` and `delete` have in common for every class of resources.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "tools/daybook/cli.h"

namespace daybook::cli {

struct ListColumn {
  Table::Column column;
  std::string path;    // of the member, see cell() in json_text.h
  bool words = false;  // it is a list of texts: shown with blanks between them
};

struct ListRequest {
  std::string path;              // "/resources/jobs"
  std::string collection;        // the member that holds the rows
  Query query;                   // without limit and after
  std::size_t limit = 50;        // rows at most, over as many pages as it takes
  std::string after = {};        // cursor of an earlier page
  std::string cursor = "after";  // the parameter that pages go on with
  bool fields = false;           // the route takes them: a table asks for its columns only
  std::string pinned = {};       // a member of the first page that the others are asked with
  // What a person is told to go on with, before the cursor; of a verb without --limit and --after
  // another command. Empty: those two.
  std::string go_on = {};
};

// The rows of one or more pages, as `{collection: […], totalCount, …}`.
Result<boost::json::value> fetch_list(Client& client, const ListRequest& request);

// fetch_list, then JSON, or a table with a line below it when there is more.
Status print_list(const Session& session, const ListRequest& request,
                  const std::vector<ListColumn>& columns);

// A line when there is more than these rows, with what goes on behind them.
void print_more(std::ostream& to, const ListRequest& request, const boost::json::value& list,
                std::size_t rows);
// A list with no row may be of a definition or a component that nobody has: says so.
void warn_of_unknown(const Session& session, Client& client, const Query& query);

Table table_of(const boost::json::array& rows, const std::vector<ListColumn>& columns);

// One resource: JSON, or one `name  value` line a member.
Status print_resource(const Session& session, const std::string& target);
void print_members(const Session& session, const boost::json::value& value);

// On a terminal, unless --yes is given, asks; an error when the answer is not yes.
Status confirm(const Session& session, const std::string& question);

// Asks, with what follows from it; then DELETE, and what the server answered, or `deleted <what>`.
Status delete_resource(const Session& session, const std::string& target, const std::string& what,
                       const std::string& consequence = "");

}  // namespace daybook::cli
