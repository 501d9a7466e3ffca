#include "secrets/source_text.h"

#include <array>
#include <string_view>

#include "secrets/template.h"

namespace picket {
namespace {

constexpr std::array<std::string_view, 48> kWords = {
    "get",      "set",    "user",   "name",   "value",   "token", "key",    "secret",
    "password", "auth",   "api",    "index",  "file",    "path",  "buffer", "size",
    "count",    "list",   "node",   "data",   "read",    "write", "parse",  "error",
    "result",   "config", "client", "server", "request", "http",  "public", "id",
    "access",   "test",   "string", "hash",   "next",    "model", "layer",  "type",
    "state",    "event",  "item",   "table",  "query",   "line",  "sk",     "live"};
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

class Writer {
 public:
  explicit Writer(uint64_t seed) : random_(seed) {}

  std::string Run(size_t bytes) {
    while (out_.size() < bytes) Line();
    return std::move(out_);
  }

 private:
  std::string_view Word() { return kWords[random_.Below(kWords.size())]; }

  void Name() {
    const size_t parts = 1 + random_.Below(3);
    const uint64_t style = random_.Below(4);
    for (size_t i = 0; i < parts; ++i) {
      std::string word(Word());
      if (i > 0 && style < 2) out_ += style == 0 ? "_" : "-";
      const bool hump = style == 2 && i > 0;
      for (size_t at = 0; at < word.size(); ++at) {
        if (style == 3 || (hump && at == 0)) word[at] = static_cast<char>(word[at] & ~0x20);
      }
      if (style == 3 && i > 0) out_ += "_";
      out_ += word;
    }
  }

  void Value() {
    switch (random_.Below(8)) {
      case 0: out_ += std::to_string(random_.Below(100'000)); break;
      case 1:
        out_ += '"';
        for (uint64_t i = random_.Below(8); i > 0; --i) {
          out_ += Word();
          out_ += ' ';
        }
        out_ += '"';
        break;
      case 2:
        out_ += '\'';
        Name();
        out_ += '\'';
        break;
      default:
        Name();
        out_ += random_.Below(2) == 0 ? "(" : ".";
        Name();
        out_ += ")";
    }
  }

  void Line() {
    out_ += std::string(2 * random_.Below(6), ' ');
    const uint64_t kind = random_.Below(100);
    if (kind < 60) {
      Name();
      static constexpr std::array<std::string_view, 6> kOperators = {" = ",  ": ",   "=",
                                                                     " == ", "\": ", "->"};
      out_ += kOperators[random_.Below(kOperators.size())];
      Value();
    } else if (kind < 90) {
      out_ += "// ";
      for (uint64_t i = 4 + random_.Below(10); i > 0; --i) {
        out_ += Word();
        out_ += ' ';
      }
    } else if (kind < 94) {
      out_ += "commit " + random_.Text(kHex, 40);
    } else if (kind < 97) {
      out_ += "integrity sha512-" + random_.Text(kBase64, 86) + "==";
    } else if (kind < 98) {
      out_ += "data:" + random_.Text(kBase64, 400);
    }
    out_ += '\n';
  }

  SeededRandom random_;
  std::string out_;
};

}  // namespace

std::string GenerateSourceText(uint64_t seed, size_t bytes) { return Writer(seed).Run(bytes); }

}  // namespace picket
