// Names one behind the other in one text: a push may have a million refs, and a string for each
// would take more memory than what it says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

namespace picket {

// Copies share the text until one of them gets another name. Views of names are valid until then,
// and as long as any of the copies.
class NameList {
 public:
  NameList() = default;
  NameList(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) push_back(name);
  }

  size_t size() const { return lists_ == nullptr ? 0 : lists_->ends.size(); }
  bool empty() const { return size() == 0; }
  std::string_view operator[](size_t index) const {
    const size_t begin = index == 0 ? 0 : lists_->ends[index - 1];
    return {lists_->text.data() + begin, lists_->ends[index] - begin};
  }

  // 4 GiB of names at most; throws std::bad_alloc for more.
  void push_back(std::string_view name) {
    Lists& lists = Own();
    if (name.size() > std::numeric_limits<uint32_t>::max() - lists.text.size())
      throw std::bad_alloc();
    lists.text.insert(lists.text.end(), name.begin(), name.end());
    lists.ends.push_back(static_cast<uint32_t>(lists.text.size()));
  }
  // Gives the two lists to reserve(list, count), which makes room for so many names of so many
  // bytes together.
  template <typename ReserveIn>
  void Reserve(size_t names, size_t bytes, const ReserveIn& reserve) {
    reserve(&Own().ends, names);
    reserve(&Own().text, bytes);
  }

 private:
  struct Lists {
    std::vector<char> text;
    std::vector<uint32_t> ends;  // of each name, in the text
  };

  Lists& Own() {
    if (lists_ == nullptr) {
      lists_ = std::make_shared<Lists>();
    } else if (lists_.use_count() > 1) {
      lists_ = std::make_shared<Lists>(*lists_);
    }
    return *lists_;
  }

  std::shared_ptr<Lists> lists_;  // null: no names
};

}  // namespace picket
