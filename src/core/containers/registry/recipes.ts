import { addAccount } from './unix-files.ts'
import type { ImageVariant } from './catalogue.ts'
import type { ImageTree } from './image-tree.ts'

/** Puts the image's own programs and files into its layer. */
type Recipe = (tree: ImageTree, variant: ImageVariant) => void

const installed = (folder: string, names: string): Recipe => (tree) => tree.programs(folder, names)

function environment(variant: ImageVariant, name: string): string | undefined {
  return variant.config.Env?.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1)
}

function isAlpine(tree: ImageTree): boolean {
  return tree.has('/etc/alpine-release')
}

/** What entry points change their user with. */
function stepDown(tree: ImageTree): void {
  if (isAlpine(tree)) tree.program('/sbin/su-exec')
  else tree.program('/usr/local/bin/gosu')
}

const welcome = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto; font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and working. Further configuration is required.</p>
</body>
</html>
`
const errorPage = `<!DOCTYPE html>
<html>
<head><title>Error</title></head>
<body>
<h1>An error occurred.</h1>
<p>Sorry, the page you are looking for is currently unavailable. Please try again later.</p>
</body>
</html>
`
const nginxConf = (user: string): string => `user  ${user};
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;
    access_log  /var/log/nginx/access.log;
    sendfile        on;
    keepalive_timeout  65;
    include /etc/nginx/conf.d/*.conf;
}
`
const nginxSite = `server {
    listen       80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`
const mimeTypes = `types {
    text/html                             html htm shtml;
    text/css                              css;
    text/plain                            txt;
    application/javascript                js;
    application/json                      json;
    image/png                             png;
    image/jpeg                            jpeg jpg;
    image/gif                             gif;
    image/svg+xml                         svg svgz;
}
`

const nginx: Recipe = (tree, variant) => {
  if (tree.has('/usr/sbin/nginx')) return
  addAccount(tree, 'nginx', 101, '/var/cache/nginx', '/sbin/nologin')
  tree.program('/usr/sbin/nginx')
  tree.text('/etc/nginx/nginx.conf', nginxConf('nginx'))
  tree.text('/etc/nginx/conf.d/default.conf', nginxSite)
  tree.text('/etc/nginx/mime.types', mimeTypes)
  tree.text('/usr/share/nginx/html/index.html', welcome)
  tree.text('/usr/share/nginx/html/50x.html', errorPage)
  tree.directory('/var/cache/nginx')
  tree.link('/var/log/nginx/access.log', '/dev/stdout')
  tree.link('/var/log/nginx/error.log', '/dev/stderr')
  if (!variant.config.Entrypoint) return
  tree.directory('/docker-entrypoint.d')
  tree.script('/docker-entrypoint.sh', `#!/bin/sh
# Runs what is in /docker-entrypoint.d, then the command.
set -e
if [ "$1" = "nginx" ]; then
  for file in /docker-entrypoint.d/*.sh; do
    if [ -x "$file" ]; then
      echo "$0: Launching $file"
      "$file"
    fi
  done
  echo "$0: Configuration complete; ready for start up"
fi
exec "$@"
`)
}

const python: Recipe = (tree, variant) => {
  const version = environment(variant, 'PYTHON_VERSION') ?? '3.12.0'
  const short = version.split('.').slice(0, 2).join('.')
  const major = short.split('.')[0] ?? '3'
  const bin = '/usr/local/bin'
  tree.program(`${bin}/python${short}`, major === '2' ? 'python' : 'python3')
  tree.link(`${bin}/python${major}`, `python${short}`)
  tree.link(`${bin}/python`, `python${major}`)
  tree.program(`${bin}/pip${major}`, 'pip')
  tree.link(`${bin}/pip`, `pip${major}`)
  tree.program(`${bin}/pip${short}`, 'pip')
  tree.directory(`/usr/local/lib/python${short}/site-packages`)
  for (const name of ['os', 'sys', 'json/__init__', 'http/server', 'socket', 'asyncio/__init__', 're/__init__']) tree.filler(`/usr/local/lib/python${short}/${name}.py`, 3)
  tree.filler(`/usr/local/lib/libpython${short}.so.1.0`, 30)
  tree.filler(`/usr/local/lib/python${short}/ensurepip/_bundled/pip.whl`, 5)
}

const node: Recipe = (tree) => {
  addAccount(tree, 'node', 1000, '/home/node', isAlpine(tree) ? '/bin/sh' : '/bin/bash')
  tree.directory('/home/node', { uid: 1000, gid: 1000 })
  tree.program('/usr/local/bin/node')
  tree.link('/usr/local/bin/nodejs', 'node')
  tree.program('/usr/local/lib/node_modules/npm/bin/npm-cli.js', 'npm')
  tree.program('/usr/local/lib/node_modules/npm/bin/npx-cli.js', 'npx')
  tree.link('/usr/local/bin/npm', '../lib/node_modules/npm/bin/npm-cli.js')
  tree.link('/usr/local/bin/npx', '../lib/node_modules/npm/bin/npx-cli.js')
  tree.program('/opt/yarn/bin/yarn')
  tree.link('/usr/local/bin/yarn', '/opt/yarn/bin/yarn')
}

const redis: Recipe = (tree) => {
  addAccount(tree, 'redis', 999, '/home/redis')
  stepDown(tree)
  tree.directory('/data', { uid: 999, gid: 999 })
  tree.programs('/usr/local/bin', 'redis-server redis-cli redis-benchmark')
  for (const name of ['redis-sentinel', 'redis-check-aof', 'redis-check-rdb']) tree.link(`/usr/local/bin/${name}`, 'redis-server')
}

const httpd: Recipe = (tree) => {
  const root = '/usr/local/apache2'
  tree.programs(`${root}/bin`, 'httpd apachectl htpasswd ab rotatelogs')
  tree.text(`${root}/htdocs/index.html`, '<html><body><h1>It works!</h1></body></html>\n')
  tree.text(`${root}/conf/httpd.conf`, `ServerRoot "${root}"\nListen 80\nUser www-data\nGroup www-data\nDocumentRoot "${root}/htdocs"\nDirectoryIndex index.html\nErrorLog /proc/self/fd/2\n`)
  tree.directory(`${root}/logs`)
  tree.script('/usr/local/bin/httpd-foreground', '#!/bin/sh\nset -e\nrm -f /usr/local/apache2/logs/httpd.pid\nexec httpd -DFOREGROUND "$@"\n')
}

const postgres: Recipe = (tree, variant) => {
  const major = environment(variant, 'PG_MAJOR') ?? '16'
  const folder = isAlpine(tree) ? '/usr/local/bin' : `/usr/lib/postgresql/${major}/bin`
  addAccount(tree, 'postgres', isAlpine(tree) ? 70 : 999, '/var/lib/postgresql', '/bin/bash')
  stepDown(tree)
  tree.programs(folder, 'postgres psql initdb pg_ctl pg_dump pg_restore pg_isready createdb createuser')
  for (const path of ['/var/lib/postgresql/data', '/var/run/postgresql', '/docker-entrypoint-initdb.d']) tree.directory(path)
}

const mysql: Recipe = (tree) => {
  addAccount(tree, 'mysql', 999, '/var/lib/mysql')
  stepDown(tree)
  tree.program('/usr/sbin/mysqld')
  tree.programs('/usr/bin', 'mysql mysqldump mysqladmin')
  tree.text('/etc/mysql/my.cnf', '[mysqld]\nskip-host-cache\nskip-name-resolve\ndatadir=/var/lib/mysql\nsocket=/var/run/mysqld/mysqld.sock\nuser=mysql\n')
  for (const path of ['/var/lib/mysql', '/var/run/mysqld', '/docker-entrypoint-initdb.d']) tree.directory(path)
}

const golang: Recipe = (tree) => {
  tree.programs('/usr/local/go/bin', 'go gofmt')
  for (const path of ['/go/src', '/go/bin']) tree.directory(path, { mode: 0o1777 })
  tree.text('/usr/local/go/VERSION', 'go1\n')
  for (const name of ['compile', 'link', 'asm']) tree.filler(`/usr/local/go/pkg/tool/linux_amd64/${name}`, 25)
  tree.filler('/usr/local/go/src/runtime/proc.go', 10)
}

const java: Recipe = (tree, variant) => {
  const home = environment(variant, 'JAVA_HOME')?.replace(/\/jre$/, '') ?? '/usr/lib/jvm/default-java'
  const isRuntime = variant.tags.some((tag) => /\bjre/.test(tag))
  const names = `java keytool${isRuntime ? '' : ' javac jar javadoc jps jshell'}`
  tree.programs(`${home}/bin`, names)
  for (const name of names.split(' ')) tree.link(`/usr/bin/${name}`, `${home}/bin/${name}`)
  tree.filler(`${home}/lib/modules`, 60)
  tree.filler(`${home}/lib/server/libjvm.so`, 20)
  tree.filler(`${home}/lib/src.zip`, 20)
}

const php: Recipe = (tree, variant) => {
  tree.program('/usr/local/bin/php')
  tree.programs('/usr/local/bin', 'pecl docker-php-ext-install docker-php-ext-enable docker-php-ext-configure')
  tree.directory('/usr/local/etc/php/conf.d')
  if (variant.tags.some((tag) => tag.includes('fpm'))) tree.program('/usr/local/sbin/php-fpm')
  if (!variant.tags.some((tag) => tag.includes('apache'))) return
  tree.program('/usr/sbin/apache2')
  tree.script('/usr/local/bin/apache2-foreground', '#!/bin/sh\nset -e\nexec apache2 -DFOREGROUND "$@"\n')
  tree.directory('/var/www/html', { mode: 0o1777, uid: 33, gid: 33 })
  tree.text('/etc/apache2/apache2.conf', 'DocumentRoot /var/www/html\nErrorLog /proc/self/fd/2\nIncludeOptional conf-enabled/*.conf\n')
}

const buildpackDeps: Recipe = (tree, variant) => {
  const tag = variant.tags.join(' ')
  if (!tree.has('/usr/bin/curl')) tree.programs('/usr/bin', 'curl wget openssl gpg')
  tree.text('/etc/ssl/certs/ca-certificates.crt', '')
  if (/-curl\b|\bcurl\b/.test(tag)) return
  if (!tree.has('/usr/bin/git')) tree.programs('/usr/bin', 'git ssh scp ssh-keygen svn hg')
  if (/-scm\b|\bscm\b/.test(tag)) return
  tree.programs('/usr/bin', 'gcc g++ cc make patch autoconf automake ld as ar strip objdump pkg-config xz unzip file python3')
}

/** Recipes by image; images without one have their base's tree, their entry point and their command. */
export const recipes: Readonly<Record<string, Recipe>> = {
  nginx, python, node, redis, httpd, postgres, mysql, mariadb: mysql, percona: mysql, golang, openjdk: java, java, 'eclipse-temurin': java, php, 'buildpack-deps': buildpackDeps,
  'hello-world': (tree) => tree.program('/hello', 'hello'),
  ruby: (tree) => {
    tree.programs('/usr/local/bin', 'ruby gem irb bundle bundler rake erb')
    tree.filler('/usr/local/lib/libruby.so', 20)
    tree.filler('/usr/local/lib/ruby/rubygems.rb', 20)
  },
  wordpress: (tree) => {
    tree.text('/usr/src/wordpress/index.php', "<?php\ndefine( 'WP_USE_THEMES', true );\nrequire __DIR__ . '/wp-blog-header.php';\n")
    for (const name of ['wp-login.php', 'wp-settings.php', 'wp-includes/functions.php', 'wp-admin/admin.php']) tree.filler(`/usr/src/wordpress/${name}`, 5)
  },
  traefik: (tree) => tree.program(tree.has('/bin/sh') ? '/usr/local/bin/traefik' : '/traefik', 'traefik'),
  memcached: (tree) => {
    addAccount(tree, 'memcache', 11_211, '/nonexistent')
    tree.program('/usr/local/bin/memcached')
  },
  mongo: installed('/usr/bin', 'mongod mongo mongosh mongodump'),
  rabbitmq: installed('/opt/rabbitmq/sbin', 'rabbitmq-server rabbitmqctl rabbitmq-plugins'),
  haproxy: installed('/usr/local/sbin', 'haproxy'),
  registry: (tree) => {
    tree.program('/bin/registry')
    tree.text('/etc/docker/registry/config.yml', 'version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: /var/lib/registry\nhttp:\n  addr: :5000\n')
  },
  docker: installed('/usr/local/bin', 'docker dockerd containerd runc docker-init docker-proxy ctr'),
  caddy: installed('/usr/bin', 'caddy'),
  rust: installed('/usr/local/cargo/bin', 'cargo rustc rustup rustfmt'),
  perl: installed('/usr/local/bin', 'perl cpan cpanm prove'),
  gcc: installed('/usr/local/bin', 'gcc g++ c++ gfortran cpp'),
  maven: installed('/usr/share/maven/bin', 'mvn'),
  tomcat: (tree) => {
    tree.programs('/usr/local/tomcat/bin', 'catalina.sh startup.sh shutdown.sh')
    tree.text('/usr/local/tomcat/conf/server.xml', '<Server port="8005" shutdown="SHUTDOWN"/>\n')
    tree.directory('/usr/local/tomcat/webapps')
  },
}

const entrypoint = (server: string): string => `#!/bin/sh
# An option as first argument is meant for the image's own command.
set -e
if [ "\${1#-}" != "$1" ]; then
  set -- ${server} "$@"
fi
exec "$@"
`

/** Makes sure that the image's entry point and command are there: a plain script, a program of that name. */
export function completeCommands(tree: ImageTree, variant: ImageVariant): void {
  const { Entrypoint: entry, Cmd: command, Env: env } = variant.config
  const path = (env?.find((line) => line.startsWith('PATH='))?.slice(5) ?? '/usr/local/bin:/usr/bin:/bin').split(':')
  const isThere = (name: string): boolean => (name.startsWith('/') ? tree.has(name) : path.some((folder) => tree.has(`${folder}/${name}`)))
  const place = (name: string): string => (name.startsWith('/') ? name : `/usr/local/bin/${name}`)
  const [first, ...rest] = [...(entry ?? []), ...(command ?? [])]
  for (const name of [first, rest.find((word) => !word.startsWith('-'))]) {
    if (name === undefined || isThere(name) || !/^[\w./-]+$/.test(name) || (name !== first && !entry)) continue
    if (/entrypoint|\.sh$/.test(name)) tree.script(place(name), entrypoint(command?.[0] ?? 'sh'))
    else if (name === first || entry?.length === 1) tree.program(place(name))
  }
}
