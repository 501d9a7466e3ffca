#include "git/ref_updates.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "core/error.h"
#include "git/large_pages.h"

namespace picket {
namespace {

constexpr size_t kMaxInput = size_t{256} << 20;
// Whoever sends so many lines at once may send as many as that. Room that is not used is no memory
// yet, and every move costs.
constexpr size_t kManyLines = 256;
constexpr size_t kRoom = size_t{1} << 17;
// A usual ref's name.
constexpr size_t kRefBytes = 32;

[[noreturn]] void Malformed(std::string_view hook, size_t line, std::string_view reason) {
  throw Error("Line " + std::to_string(line) + " of the input of " + std::string(hook) + " " +
              std::string(reason) +
              ", so nothing was judged. Git itself writes these lines: check the program that "
              "calls the hook.");
}

// The ids of one input are of one length; `id_bytes` is 0 until the first one.
ObjectId ParseId(std::string_view text, std::string_view hook, size_t line, size_t* id_bytes) {
  const std::optional<ObjectId> id = ObjectId::TryParse(text);
  if (!id) Malformed(hook, line, "holds no object id where one is due");
  if (*id_bytes == 0) *id_bytes = id->raw().size();
  if (id->raw().size() != *id_bytes)
    Malformed(hook, line, "holds an object id of another length than the ones before it");
  return *id;
}

// Git allows neither in a ref's name: git-check-ref-format(1).
bool IsRefName(std::string_view name) {
  // All of them are looked at, which is done many at a time.
  unsigned bad = 0;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    bad |= static_cast<unsigned>(byte <= ' ') | static_cast<unsigned>(byte == 0x7f);
  }
  return !name.empty() && bad == 0;
}

// `number` is that of the line before the text.
template <typename Visit>
void ForEachLine(std::string_view text, std::string_view hook, size_t number, Visit visit) {
  while (!text.empty()) {
    ++number;
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) Malformed(hook, number, "ends in a carriage return");
    visit(line, number);
  }
}

// Cuts the last word off `line`; nullopt when there is no space before it.
std::optional<std::string_view> TakeLastWord(std::string_view* line) {
  size_t space = line->rfind(' ');
  if (space == std::string_view::npos) return std::nullopt;
  std::string_view word = line->substr(space + 1);
  *line = line->substr(0, space);
  return word;
}

// Appends to `updates`, of which there is one for each line before `text`; `id_bytes` is kept from
// one call to the next.
void AddRefUpdates(std::string_view text, size_t* id_bytes, RefUpdates* updates) {
  constexpr std::string_view kHook = "pre-receive";
  // The id that the line before begins with, and its value: nearly all refs of a large push are
  // created, and the first ids of their lines the same.
  std::string_view last_text;
  ObjectId last_oid;
  ForEachLine(text, kHook, updates->size(), [&](std::string_view line, size_t number) {
    // Where the first ids have ended this one does too; what is no id there is none anyway.
    const size_t digits = 2 * *id_bytes;
    const bool is_usual = digits != 0 && line.size() > 2 * digits + 1 && line[digits] == ' ' &&
                          line[2 * digits + 1] == ' ';
    const size_t first = is_usual ? digits : line.find(' ');
    const size_t second = is_usual                          ? 2 * digits + 1
                          : first == std::string_view::npos ? first
                                                            : line.find(' ', first + 1);
    if (second == std::string_view::npos)
      Malformed(kHook, number, "is not made of two object ids and a ref");
    const std::string_view old_text = line.substr(0, first);
    if (last_text.empty() || old_text != last_text) {
      last_oid = ParseId(old_text, kHook, number, id_bytes);
      last_text = old_text;
    }
    const ObjectId new_oid =
        ParseId(line.substr(first + 1, second - first - 1), kHook, number, id_bytes);
    const std::string_view ref = line.substr(second + 1);
    if (!IsRefName(ref)) Malformed(kHook, number, "holds no valid name of a ref");
    updates->Add(last_oid, new_oid, ref);
  });
}

// Calls take(chunk) for what comes from `file` up to its end.
template <typename Take>
void ForEachChunk(int file, const Take& take) {
  std::vector<char> buffer(size_t{64} << 10);
  uint64_t size = 0;
  while (true) {
    const ssize_t count = read(file, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      throw Error(std::string("The hook's standard input can't be read: ") + std::strerror(errno) +
                  ". Let Git run the hook.");
    if (count == 0) return;
    size += static_cast<uint64_t>(count);
    if (size > kMaxInput)
      throw Error("The hook's standard input is over 256 MiB. Push fewer refs at once.");
    take(std::string_view(buffer.data(), static_cast<size_t>(count)));
  }
}

}  // namespace

std::vector<ObjectId> RefUpdates::SetTo() const {
  std::vector<ObjectId> values;
  for (const Line& line : lines_)
    if (!ids_[line.new_id].is_zero()) values.push_back(ids_[line.new_id]);
  return values;
}

void RefUpdates::Add(const ObjectId& old_oid, const ObjectId& new_oid, std::string_view ref) {
  if (lines_.size() == lines_.capacity()) {
    const size_t lines =
        lines_.size() < kManyLines ? kManyLines : std::max(4 * lines_.size(), kRoom);
    ReserveInLargePages(&lines_, lines);
    refs_.Reserve(lines, lines * kRefBytes,
                  [](auto* list, size_t count) { ReserveInLargePages(list, count); });
  }
  const uint32_t last_old = lines_.empty() ? 0 : lines_.back().old_id;
  const bool is_same = !lines_.empty() && ids_[last_old] == old_oid;
  lines_.push_back({is_same ? last_old : IndexOf(old_oid), IndexOf(new_oid)});
  if (!new_oid.is_zero()) ++set_;
  refs_.push_back(ref);
}

uint32_t RefUpdates::IndexOf(const ObjectId& id) {
  // Nobody can make two that are alike in their first eight bytes, but for those that say nothing.
  const uint64_t hash = hash_(id.raw().first(std::min<size_t>(id.raw().size(), 8)));
  const uint32_t known = table_.Find(hash, [&](uint32_t index) { return ids_[index] == id; });
  if (known != kNone) return known;
  const auto index = static_cast<uint32_t>(ids_.size());
  table_.Insert(hash, index);
  ids_.push_back(id);
  return index;
}

RefUpdates ParseRefUpdates(std::string_view text) {
  RefUpdates updates;
  size_t id_bytes = 0;
  AddRefUpdates(text, &id_bytes, &updates);
  return updates;
}

RefUpdates ReadRefUpdates(int file) {
  RefUpdates updates;
  size_t id_bytes = 0;
  std::string unended;
  ForEachChunk(file, [&](std::string_view chunk) {
    const size_t end = chunk.find('\n');
    if (end != std::string_view::npos && !unended.empty()) {
      unended.append(chunk.substr(0, end + 1));
      chunk.remove_prefix(end + 1);
      AddRefUpdates(unended, &id_bytes, &updates);
      unended.clear();
    }
    const size_t whole = chunk.rfind('\n') + 1;  // 0 for none
    AddRefUpdates(chunk.substr(0, whole), &id_bytes, &updates);
    unended.append(chunk.substr(whole));
  });
  AddRefUpdates(unended, &id_bytes, &updates);
  return updates;
}

std::vector<Push> ParsePushes(std::string_view text) {
  constexpr std::string_view kHook = "pre-push";
  std::vector<Push> pushes;
  size_t id_bytes = 0;
  ForEachLine(text, kHook, 0, [&](std::string_view line, size_t number) {
    std::optional<std::string_view> remote_oid = TakeLastWord(&line);
    std::optional<std::string_view> remote_ref = TakeLastWord(&line);
    std::optional<std::string_view> local_oid = TakeLastWord(&line);
    if (!local_oid || line.empty())
      Malformed(kHook, number, "is not made of two refs and two object ids");
    Push push{std::string(line), ParseId(*local_oid, kHook, number, &id_bytes),
              std::string(*remote_ref), ParseId(*remote_oid, kHook, number, &id_bytes)};
    if (!IsRefName(push.remote_ref)) Malformed(kHook, number, "holds no valid name of a ref");
    pushes.push_back(std::move(push));
  });
  return pushes;
}

std::string ReadHookInput(int file) {
  std::string text;
  ForEachChunk(file, [&](std::string_view chunk) { text += chunk; });
  return text;
}

}  // namespace picket
