#include "projections/named_rows.h"

#include <algorithm>

#include "projections/bytes.h"
#include "projections/cursor.h"
#include "projections/visible.h"

namespace daybook::projections {
namespace {

constexpr char kRow = 'R';
constexpr char kCount = 'C';
// What a change takes beside its row, here and in the batch: about.
constexpr std::size_t kRowChangeBytes = 512;

Result<std::uint64_t> read_count(const Reader& reader) {
  std::string value;
  DAYBOOK_ASSIGN(const bool found, reader.get(Key(kCount).view(), value));
  Scan scan(value);
  return found ? scan.varint() : 0;
}

Result<std::uint64_t> count_visible(const View& view, const Visible& visible) {
  if (visible.all()) {
    return read_count(view);
  }
  std::uint64_t out = 0;
  const auto walker = visible.walk(view, kRow);
  for (walker->seek(Key(kRow).view()); walker->valid(); walker->next()) {
    ++out;
  }
  DAYBOOK_TRY(walker->status());
  return out;
}

}  // namespace

Status NamedRows::load(const Reader& store) {
  store_ = &store;
  DAYBOOK_ASSIGN(count_, read_count(store));
  return {};
}

Result<std::optional<std::string>> NamedRows::get(std::string_view name) const {
  const auto it = changed_.find(name);
  if (it != changed_.end()) {
    return it->second;
  }
  return named_row(*store_, name);
}

// Rows that replace each other before they are written count each: too much rather than too little.
void NamedRows::change(std::string_view name, std::optional<std::string> row) {
  changed_bytes_ += kRowChangeBytes + 2 * (row ? row->size() : 0);
  changed_.insert_or_assign(std::string(name), std::move(row));
}

void NamedRows::written() {
  changed_.clear();
  changed_bytes_ = 0;
}

Status NamedRows::put(std::string_view name, std::string row) {
  DAYBOOK_ASSIGN(const auto old, get(name));
  count_ += old ? 0U : 1U;
  change(name, std::move(row));
  return {};
}

Status NamedRows::erase(std::string_view name) {
  DAYBOOK_ASSIGN(const auto old, get(name));
  count_ -= old ? 1U : 0U;
  change(name, std::nullopt);
  return {};
}

void NamedRows::write(Batch& batch) {
  if (changed_.empty()) {
    return;
  }
  for (const auto& [name, row] : changed_) {
    const Key key = Key(kRow).tail(name);
    if (row) {
      batch.put(key.view(), *row);
    } else {
      batch.erase(key.view());
    }
  }
  if (count_ == 0) {
    batch.erase(Key(kCount).view());
    return;
  }
  std::string count;
  Put(count).varint(count_);
  batch.put(Key(kCount).view(), count);
}

Result<std::optional<std::string>> named_row(const Reader& reader, std::string_view name) {
  std::string value;
  DAYBOOK_ASSIGN(const bool found, reader.get(Key(kRow).tail(name).view(), value));
  return found ? std::optional(std::move(value)) : std::nullopt;
}

template <typename Row>
Result<Page<Row>> named_page(
    const View& view, const PageRequest& request,
    const std::function<bool(std::string_view, std::string_view, Row&)>& decode) {
  DAYBOOK_ASSIGN(const PageBounds bounds, read_page(CursorKind::kName, request));
  Page<Row> page;
  page.as_of = view.as_of();
  const Visible visible(request.visible);
  DAYBOOK_ASSIGN(page.total_count, count_visible(view, visible));
  const auto walker = visible.walk(view, kRow);
  const bool back = !bounds.before.empty();
  if (back) {
    walker->seek_before(Key(kRow).tail(bounds.before).view());
  } else {
    walker->seek(Key(kRow).tail(bounds.after).view());
    if (walker->valid() && !bounds.after.empty() && walker->key().substr(1) == bounds.after) {
      walker->next();
    }
  }
  std::vector<std::string> names;
  std::size_t bytes = 0;
  while (walker->valid() && page.rows.size() < bounds.limit && bytes < bounds.bytes_max) {
    bytes += walker->value().size();
    names.emplace_back(walker->key().substr(1));
    if (!decode(names.back(), walker->value(), page.rows.emplace_back())) {
      return fail(Code::kCorrupt, "VIEWS_STORE", "the row of " + names.back() + " cannot be read");
    }
    back ? walker->previous() : walker->next();
  }
  DAYBOOK_TRY(walker->status());
  if (back) {
    std::reverse(page.rows.begin(), page.rows.end());
    std::reverse(names.begin(), names.end());
  }
  if (!names.empty()) {
    page.first_cursor = make_cursor(CursorKind::kName, names.front());
    page.last_cursor = make_cursor(CursorKind::kName, names.back());
  }
  return page;
}

template Result<Page<ComponentRow>> named_page(
    const View&, const PageRequest&,
    const std::function<bool(std::string_view, std::string_view, ComponentRow&)>&);
template Result<Page<DefinitionRow>> named_page(
    const View&, const PageRequest&,
    const std::function<bool(std::string_view, std::string_view, DefinitionRow&)>&);
template Result<Page<RuleRow>> named_page(
    const View&, const PageRequest&,
    const std::function<bool(std::string_view, std::string_view, RuleRow&)>&);
template Result<Page<TokenRow>> named_page(
    const View&, const PageRequest&,
    const std::function<bool(std::string_view, std::string_view, TokenRow&)>&);

}  // namespace daybook::projections
