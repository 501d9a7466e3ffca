#include "git/object_stream.h"

#include <algorithm>
#include <cstring>

namespace picket {

uint64_t ObjectStream::Read(uint8_t* out, uint64_t room) {
  const uint64_t wanted = std::min(room, left_);
  const uint64_t early = std::min<uint64_t>(wanted, early_.size() - early_at_);
  std::memcpy(out, early_.data() + early_at_, early);
  early_at_ += early;
  const uint64_t read = early + stream_.Fill(out + early, wanted - early);
  left_ -= read;
  return read;
}

bool ObjectStream::Ends() {
  return left_ == 0 && (is_loose_ ? stream_.EndsWithInput() : stream_.Ends());
}

}  // namespace picket
