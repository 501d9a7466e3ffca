#include "git/libgit2_objects.h"

#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

#include <cstring>
#include <exception>
#include <memory>
#include <mutex>

#include "core/error.h"
#include "git/repository.h"

namespace picket {
namespace {

git_object_t ToLibgit2(ObjectType type) {
  switch (type) {
    case ObjectType::kCommit: return GIT_OBJECT_COMMIT;
    case ObjectType::kTree: return GIT_OBJECT_TREE;
    case ObjectType::kTag: return GIT_OBJECT_TAG;
    case ObjectType::kBlob: break;
  }
  return GIT_OBJECT_BLOB;
}

// Called by libgit2, from any thread: nothing is thrown through its frames.
struct Backend {
  git_odb_backend base;  // first, so that libgit2's pointer is ours
  std::mutex* mutex;
  ObjectDatabase* database;

  template <typename Ask>
  static int Answer(git_odb_backend* backend, const Ask& ask) {
    Backend& self = *reinterpret_cast<Backend*>(backend);
    try {
      std::lock_guard lock(*self.mutex);
      std::string why;
      const ReadStatus status = ask(*self.database, &why);
      if (status == ReadStatus::kOk) return 0;
      if (status == ReadStatus::kMissing) return GIT_ENOTFOUND;
      git_error_set_str(GIT_ERROR_ODB, why.c_str());
    } catch (const std::exception&) {
      git_error_set_str(GIT_ERROR_ODB, "the object can't be read");
    }
    return GIT_ERROR;
  }

  static int Read(void** data, size_t* size, git_object_t* type, git_odb_backend* backend,
                  const git_oid* oid) {
    return Answer(backend, [&](ObjectDatabase& objects, std::string* why) {
      RawObject object;
      const ReadStatus status = objects.Read(FromGitOid(*oid), &object, why);
      if (status != ReadStatus::kOk) return status;
      // libgit2 hands out a NUL behind every object.
      const Bytes bytes = object.bytes();
      void* room = git_odb_backend_data_alloc(backend, bytes.size() + 1);
      if (room == nullptr) return ReadStatus::kCorrupt;
      if (!bytes.empty()) std::memcpy(room, bytes.data(), bytes.size());
      static_cast<uint8_t*>(room)[bytes.size()] = 0;
      *data = room;
      *size = bytes.size();
      *type = ToLibgit2(object.type());
      return status;
    });
  }

  static int ReadHeader(size_t* size, git_object_t* type, git_odb_backend* backend,
                        const git_oid* oid) {
    return Answer(backend, [&](ObjectDatabase& objects, std::string* why) {
      ObjectHeader header;
      const ReadStatus status = objects.ReadHeader(FromGitOid(*oid), &header, why);
      *size = header.size;
      *type = ToLibgit2(header.type);
      return status;
    });
  }

  static int Exists(git_odb_backend* backend, const git_oid* oid) {
    return Answer(backend,
                  [&](ObjectDatabase& objects, std::string*) {
                    return objects.Contains(FromGitOid(*oid)) ? ReadStatus::kOk
                                                              : ReadStatus::kMissing;
                  }) == 0
               ? 1
               : 0;
  }

  static void Free(git_odb_backend* backend) {
    Backend* self = reinterpret_cast<Backend*>(backend);
    delete self->database;
    delete self->mutex;
    delete self;
  }
};

}  // namespace

void GiveObjects(git_repository* repository, PackStore& store) {
  auto backend = std::make_unique<Backend>();
  if (git_odb_init_backend(&backend->base, GIT_ODB_BACKEND_VERSION) != 0) {
    throw Error("This libgit2 is not the one that picket was built for; build picket again.");
  }
  backend->base.read = Backend::Read;
  backend->base.read_header = Backend::ReadHeader;
  backend->base.exists = Backend::Exists;
  backend->base.free = Backend::Free;
  backend->mutex = new std::mutex;
  backend->database = new ObjectDatabase(store);
  git_odb* objects = nullptr;
  int code = git_odb_new(&objects);
  if (code == 0) code = git_odb_add_backend(objects, &backend->base, 1);
  if (code == 0) {
    backend.release();
    code = git_repository_set_odb(repository, objects);
  }
  git_odb_free(objects);
  if (code < 0) throw Error("The object database can't be set up: out of memory.");
}

}  // namespace picket
