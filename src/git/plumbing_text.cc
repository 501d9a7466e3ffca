#include "git/plumbing_text.h"

#include <optional>
#include <utility>

#include "core/error.h"

namespace picket {
namespace {

[[noreturn]] void ThrowStrange(const char* command) {
  throw Error("`" + std::string(command) +
              "` printed something that is not its documented format, so nothing was judged; check "
              "which `git` is first on PATH.");
}

}  // namespace

std::string_view TakeTo(char end, std::string_view* text) {
  const size_t at = text->find(end);
  const std::string_view taken = text->substr(0, at);
  text->remove_prefix(at == std::string_view::npos ? text->size() : at + 1);
  return taken;
}

void RefLines::Add(std::string_view piece) {
  while (piece.find('\n') != std::string_view::npos) {
    const std::string_view part = TakeTo('\n', &piece);
    if (begun_.empty()) {
      AddLine(part);
    } else {
      AddLine(begun_.append(part));
      begun_.clear();
    }
  }
  begun_.append(piece);
}

std::vector<Ref> RefLines::Finish() {
  if (!begun_.empty()) AddLine(std::exchange(begun_, ""));
  return std::move(refs_);
}

void RefLines::AddLine(std::string_view line) {
  const std::optional<ObjectId> oid = ObjectId::TryParse(TakeTo(' ', &line));
  if (!oid || oid->raw().size() != id_bytes_ || line.empty()) ThrowStrange("git for-each-ref");
  // Written where a ref holds no id.
  if (!oid->is_zero()) refs_.push_back({std::string(line), *oid});
}

std::vector<ConfigEntry> ParseConfigList(std::string_view text) {
  std::vector<ConfigEntry> entries;
  while (!text.empty()) {
    std::string_view value = TakeTo('\0', &text);
    ConfigEntry& entry = entries.emplace_back();
    const bool has_value = value.find('\n') != std::string_view::npos;
    entry.name = TakeTo('\n', &value);
    if (has_value) entry.value = value;
  }
  return entries;
}

ObjectId ParseIdLine(std::string_view line, size_t id_bytes, const char* command) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  const std::optional<ObjectId> oid = ObjectId::TryParse(line);
  if (!oid || oid->raw().size() != id_bytes) ThrowStrange(command);
  return *oid;
}

}  // namespace picket
