// Whole messages over a stream socket between two processes of picket's own.
#pragma once

#include <cstddef>
#include <string_view>

namespace picket {

// Both block, and go on after a signal; false when the other end is gone or on an error. A socket
// that nobody reads any more raises no SIGPIPE.
bool SendAll(int socket, std::string_view text);
// `to` has room for `size` bytes; false too when fewer came before the end.
bool ReceiveAll(int socket, char* to, size_t size);

}  // namespace picket
