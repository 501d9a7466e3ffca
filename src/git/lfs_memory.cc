#include "git/lfs_memory.h"

#include <ctime>
#include <utility>

#include "core/byte_writer.h"
#include "core/door.h"
#include "core/error.h"
#include "match/trusted_file.h"

namespace picket {
namespace {

constexpr char kFile[] = "/lfs-verified";
constexpr std::string_view kHead = "picket: verified Git LFS objects, 1\n";
constexpr size_t kMost = 16'384;
constexpr size_t kRecord = 5 * 8 + 32;
constexpr uint64_t kSettled = 2;

std::array<uint64_t, 5> KeyOf(const struct stat& status) {
  return {static_cast<uint64_t>(status.st_dev), static_cast<uint64_t>(status.st_ino),
          static_cast<uint64_t>(status.st_size), static_cast<uint64_t>(status.st_ctim.tv_sec),
          static_cast<uint64_t>(status.st_ctim.tv_nsec)};
}

}  // namespace

std::optional<std::vector<LfsVerifiedFile>> TryParseLfsMemory(std::string_view text) {
  if (!text.starts_with(kHead)) return std::nullopt;
  text.remove_prefix(kHead.size());
  if (text.size() % kRecord != 0 || text.size() / kRecord > kMost) return std::nullopt;
  std::vector<LfsVerifiedFile> files;
  for (; !text.empty(); text.remove_prefix(kRecord)) {
    const Bytes record = AsBytes(text).first(kRecord);
    LfsVerifiedFile& file = files.emplace_back();
    for (size_t i = 0; i < file.key.size(); ++i) {
      for (size_t j = 8; j-- > 0;) file.key[i] = file.key[i] << 8 | record[i * 8 + j];
    }
    file.oid = ObjectId::FromRaw(record.subspan(file.key.size() * 8));
  }
  return files;
}

std::string WriteLfsMemory(const std::vector<LfsVerifiedFile>& files) {
  std::string text(kHead);
  for (size_t i = files.size() > kMost ? files.size() - kMost : 0; i < files.size(); ++i) {
    for (uint64_t number : files[i].key) AppendU64Le(number, &text);
    text.append(AsText(files[i].oid.raw()));
  }
  return text;
}

std::string ReadLfsMemoryFile(const std::string& folder) {
  if (folder.empty()) return "";
  std::string why;
  return ReadTrustedFile(folder + kFile, &why).value_or("");
}

void WriteLfsMemoryFile(const std::string& folder, std::string_view text) {
  if (folder.empty()) return;
  if (!TryParseLfsMemory(text))
    throw Error("What was to be kept of verified Git LFS objects is no list of them.");
  WriteTrustedFile(folder + kFile, text);
}

LfsMemory::LfsMemory(std::string folder) : folder_(std::move(folder)) {
  const std::string text = TheDoor().is_shut() ? TheDoor().Ask(Errand::kLfsMemoryLoad, "").text
                                               : ReadLfsMemoryFile(folder_);
  if (auto files = TryParseLfsMemory(text)) order_ = std::move(*files);
  for (const LfsVerifiedFile& file : order_) known_[file.key] = file.oid;
}

bool LfsMemory::Knows(const struct stat& status, const ObjectId& oid) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto known = known_.find(KeyOf(status));
  return known != known_.end() && known->second == oid;
}

void LfsMemory::Add(const struct stat& status, const ObjectId& oid) {
  const auto now = static_cast<uint64_t>(std::time(nullptr));
  const Key key = KeyOf(status);
  if (now < key[3] + kSettled) return;
  std::lock_guard<std::mutex> lock(mutex_);
  known_[key] = oid;
  order_.push_back({key, oid});
  changed_ = true;
}

std::string LfsMemory::Save() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!changed_) return "";
  changed_ = false;
  try {
    if (TheDoor().is_shut()) {
      TheDoor().Ask(Errand::kLfsMemorySave, WriteLfsMemory(order_));
    } else if (!folder_.empty()) {
      WriteLfsMemoryFile(folder_, WriteLfsMemory(order_));
    }
    return "";
  } catch (const Error& error) {
    return std::string("Verified Git LFS objects are not remembered. ") + error.what();
  }
}

}  // namespace picket
