#include "contents/sevenzip.h"

#include <algorithm>

#include "contents/child_origin.h"
#include "contents/deflate.h"
#include "contents/expand_gap.h"
#include "contents/lzma.h"
#include "contents/packed.h"
#include "contents/sevenzip_directory.h"

namespace picket {
namespace {

constexpr size_t kGapsSaid = 64;
constexpr int kMostHeaders = 4;
constexpr int kMostBehindPrograms = 8;
constexpr std::string_view kCopy("\0", 1);
constexpr std::string_view kEncryption = "\x06\xf1\x07\x01";
constexpr char kUnreadable[] = "its list of members can't be read";
constexpr char kTooMany[] = "it holds more members than one object may";

// The methods' numbers stand in Methods.txt of 7-Zip's DOC folder.
LzmaFilter FilterOf(std::string_view id) {
  struct Row {
    std::string_view id;
    LzmaFilter filter;
  };
  static constexpr Row kRows[] = {
      {"\x03", LzmaFilter::kDelta},
      {"\x04", LzmaFilter::kX86},
      {"\x05", LzmaFilter::kPowerPc},
      {"\x06", LzmaFilter::kIa64},
      {"\x07", LzmaFilter::kArm},
      {"\x08", LzmaFilter::kArmThumb},
      {"\x09", LzmaFilter::kSparc},
      {"\x0a", LzmaFilter::kArm64},
      {"\x03\x03\x01\x03", LzmaFilter::kX86},
      {"\x03\x03\x02\x05", LzmaFilter::kPowerPc},
      {"\x03\x03\x04\x01", LzmaFilter::kIa64},
      {"\x03\x03\x05\x01", LzmaFilter::kArm},
      {"\x03\x03\x07\x01", LzmaFilter::kArmThumb},
      {"\x03\x03\x08\x05", LzmaFilter::kSparc},
  };
  for (const Row& row : kRows) {
    if (row.id == id) return row.filter;
  }
  return LzmaFilter::kNone;
}

// The decoder of coders[at], and of a filter behind it, over which `at` is moved. Null: none.
std::unique_ptr<PackedDecoder> NewDecoder(const std::vector<SevenZipCoder>& coders, size_t& at) {
  const SevenZipCoder& coder = coders[at];
  std::string_view id = AsText(coder.id);
  if (id == "\x03\x01\x01" || id == "\x21") {
    RawLzma raw{id == "\x21", coder.properties, coder.size};
    if (at + 1 < coders.size()) {
      raw.filter = FilterOf(AsText(coders[at + 1].id));
      if (raw.filter != LzmaFilter::kNone) raw.filter_properties = coders[++at].properties;
    }
    return NewRawLzmaDecoder(raw);
  }
  if (id == "\x04\x02\x02") return kBzip2Packing.NewDecoder();
  if (id == "\x04\x01\x08") return NewRawDeflateDecoder();
  if (id == "\x04\xf7\x11\x01") return kZstdPacking.NewDecoder();
  return nullptr;
}

std::string WhyNot(Bytes id) {
  if (AsText(id) == kEncryption) return "it is encrypted";
  std::string name;
  for (uint8_t byte : id) {
    name.push_back("0123456789abcdef"[byte >> 4]);
    name.push_back("0123456789abcdef"[byte & 0xf]);
  }
  return "it is compressed with method " + name + ", which is not opened";
}

class SevenZipExpansion {
 public:
  SevenZipExpansion(const Blob& blob, ExpandBudget& budget, FindingSink& sink,
                    ChildVisitor& visitor)
      : blob_(blob), budget_(budget), sink_(sink), visitor_(visitor) {}

  void Run(Span place) {
    data_bytes_ = place.offset - kSevenZipStart;
    if (place.length == 0 && data_bytes_ == 0) return;  // an archive of nothing
    if (place.end() > blob_.bytes.size()) {
      return AddExpandGap(blob_, "its list of members stands behind its end", sink_);
    }
    std::string unpacked;
    Bytes header = blob_.bytes.subspan(place.offset, place.length);
    for (int i = 0; i < kMostHeaders; ++i) {
      std::optional<SevenZipDirectory> directory = ReadSevenZipHeader(header);
      if (!directory) return AddExpandGap(blob_, kUnreadable, sink_);
      if (!directory->packed_header) return VisitAll(*directory);
      Content content = Unpack(*directory->packed_header);
      if (!content.reason.empty()) {
        return AddExpandGap(blob_, std::string(kUnreadable) + ": " + content.reason, sink_);
      }
      if (!content.unpacked) content.owned.assign(AsText(content.stored));
      unpacked = std::move(content.owned);
      header = AsBytes(unpacked);
    }
    AddExpandGap(blob_, kUnreadable, sink_);
  }

 private:
  // What a folder holds: as it stands in the file, or unpacked. Where it could not be told whole,
  // the reason.
  struct Content {
    Bytes stored;
    uint64_t offset = 0;
    bool unpacked = false;
    std::string owned;
    std::string reason;

    Bytes bytes() const { return unpacked ? AsBytes(owned) : stored; }
    // Nothing of it can be told.
    void Refuse(std::string why) {
      stored = {};
      unpacked = false;
      reason = std::move(why);
    }
  };

  Content Unpack(const SevenZipFolder& folder) {
    Content content;
    if (folder.coders.empty()) {
      content.Refuse("it is compressed with a filter of several streams, which is not opened");
      return content;
    }
    uint64_t size = blob_.bytes.size();
    content.offset = std::min(folder.packed.offset, size);
    content.stored =
        blob_.bytes.subspan(content.offset, std::min(folder.packed.length, size - content.offset));
    for (size_t i = 0; i < folder.coders.size(); ++i) {
      const SevenZipCoder& coder = folder.coders[i];
      if (AsText(coder.id) == kCopy) continue;
      std::unique_ptr<PackedDecoder> decoder = NewDecoder(folder.coders, i);
      if (!decoder) {
        content.Refuse(WhyNot(coder.id));
        return content;
      }
      Decode(*decoder, folder.coders[i].size, content);
      if (!content.reason.empty()) return content;
    }
    if (content.bytes().size() < folder.coders.back().size) {
      content.reason = GapReason(PackedEnd::kDamaged);
    }
    return content;
  }

  // One coder: `size` bytes, which is what it says comes out, and all that any reader takes.
  void Decode(PackedDecoder& decoder, uint64_t size, Content& content) {
    Bytes packed = content.bytes();
    if (size > budget_.bytes || size > MostUnpacked(packed.size())) {
      return content.Refuse(GapReason(PackedEnd::kTooLarge));
    }
    std::string out;
    decoder.Start();
    PackedEnd end = picket::Unpack(decoder, packed, size, out, sink_.stop()).end;
    if (out.size() > size) out.resize(size);
    budget_.TakeBytes(out.size());
    bool short_of = out.size() < size;
    if (short_of)
      content.reason = GapReason(end == PackedEnd::kRefused ? end : PackedEnd::kDamaged);
    content.owned = std::move(out);
    content.unpacked = true;
  }

  void VisitAll(const SevenZipDirectory& directory) {
    std::vector<const SevenZipFile*> files;
    for (const SevenZipFile& file : directory.files) {
      if (file.has_stream) files.push_back(&file);
    }
    size_t members = 0;
    for (const SevenZipFolder& folder : directory.folders) members += folder.members.size();
    if (members != files.size() || (members == 0 && data_bytes_ > 0)) {
      AddExpandGap(blob_, "it lists other members than it holds", sink_);
    }
    size_t first = 0;
    for (const SevenZipFolder& folder : directory.folders) {
      std::vector<std::string_view> names;
      for (size_t i = 0; i < folder.members.size(); ++i, ++first) {
        names.push_back(first < files.size() ? std::string_view(files[first]->name) : "unlisted");
      }
      if (!VisitFolder(folder, names)) return;
    }
  }

  // False when nothing further may be visited.
  bool VisitFolder(const SevenZipFolder& folder, const std::vector<std::string_view>& names) {
    Content content = Unpack(folder);
    Bytes bytes = content.bytes();
    if (bytes.empty() && !budget_.TakeChild()) {
      AddExpandGap(blob_, kTooMany, sink_);
      return false;
    }
    if (names.empty() && !content.reason.empty()) AddMemberGap("unlisted", content.reason);
    uint64_t at = 0;
    for (size_t i = 0; i < names.size(); ++i) {
      uint64_t length = std::min<uint64_t>(folder.members[i], bytes.size() - at);
      bool whole = length == folder.members[i];
      if (!content.reason.empty() && (!whole || length == 0)) {
        AddMemberGap(names[i], content.reason);
      } else if (!whole) {
        AddMemberGap(names[i], GapReason(PackedEnd::kDamaged));
      }
      if (length > 0 && !Visit(names[i], content, {at, length})) return false;
      at += length;
    }
    // What no member takes, nobody extracts; it is content all the same.
    if (at == bytes.size()) return true;
    return Visit("unlisted", content, {at, bytes.size() - at});
  }

  bool Visit(std::string_view name, const Content& content, Span span) {
    if (!budget_.TakeChild()) {
      AddExpandGap(blob_, kTooMany, sink_);
      return false;
    }
    bool stored = !content.unpacked;
    Origin origin = ChildOrigin(blob_.origin, name, content.offset + span.offset, stored ? 1 : 0,
                                stored ? 1 : 0);
    origin.bytes_seen = stored;
    visitor_.OnChild(
        Blob{blob_.ref, content.bytes().subspan(span.offset, span.length), std::move(origin)});
    return true;
  }

  void AddMemberGap(std::string_view name, std::string reason) {
    if (++gaps_said_ > kGapsSaid + 1) return;
    Gap gap;
    gap.member = blob_.origin.member;
    if (gaps_said_ > kGapsSaid) {
      reason = "more of its members than are listed here can't be read";
    } else {
      if (!gap.member.empty()) gap.member += ':';
      gap.member += name;
    }
    gap.reason = std::move(reason);
    sink_.Add(std::move(gap));
  }

  const Blob& blob_;
  ExpandBudget& budget_;
  FindingSink& sink_;
  ChildVisitor& visitor_;
  // Between the start and the list of members.
  uint64_t data_bytes_ = 0;
  size_t gaps_said_ = 0;
};

// Archives that extract themselves: a program, then the archive, which its own extractor and others
// look for behind the program's head. A program that only knows the signature has no start behind
// it that fits its checksum.
void ExpandBehindProgram(const Blob& blob, ExpandBudget& budget, FindingSink& sink,
                         ChildVisitor& visitor) {
  const std::string_view text = AsText(blob.bytes);
  if (blob.is_left_out() || (!text.starts_with("MZ") && !text.starts_with("\x7f"
                                                                          "ELF")))
    return;
  int opened = 0;
  uint64_t next = 0;
  for (size_t at = text.find(kSevenZipSignature); at != std::string_view::npos;
       at = text.find(kSevenZipSignature, next)) {
    next = at + kSevenZipSignature.size();
    Span header;
    const Bytes rest = blob.bytes.subspan(at);
    if (FindSevenZipHeader(rest, header) != SevenZipStart::kFound) continue;
    next = at + std::min<uint64_t>(header.end(), rest.size());
    if (++opened > kMostBehindPrograms) {
      return AddExpandGap(blob, "it holds more 7z archives behind a program than are opened", sink);
    }
    Blob archive{blob.ref, rest, ChildOrigin(blob.origin, "", at, 1, 1)};
    archive.origin.member = blob.origin.member;
    archive.origin.depth = blob.origin.depth;
    SevenZipExpansion(archive, budget, sink, visitor).Run(header);
  }
}

}  // namespace

void ExpandSevenZip(const Blob& blob, ExpandBudget& budget, FindingSink& sink,
                    ChildVisitor& visitor) {
  Span header;
  switch (FindSevenZipHeader(blob.bytes, header)) {
    case SevenZipStart::kNone: return ExpandBehindProgram(blob, budget, sink, visitor);
    case SevenZipStart::kDamaged:
      return AddExpandGap(blob, "it begins like a 7z archive and its start is damaged", sink);
    case SevenZipStart::kFound: break;
  }
  SevenZipExpansion(blob, budget, sink, visitor).Run(header);
}

}  // namespace picket
