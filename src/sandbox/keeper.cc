#include "sandbox/keeper.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <new>
#include <utility>

#include "core/byte_writer.h"
#include "core/error.h"

namespace picket {
namespace {

Answer Failed(int error) {
  Answer answer;
  answer.error = error;
  return answer;
}

// Only regular files are handed over: a pipe or a device is no place for an object.
Answer OpenRegular(const std::string& path) {
  Answer answer;
  answer.fd = TheDoor().OpenToRead(path);
  if (answer.fd < 0) return Failed(errno);
  struct stat info {};
  if (fstat(answer.fd, &info) == 0 && S_ISREG(info.st_mode)) return answer;
  close(answer.fd);
  return Failed(EINVAL);
}

Answer List(const std::string& folder) {
  NameList names;
  Answer answer;
  answer.error = TheDoor().ListNames(folder, &names);
  for (size_t i = 0; i < names.size(); ++i) answer.text.append(names[i]).push_back('\0');
  return answer;
}

Answer Serve(Question what, const std::string& path) {
  switch (what) {
    case Question::kOpenLoose:
    case Question::kOpenPack: return OpenRegular(path);
    case Question::kLooseExists: return Failed(TheDoor().Exists(path) ? 0 : ENOENT);
    case Question::kPacksChangedAt: {
      const int64_t changed = TheDoor().ChangedAt(path);
      Answer answer;
      answer.text.assign(reinterpret_cast<const char*>(&changed), sizeof changed);
      return answer;
    }
    case Question::kListFolder: return List(path);
    case Question::kReadLoose:
    case Question::kOpenListed:
    case Question::kErrand:
    case Question::kPlaces:
    case Question::kLastWords: break;
  }
  return Failed(EINVAL);
}

}  // namespace

Answer Keeper::RunErrand(uint64_t number, std::string_view text) {
  if (!do_errand_) return Failed(EINVAL);
  try {
    return do_errand_(static_cast<Errand>(number), places_->context, text);
  } catch (const Error& error) {
    Answer answer = Failed(static_cast<int>(kSaidNo));
    answer.text = error.what();
    return answer;
  } catch (const std::bad_alloc&) {
    return Failed(ENOMEM);
  } catch (const std::exception&) {
    return Failed(EINVAL);
  }
}

std::optional<Keeper::Reply> Keeper::AnswerOne(const FrameHead& head, std::string_view text) {
  if (head.what == 0 || head.what > static_cast<uint32_t>(Question::kLast)) return std::nullopt;
  const auto what = static_cast<Question>(head.what);
  if (what == Question::kPlaces) {
    if (places_) return std::nullopt;
    places_ = ReadPlaces(text);
    return places_ ? std::optional(Reply()) : std::nullopt;
  }
  if (!places_) return std::nullopt;
  if (what == Question::kErrand) {
    if (head.at < 1 || head.at > static_cast<uint64_t>(Errand::kLast)) return std::nullopt;
    return ReplyOf(RunErrand(head.at, text));
  }
  if (what == Question::kReadLoose) return ReadLoose(head, text);
  if (text.size() > kMostQuestionBytes) return std::nullopt;
  if (what == Question::kOpenListed) return OpenListed(head.at, head.directory);
  const std::optional<std::string> path =
      PathOf(*places_, {what, head.directory, head.at, std::string(text)});
  if (!path) return std::nullopt;
  return ReplyOf(Serve(what, *path));
}

std::optional<Keeper::Reply> Keeper::OpenListed(uint64_t first, uint64_t count) const {
  const uint64_t all = places_->files.size();
  if (first > all || count > all - first || count < 1 || count > kMostDescriptors) {
    return std::nullopt;
  }
  Reply reply;
  for (uint64_t i = first; i < first + count; ++i) {
    const Answer answer = OpenRegular(places_->files[i]);
    reply.text.append(reinterpret_cast<const char*>(&answer.error), sizeof answer.error);
    if (answer.fd >= 0) reply.fds.push_back(answer.fd);
  }
  return reply;
}

std::optional<Keeper::Reply> Keeper::ReadLoose(const FrameHead& head, std::string_view ids) const {
  const LooseStarts what = AsLooseStarts(head.at);
  if (what.id_bytes == 0 || ids.size() % what.id_bytes != 0 || what.most > kMostStartBytes ||
      ids.size() / what.id_bytes > Door::kFilesAtOnce) {
    return std::nullopt;
  }
  std::vector<std::string> paths;
  for (size_t at = 0; at < ids.size(); at += what.id_bytes) {
    std::optional<std::string> path = PathOf(
        *places_,
        {Question::kOpenLoose, head.directory, 0, std::string(ids.substr(at, what.id_bytes))});
    if (!path) return std::nullopt;
    paths.push_back(std::move(*path));
  }
  Reply reply;
  for (const FileStart& start : TheDoor().ReadStarts(paths, what.most)) {
    AppendU64Le(static_cast<uint64_t>(start.error), &reply.text);
    AppendU64Le(start.size, &reply.text);
    AppendSized(start.bytes, &reply.text);
  }
  return reply;
}

Keeper::Reply Keeper::ReplyOf(Answer answer) {
  Reply reply{answer.error, {}, std::move(answer.text)};
  if (answer.fd >= 0) reply.fds.push_back(answer.fd);
  return reply;
}

bool Keeper::AnswerQuestions(int socket) {
  FrameHead head;
  std::string text;
  int fd = -1;
  while (ReceiveFrame(socket, &head, &text, &fd, kMostTextBytes)) {
    // Nobody in there has a descriptor to give.
    if (fd >= 0) {
      close(fd);
      return false;
    }
    if (head.what == static_cast<uint32_t>(Question::kLastWords)) {
      last_words_ = std::move(text);
      return true;
    }
    const std::optional<Reply> reply = AnswerOne(head, text);
    if (!reply) return false;
    const bool sent =
        SendFrame(socket, {static_cast<uint32_t>(reply->error), 0, 0, 0}, reply->text, reply->fds);
    for (const int given : reply->fds) close(given);
    if (!sent) return true;
  }
  return true;
}

}  // namespace picket
