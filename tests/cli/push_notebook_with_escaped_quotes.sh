# A notebook's source lines are JSON strings: the token stands between escaped quotes.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
notebook() {
  cat >work/train.ipynb <<END
{
 "cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": [
  "from huggingface_hub import login\n",
  "login(token=\"$1\")\n$2"
 ]}],
 "metadata": {}, "nbformat": 4, "nbformat_minor": 5
}
END
}
notebook '' ''
save work "Clean notebook"
passes "git -C work push origin main"

notebook "$token" ''
save work "Token in a call"
refused "git -C work push origin main"
names train.ipynb 4 "$(oid work)" "$USER_TOKEN_RULE"

git -C work reset -q --hard HEAD~1
notebook '' "$token\n"
save work "Token right after an escaped line end"
refused "git -C work push origin main"
names train.ipynb 4 "$(oid work)" "$USER_TOKEN_RULE"
