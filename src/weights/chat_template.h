// Chat templates: Jinja that a server renders, often outside Jinja's sandbox. They stand in GGUF
// files, in files of their own, and in the JSON beside a tokenizer.
#pragma once

#include <string>
#include <string_view>

namespace picket {

// The first thing in `text` that leads out of a template to Python's objects: a dunder attribute,
// the attr filter, an escape that spells underscores, an object that holds Jinja's globals. Empty
// where there is none. Only what stands between {{ }} and {% %} counts. Linear.
// Sources: Jinja documentation, "Template Designer" and "Sandbox"; CVE-2024-34359.
std::string FindTemplateEscape(std::string_view text);

}  // namespace picket
