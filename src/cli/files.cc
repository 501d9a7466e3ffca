#include "cli/files.h"

#include <fstream>
#include <iterator>

#include "core/error.h"

namespace picket {

std::string ReadWholeFile(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream) {
    throw Error("The file " + file + " can't be read, so nothing was judged; make it readable.");
  }
  return bytes;
}

}  // namespace picket
