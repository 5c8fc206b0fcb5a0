import type { ImageTree } from './image-tree.ts'

const debianUsers = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
sync:x:4:65534:sync:/bin:/bin/sync
games:x:5:60:games:/usr/games:/usr/sbin/nologin
man:x:6:12:man:/var/cache/man:/usr/sbin/nologin
lp:x:7:7:lp:/var/spool/lpd:/usr/sbin/nologin
mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
news:x:9:9:news:/var/spool/news:/usr/sbin/nologin
uucp:x:10:10:uucp:/var/spool/uucp:/usr/sbin/nologin
proxy:x:13:13:proxy:/bin:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
backup:x:34:34:backup:/var/backups:/usr/sbin/nologin
list:x:38:38:Mailing List Manager:/var/list:/usr/sbin/nologin
irc:x:39:39:ircd:/var/run/ircd:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`
const debianGroups = 'root:0 daemon:1 bin:2 sys:3 adm:4 tty:5 disk:6 lp:7 mail:8 news:9 uucp:10 man:12 proxy:13 kmem:15 dialout:20 fax:21 voice:22 cdrom:24 floppy:25 tape:26 sudo:27 audio:29 '
  + 'dip:30 www-data:33 backup:34 operator:37 list:38 irc:39 src:40 shadow:42 utmp:43 video:44 plugdev:46 staff:50 games:60 users:100 nogroup:65534'

const otherUsers = (shell: string): string => `root:x:0:0:root:/root:${shell}
bin:x:1:1:bin:/bin:/sbin/nologin
daemon:x:2:2:daemon:/sbin:/sbin/nologin
adm:x:3:4:adm:/var/adm:/sbin/nologin
lp:x:4:7:lp:/var/spool/lpd:/sbin/nologin
sync:x:5:0:sync:/sbin:/bin/sync
shutdown:x:6:0:shutdown:/sbin:/sbin/shutdown
halt:x:7:0:halt:/sbin:/sbin/halt
mail:x:8:12:mail:/var/mail:/sbin/nologin
operator:x:11:0:operator:/root:/sbin/nologin
ftp:x:14:50:FTP User:/var/ftp:/sbin/nologin
nobody:x:65534:65534:nobody:/:/sbin/nologin
`
const otherGroups = 'root:0 bin:1 daemon:2 sys:3 adm:4 tty:5 disk:6 lp:7 mem:8 kmem:9 wheel:10 mail:12 man:15 dialout:18 cdrom:19 ftp:50 audio:63 games:20 video:39 users:100 nobody:65534'

/** The account files and the few others that every Linux has in /etc. */
export function unixAccounts(tree: ImageTree, kind: 'debian' | 'alpine' | 'rpm' | 'busybox'): void {
  const users = kind === 'debian' ? debianUsers : otherUsers(kind === 'rpm' ? '/bin/bash' : '/bin/sh')
  const groups = kind === 'debian' ? debianGroups : otherGroups
  tree.text('/etc/passwd', users)
  tree.text('/etc/group', groups.split(' ').map((entry) => `${entry.replace(':', ':x:')}:\n`).join(''))
  tree.text('/etc/shadow', users.split('\n').filter((line) => line !== '').map((line) => `${line.split(':')[0]}:*:16000:0:99999:7:::\n`).join(''), { mode: 0o640 })
  tree.text('/etc/hosts', '127.0.0.1\tlocalhost\n')
  tree.text('/etc/hostname', 'localhost\n')
  tree.text('/etc/resolv.conf', '')
  tree.text('/etc/fstab', kind === 'debian' ? '# UNCONFIGURED FSTAB FOR BASE SYSTEM\n' : '')
  tree.text('/etc/shells', kind === 'debian' || kind === 'rpm' ? '/bin/sh\n/bin/bash\n' : '/bin/sh\n/bin/ash\n')
  tree.text('/etc/nsswitch.conf', 'passwd:         files\ngroup:          files\nshadow:         files\nhosts:          files dns\n')
  tree.text('/etc/profile', 'export PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\n')
  if (kind === 'debian') tree.text('/root/.bashrc', '# ~/.bashrc: executed by bash(1) for non-login shells.\n')
  if (kind === 'debian') tree.text('/root/.profile', '# ~/.profile: executed by Bourne-compatible login shells.\n')
}

/** Adds a system user with a group of the same name, as packages do. */
export function addAccount(tree: ImageTree, name: string, id: number, home: string, shell = '/bin/false'): void {
  tree.appendText('/etc/passwd', `${name}:x:${id}:${id}::${home}:${shell}\n`)
  tree.appendText('/etc/group', `${name}:x:${id}:\n`)
}
