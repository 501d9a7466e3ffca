# The policy's section "refs": nothing of it is refused unless somebody asks.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt "first"
smuggle work origin main
policy() { # JSON
  printf '%s' "$1" >policy.json
  arm server "$POLICY_OPTION '$SCRATCH/policy.json'"
}
bring() { # PATH CONTENT
  mkdir -p "work/$(dirname "$1")"
  printf '%s' "$2" >"work/$1"
  save work "$1"
}
link() { # PATH TARGET
  mkdir -p "work/$(dirname "$1")"
  ln -s "$2" "work/$1"
  save work "$1"
}
back() {
  git -C work reset -q --hard origin/main
}

push='git -C work push origin main'

policy '{}'
link out ../outside
run "$push"
[ "$status" -eq 0 ] || fail 'the default refuses a symbolic link'
says_not refs.escaping-symlink

policy '{"refs": {"escaping_symlinks": "block"}}'
link down/in ../a.txt
link down/deep/in ../../down/./in
passes "$push"
for target in ../../a.txt /etc/passwd ../down/../../a.txt; do
  link down/away "$target"
  refused "$push" refs.escaping-symlink down/away
  back
done
# The same link, moved up.
git -C work mv down/in in
save work "Move"
refused "$push" refs.escaping-symlink
back
policy '{"refs": {"escaping_symlinks": "warn"}}'
link down/away /etc/passwd
passes "$push" "warning: refs.escaping-symlink"

policy '{"refs": {"lfsconfig": "block", "lfs_hosts": ["LFS.example.com"]}}'
bring .lfsconfig '[lfs]
  url = https://lfs.example.com:8080/team
[remote "origin"]
  lfsurl = "ssh://git@lfs.example.com/team"'
passes "$push"
for url in https://elsewhere.example/x 'https://lfs.example.com@elsewhere.example/' /srv/lfs \
  'git@elsewhere.example:x'; do
  bring .lfsconfig "[LFS] URL = \"$url\""
  refused "$push" refs.lfsconfig .lfsconfig
  back
done
bring .lfsconfig '[remote "a b"]
  lfspushurl = \
https://elsewhere.example # where
'
refused "$push" refs.lfsconfig
back
bring sub/.lfsconfig '[lfs] url = https://elsewhere.example'
passes "$push"

policy '{"refs": {"submodule_credentials": "block"}}'
bring .gitmodules '[submodule "a"]
  path = a
  url = https://git.example.com/a
[submodule "b"]
  url = git@git.example.com:b
[submodule "c"]
  url = ssh://git@git.example.com/c'
passes "$push"
for user in me:open-sesame me; do
  bring .gitmodules "[submodule \"a\"]
  url = https://$user@git.example.com/a"
  refused "$push" refs.submodule-credentials
  says_not open-sesame
  back
done
policy '{"refs": {"submodule_credentials": "warn"}}'
bring .gitmodules '[submodule "a"]
  url = ssh://me:open-sesame@git.example.com/a'
passes "$push" "warning: refs.submodule-credentials"
# It is there now.
policy '{"refs": {"submodule_credentials": "block"}}'
bring .gitmodules '[submodule "a"]
  url = ssh://me:open-sesame@git.example.com/a
  path = a'
passes "$push" "pre-existing"

policy '{"refs": {"replace": "block"}}'
git -C work replace HEAD HEAD~1
replaced="git -C work push origin 'refs/replace/*:refs/replace/*'"
refused "$replaced" refs.replace
policy '{"refs": {"replace": "warn"}}'
passes "$replaced" "warning: refs.replace"
