// Packs with any content, however wrong, and indexes that fit them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace picket::test {

class PackBuilder {
 public:
  // Kinds as in the format: 1 commit, 2 tree, 3 blob, 4 tag. Each Add... returns where the entry
  // begins. `id` has 20 bytes; `size` is what the header claims.
  uint64_t Add(const std::string& id, int kind, std::string_view content);
  uint64_t AddClaiming(const std::string& id, int kind, uint64_t size, std::string_view content);
  uint64_t AddOffsetDelta(const std::string& id, uint64_t base, std::string_view delta);
  uint64_t AddRefDelta(const std::string& id, std::string_view base, std::string_view delta);
  // Bytes as they are.
  uint64_t AddRaw(const std::string& id, std::string_view bytes);

  // The index shall say that the last entry begins at `offset`, of which it keeps 32 bits.
  void Misplace(uint64_t offset);

  std::string Pack() const;
  std::string Index() const;

  // 20 bytes that begin with `number`, big-endian.
  static std::string Id(uint32_t number);
  // A delta that copies `copied` bytes from the start of a base and then inserts (up to 127 bytes).
  static std::string Delta(uint64_t base_size, uint32_t copied, std::string_view inserted);
  static std::string Compressed(std::string_view bytes);

 private:
  struct Entry {
    std::string id;
    uint64_t offset = 0;
  };
  static std::string Header(int kind, uint64_t size);

  std::string body_;
  std::vector<Entry> entries_;
};

}  // namespace picket::test
