// What a zlib stream makes, piece by piece.
#pragma once

#include <cstdint>
#include <memory>

#include "core/bytes.h"

namespace picket {

// One thread's own at a time.
class ZlibStream {
 public:
  // Makes nothing.
  ZlibStream() = default;
  // `input`, of any size, outlives this; bytes may follow on the stream.
  explicit ZlibStream(Bytes input);

  // Fills `output` as far as the stream goes; the number of bytes written.
  uint64_t Fill(uint8_t* output, uint64_t size);
  // Whether the stream ends here, its checksum being right. Where it does not, it never will.
  bool Ends();
  // The same, and the input with it.
  bool EndsWithInput() { return Ends() && consumed_ == input_.size(); }

 private:
  struct State;
  struct End {
    void operator()(State* state) const;
  };

  Bytes input_;
  std::unique_ptr<State, End> state_;
  uint64_t consumed_ = 0;
  bool ok_ = false;
  bool ended_ = false;
};

}  // namespace picket
