# Of a file in lcov's form, the lines of the items in `items` (a whole file, some functions of it as
# in "git/staged.cc:TakeMode,TakeOid", or all but some, "git/message.cc:-ReadFile"): for each item a line with its name, its lines and those that were missed; with
# `missed`, the numbers of these too. Functions are known by the names that the compiler gives them,
# which hold their length and them; lines belong to the function that begins last before them.
BEGIN {
  count = split(items, item, " ")
  for (i = 1; i <= count; ++i) {
    split(item[i], part, ":")
    of[part[1]] = i
    file_of[i] = part[1]
    names[i] = part[2]
    others[i] = sub(/^-/, "", names[i]) || names[i] == ""
  }
}
/^SF:/ {
  current = inside = 0
  for (file in of) {
    at = index($0, "/src/" file)
    if (at && at + length("/src/" file) == length($0) + 1) current = of[file]
  }
}
current && /^FN:/ {
  split(substr($0, 4), field, ",")
  listed = 0
  many = split(names[current], name, ",")
  for (i = 1; i <= many; ++i) if (index(field[2], length(name[i]) name[i])) listed = 1
  wanted = others[current] ? !listed : listed
  if (!wanted && (current, field[1]) in starts) next
  starts[current, field[1]] = wanted
}
current && /^DA:/ {
  split(substr($0, 4), field, ",")
  # Functions stand before lines, and lines in their order.
  if ((current, field[1]) in starts) inside = starts[current, field[1]]
  if (!inside) next
  ++lines[current]
  if (field[2] == 0) {
    ++gone[current]
    if (missed) print "    missed: " file_of[current] ":" field[1]
  }
}
END {
  for (i = 1; i <= count; ++i) print item[i], lines[i] + 0, gone[i] + 0
}
