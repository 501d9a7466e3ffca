// Sentences that leave outside a report: masked and escaped like everything else.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cli/command_line.h"

namespace picket {

class RuleSet;

// `text` without secrets and control characters; line breaks before an indented line stay. Rules
// that can't be loaded are replaced by the installed ones; where there are none either, every word
// of 24 bytes or more is masked. From one thread only.
std::string Presentable(const CommonOptions& common, std::string_view text);

// Whatever the organisation's own rules find is masked too from now on.
void PresentWith(std::shared_ptr<const RuleSet> own);

// From now on no file is opened for it: `rules` are the installed ones, loaded.
void PresentOnlyWith(std::shared_ptr<const RuleSet> rules);

}  // namespace picket
