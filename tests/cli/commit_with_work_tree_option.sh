# Dotfile set-ups name the worktree and the Git directory by hand.
. "$(dirname "$0")/common.sh"

token=$(token)
git init -q --bare dotfiles
git -C dotfiles config core.bare false
mkdir home
install_hooks dotfiles
echo "$token" >home/.profile
git --git-dir=dotfiles --work-tree=home add .profile

refused "git --git-dir=dotfiles --work-tree=home commit -m Dotfiles"
names .profile 1 "" "$USER_TOKEN_RULE"

echo clean >home/.profile
git --git-dir=dotfiles --work-tree=home add .profile
passes "git --git-dir=dotfiles --work-tree=home commit -m Dotfiles"
