#include "secrets/private_key.h"

#include <cstdint>
#include <string>
#include <vector>

#include "core/byte_reader.h"
#include "secrets/base64.h"
#include "secrets/placeholder.h"

namespace picket {
namespace {

constexpr uint8_t kInteger = 0x02;
constexpr uint8_t kOctets = 0x04;
constexpr uint8_t kObjectId = 0x06;
constexpr uint8_t kSequence = 0x30;
constexpr size_t kMaxItems = 12;
constexpr size_t kMaxBytes = 16 * 1024;
constexpr size_t kSmallestKey = 40;
constexpr std::string_view kOpenSsh{"openssh-key-v1\0", 15};

struct Item {
  uint8_t tag = 0;
  Bytes body;
};

// One definite-length item; what is cut off stays short if `partial`.
bool ReadItem(ByteReader& in, bool partial, Item* item) {
  item->tag = in.U8();
  uint64_t length = in.U8();
  if (length > 0x80 && length <= 0x83) {
    const uint64_t count = length & 0x0f;
    length = 0;
    for (uint64_t i = 0; i < count; ++i) length = length << 8 | in.U8();
  } else if (length >= 0x80) {
    return false;
  }
  if (partial && length > in.remaining()) length = in.remaining();
  item->body = in.Take(length);
  return in.ok();
}

// The items of a sequence; false when they don't fill it.
bool ReadItems(Bytes body, bool partial, std::vector<Item>* items) {
  ByteReader in(body);
  while (!in.at_end() && items->size() < kMaxItems) {
    Item item;
    if (!ReadItem(in, partial, &item)) return partial && !items->empty();
    items->push_back(item);
  }
  return in.at_end();
}

bool IsSmallInteger(const Item& item, uint8_t most) {
  return item.tag == kInteger && item.body.size() == 1 && item.body[0] <= most;
}

bool IsAlgorithm(const Item& item) {
  return item.tag == kSequence && item.body.size() > 2 && item.body[0] == kObjectId;
}

bool IsDerKey(std::string_view der, bool closed) {
  ByteReader in(AsBytes(der));
  Item whole;
  if (!ReadItem(in, !closed, &whole) || whole.tag != kSequence || !in.at_end()) return false;
  std::vector<Item> items;
  if (whole.body.size() < kSmallestKey || !ReadItems(whole.body, !closed, &items)) return false;
  if (items.size() < 2) return false;
  if (items.size() == 2 && IsAlgorithm(items[0])) return items[1].tag == kOctets;
  if (!IsSmallInteger(items[0], 1)) return false;
  if (IsAlgorithm(items[1])) {
    return items.size() >= 3 ? items[2].tag == kOctets : !closed;
  }
  if (items[1].tag == kOctets) return items[1].body.size() >= 16;
  size_t integers = 0;
  for (const Item& item : items) integers += item.tag == kInteger ? 1 : 0;
  const bool rsa = integers == 9 && items.size() >= 9;
  const bool dsa = integers == 6 && items.size() == 6;
  return closed ? rsa || dsa : integers == items.size();
}

bool IsOpenSshKey(std::string_view bytes, bool closed) {
  if (!bytes.starts_with(kOpenSsh)) return false;
  ByteReader in(AsBytes(bytes.substr(kOpenSsh.size())));
  for (int i = 0; i < 3; ++i) in.Take(in.U32Be());
  const uint32_t keys = in.U32Be();
  if (keys == 0 || keys > 16) return false;
  for (uint32_t i = 0; i <= keys && in.ok(); ++i) in.Take(in.U32Be());
  return closed ? in.ok() : bytes.size() >= 100;
}

}  // namespace

bool IsPrivateKey(const PemBody& body) {
  const std::string_view base64 = body.base64;
  // Unencrypted OpenSSH keys begin with the names and empty options of no cipher: a run of As.
  const size_t head = base64.starts_with("b3BlbnNzaC1rZXktdjEA") ? 100 : 24;
  if (IsPeriodic(base64)) return false;
  if (HasRun(base64.substr(base64.size() > head ? head : 0, 40))) return false;
  const std::string bytes = DecodeBase64(base64, kMaxBytes);
  if (bytes.size() >= 64 && body.armored) return true;
  if (bytes.size() >= 64 && !bytes.empty()) {
    const uint8_t first = static_cast<uint8_t>(bytes[0]);
    if ((first >= 0x94 && first <= 0x97) || first == 0xc5) return true;
  }
  return IsOpenSshKey(bytes, body.closed) || IsDerKey(bytes, body.closed);
}

}  // namespace picket
