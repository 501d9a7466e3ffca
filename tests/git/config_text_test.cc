#include "git/config_text.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace picket {
namespace {

std::string Told(const std::string& text) {
  std::string told;
  for (const TreeConfigEntry& entry : ParseConfigText(text))
    told += entry.key + "=" + entry.value + ";";
  return told;
}

std::string Split(const std::string& url) {
  const UrlParts parts = SplitUrl(url);
  return parts.scheme + "|" + parts.user + (parts.has_password ? "+" : "") + "|" + parts.host;
}

}  // namespace

TEST_CASE("config_text: sections, values, quotes, comments and lines that go on") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[a]\nb = c\n", "a.b=c;"},
      {"[A \"Sub.Dir\"]\n\tB=c d  # e\n", "a.Sub.Dir.b=c d;"},
      {"[a] b = c ; d", "a.b=c;"},
      {"[a]\nb = \" c # d \" e", "a.b= c # d  e;"},
      {"[a]\nb = c\\\nd", "a.b=cd;"},
      {"[a]\nb = c\\\r\nd", "a.b=cd;"},
      {"[a]\nb = c\\nd\\t\\\"\\\\", "a.b=c\nd\t\"\\;"},
      {"[a \"x\\\"y\"]\nb = c", "a.x\"y.b=c;"},
      {"[a.b]\nc = d", "a.b.c=d;"},
      {"[a]\nb\nc = d", "a.c=d;"},
      {"[a]\nb =\n", "a.b=;"},
      {"\xef\xbb\xbf[a]\nb = c", "a.b=c;"},
      {"# [a]\n;x\n[a]\n\n b = c", "a.b=c;"},
      // What Git refuses ends nothing.
      {"[a\nb = c\n[d]\ne = f", "a.b=c;d.e=f;"},
      {"[a]\n!!\nb = c", "a.b=c;"},
      {"[a]\nb = \"c\nd = e", "a.b=c;a.d=e;"},
      {"", ""},
      {"\\", ""},
      {"[a]\nb = \\", "a.b=;"},
  };
  for (const auto& [text, expected] : cases) {
    const std::string& shown = text;
    CAPTURE(shown);
    CHECK(Told(text) == expected);
  }
}

TEST_CASE("config_text: the parts of an address") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"https://Example.com/x", "https||example.com"},
      {"HTTPS://me@example.com:8080/x", "https|me|example.com"},
      {"https://me:word@example.com", "https|me+|example.com"},
      {"https://me:@example.com", "https|me|example.com"},
      {"https://good.example:x@evil.example/", "https|good.example+|evil.example"},
      {"https://a@b@evil.example", "https|a@b|evil.example"},
      {"https://evil.example\\@good.example/", "https||evil.example"},
      {"https://evil.example#@good.example/", "https||evil.example"},
      {"https://evil.example?@good.example/", "https||evil.example"},
      {"ssh://git@[::1]:22/x", "ssh|git|[::1]"},
      {"git@example.com:x/y", "|git|example.com"},
      {"example.com:x", "||example.com"},
      {"/srv/git", "||"},
      {"./a:b", "||"},
      {"file:///srv/git", "file||"},
      {"", "||"},
  };
  for (const auto& [url, expected] : cases) {
    const std::string& shown = url;
    CAPTURE(shown);
    CHECK(Split(url) == expected);
  }
}

}  // namespace picket
