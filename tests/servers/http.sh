#!/bin/sh
# Smart HTTP: nginx with basic authentication, fcgiwrap, git http-backend.
. "$(dirname "$0")/common.sh"
needs nginx fcgiwrap openssl
backend=$(git --exec-path)/git-http-backend
[ -x "$backend" ] || skip 'git-http-backend is not here'

git init -q --bare repository.git
picket install --server repository.git >"$OUTPUT"
port=$(free_port)
mkdir body
printf 'ann:%s\n' "$(openssl passwd -apr1 -- word)" >users
cat >nginx.conf <<CONF
worker_processes 1;
daemon off;
pid $SCRATCH/.state/nginx.pid;
error_log $SCRATCH/.state/nginx.log;
$([ "$(id -u)" -ne 0 ] || echo 'user root;')
events {}
http {
  access_log off;
  client_body_temp_path $SCRATCH/body;
  fastcgi_temp_path $SCRATCH/body;
  proxy_temp_path $SCRATCH/body;
  uwsgi_temp_path $SCRATCH/body;
  scgi_temp_path $SCRATCH/body;
  server {
    listen 127.0.0.1:$port;
    client_max_body_size 0;
    auth_basic git;
    auth_basic_user_file $SCRATCH/users;
    location / {
      fastcgi_pass unix:$SCRATCH/fcgi;
      fastcgi_param SCRIPT_FILENAME $backend;
      fastcgi_param GIT_PROJECT_ROOT $SCRATCH;
      fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param PATH_INFO \$uri;
      fastcgi_param REMOTE_USER \$remote_user;
      fastcgi_param REMOTE_ADDR \$remote_addr;
      fastcgi_param QUERY_STRING \$query_string;
      fastcgi_param REQUEST_METHOD \$request_method;
      fastcgi_param CONTENT_TYPE \$content_type;
      fastcgi_param CONTENT_LENGTH \$content_length;
      fastcgi_param HTTP_CONTENT_ENCODING \$http_content_encoding;
      fastcgi_read_timeout 600s;
    }
  }
}
CONF
daemon fcgiwrap fcgiwrap -c 2 -s "unix:$SCRATCH/fcgi"
wait_for "[ -S fcgi ]"
chmod 777 fcgi
daemon nginx nginx -p "$SCRATCH" -e "$SCRATCH/.state/nginx.log" -c "$SCRATCH/nginx.conf"
listens "$port"
cat >repository.git/hooks/post-receive <<CONF
#!/bin/sh
echo "\$REMOTE_USER" >'$SCRATCH/pusher'
CONF
chmod +x repository.git/hooks/post-receive
three_pushes 'smart HTTP behind nginx and fcgiwrap' \
  "http://ann:word@127.0.0.1:$port/repository.git" repository.git
[ "$(cat pusher)" = ann ] || fail 'REMOTE_USER is not who pushed'
