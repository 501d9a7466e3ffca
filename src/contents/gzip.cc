// A gzip file (RFC 1952) as one child. One member after the other is inflated, as gzip itself
// does; what stands behind the last one is left to the detectors of the outer blob, which have seen
// it. Reach: whole.
#include <zlib.h>

#include <algorithm>

#include "contents/child_origin.h"
#include "contents/expander.h"
#include "core/error.h"

namespace picket {
namespace {

constexpr uint64_t kSmallest = 18;
constexpr uint64_t kChunk = uint64_t{1} << 16;
constexpr uint64_t kMaxInput = uint64_t{1} << 30;
constexpr int kGzipOnly = MAX_WBITS + 16;

bool IsGzip(Bytes bytes, uint64_t at) {
  return bytes.size() - at >= kSmallest && bytes[at] == 0x1f && bytes[at + 1] == 0x8b &&
         bytes[at + 2] == 8 && (bytes[at + 3] & 0xe0) == 0;
}

enum class End : uint8_t { kWhole, kDamaged, kTooLarge };

class Stream {
 public:
  explicit Stream(Bytes bytes) : bytes_(bytes) {
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) {
      throw Error("There is no memory left to inflate with.");
    }
  }
  ~Stream() { inflateEnd(&stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Appends every member, up to `limit` bytes in all.
  End Inflate(uint64_t limit, std::string& out) {
    while (true) {
      int status = Step(limit, out);
      if (out.size() > limit) return End::kTooLarge;
      if (status == Z_STREAM_END) {
        if (!IsGzip(bytes_, taken_ - stream_.avail_in)) return End::kWhole;
        inflateReset(&stream_);
      } else if (status != Z_OK) {
        // Where a file is cut off everything that is there was read.
        bool all = status == Z_BUF_ERROR && taken_ == bytes_.size() && stream_.avail_in == 0;
        return all ? End::kWhole : End::kDamaged;
      }
    }
  }

 private:
  int Step(uint64_t limit, std::string& out) {
    if (stream_.avail_in == 0 && taken_ < bytes_.size()) {
      uint64_t chunk = std::min<uint64_t>(bytes_.size() - taken_, kMaxInput);
      stream_.next_in = const_cast<Bytef*>(bytes_.data() + taken_);
      stream_.avail_in = static_cast<uInt>(chunk);
      taken_ += chunk;
    }
    uint64_t have = out.size();
    uint64_t room = std::clamp<uint64_t>(have, kChunk, kMaxInput);
    room = std::min(room, limit - have + 1);
    out.resize(have + room);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + have);
    stream_.avail_out = static_cast<uInt>(room);
    int status = inflate(&stream_, Z_NO_FLUSH);
    out.resize(have + room - stream_.avail_out);
    return status;
  }

  Bytes bytes_;
  z_stream stream_{};
  uint64_t taken_ = 0;
};

void AddGap(const Blob& blob, const char* reason, FindingSink& sink) {
  Gap gap;
  gap.member = blob.origin.member;
  gap.reason = reason;
  sink.Add(std::move(gap));
}

}  // namespace

void ExpandGzip(const Blob& blob, ExpandBudget& budget, FindingSink& sink, ChildVisitor& visitor) {
  if (!IsGzip(blob.bytes, 0)) return;
  if (!budget.TakeChild()) {
    return AddGap(blob, "it holds more members than one object may", sink);
  }
  std::string bytes;
  End end = Stream(blob.bytes).Inflate(budget.bytes, bytes);
  if (end == End::kTooLarge) {
    // The work of finding out is spent.
    budget.bytes = 0;
    return AddGap(blob, "it is larger, inflated, than the limit for one object", sink);
  }
  budget.TakeBytes(bytes.size());
  if (end == End::kDamaged) AddGap(blob, "its compressed bytes are damaged", sink);
  if (bytes.empty()) return;
  visitor.OnChild(Blob{blob.ref, AsBytes(bytes), ChildOrigin(blob.origin, "gzip", 0, 0, 0)});
}

}  // namespace picket
