#include "sandbox/wire.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/stream.h"

namespace picket {
namespace {

// Memory is taken as the text comes: a length is only a claim.
constexpr size_t kChunk = size_t{1} << 20;

}  // namespace

bool SendFrame(int socket, const FrameHead& head, std::string_view text, int fd) {
  return SendFrame(socket, head, text, std::span<const int>(&fd, fd < 0 ? 0 : 1));
}

bool ReceiveFrame(int socket, FrameHead* head, std::string* text, int* fd, uint64_t most) {
  std::vector<int> fds;
  const bool received = ReceiveFrame(socket, head, text, &fds, 1, most);
  *fd = fds.empty() ? -1 : fds[0];
  return received;
}

bool SendFrame(int socket, const FrameHead& head, std::string_view text, std::span<const int> fds) {
  FrameHead sent = head;
  sent.text_bytes = text.size();
  alignas(cmsghdr) char control[CMSG_SPACE(kMostDescriptors * sizeof(int))] = {};
  // In one message: whoever waits for it is not woken for half of it.
  iovec parts[] = {{&sent, sizeof sent}, {const_cast<char*>(text.data()), text.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = text.empty() ? 1 : 2;
  if (!fds.empty()) {
    if (fds.size() > kMostDescriptors) return false;
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(rights), fds.data(), fds.size_bytes());
  }
  ssize_t count = 0;
  do {
    count = sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return false;
  const size_t done = static_cast<size_t>(count);
  const std::string_view head_bytes(reinterpret_cast<const char*>(&sent), sizeof sent);
  if (done < sizeof sent && !SendAll(socket, head_bytes.substr(done))) return false;
  return SendAll(socket, text.substr(done - std::min(done, sizeof sent)));
}

bool ReceiveFrame(int socket, FrameHead* head, std::string* text, std::vector<int>* fds,
                  size_t most_fds, uint64_t most) {
  fds->clear();
  alignas(cmsghdr) char control[CMSG_SPACE(kMostDescriptors * sizeof(int))] = {};
  iovec part{head, sizeof *head};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t count = 0;
  do {
    count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return false;
  const bool is_cut = (message.msg_flags & MSG_CTRUNC) != 0;
  for (cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
    if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SCM_RIGHTS) continue;
    for (size_t at = 0; CMSG_LEN(at + sizeof(int)) <= one->cmsg_len; at += sizeof(int)) {
      int given = -1;
      std::memcpy(&given, CMSG_DATA(one) + at, sizeof given);
      fds->push_back(given);
    }
  }
  const auto refuse = [fds] {
    for (const int fd : *fds) close(fd);
    fds->clear();
    return false;
  };
  if (is_cut || fds->size() > most_fds) return refuse();
  const size_t got = static_cast<size_t>(count);
  if (!ReceiveAll(socket, reinterpret_cast<char*>(head) + got, sizeof *head - got)) return refuse();
  if (head->text_bytes > most) return refuse();
  text->clear();
  while (text->size() < head->text_bytes) {
    const size_t filled = text->size();
    const size_t more = std::min<uint64_t>(kChunk, head->text_bytes - filled);
    text->resize(filled + more);
    if (!ReceiveAll(socket, text->data() + filled, more)) return refuse();
  }
  return true;
}

}  // namespace picket
