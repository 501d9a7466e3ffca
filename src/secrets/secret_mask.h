// Masks whatever the detector finds, of either tier, in the clear or encoded.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "contents/expander.h"
#include "core/mask.h"
#include "secrets/secret_detector.h"

namespace picket {

// One thread's own; `detector` outlives it.
class SecretMask : public Mask {
 public:
  explicit SecretMask(const SecretDetector& detector);

  std::string Apply(std::string_view text) override;

 private:
  std::unique_ptr<Session> session_;
  Expander expander_;
};

}  // namespace picket
