import type { ImageTree } from './image-tree.ts'
import type { Release } from './releases.ts'
import { unixAccounts } from './unix-files.ts'

const binApplets = 'arch ash base64 bbconfig cat chgrp chmod chown cp date dd df dmesg dnsdomainname dumpkmap echo ed egrep false fatattr fdflush fgrep fsync getopt grep gunzip gzip hostname ionice iostat '
  + 'ipcalc kbd_mode kill link linux32 linux64 ln login ls lzop makemime mkdir mknod mktemp more mount mountpoint mpstat mv netstat nice pidof ping ping6 pipe_progress printenv ps pwd reformime rev rm '
  + 'rmdir run-parts sed setpriv setserial sh sleep stat stty su sync tar touch true umount uname usleep watch zcat'
const sbinApplets = 'acpid adjtimex arp blkid blockdev depmod fbsplash fdisk findfs fsck fstrim getty halt hdparm hwclock ifconfig ifdown ifenslave ifup init insmod ip ipaddr iplink iproute iprule iptunnel '
  + 'klogd loadkmap logread losetup lsmod mdev mkfs.vfat mkswap modinfo modprobe nameif nologin pivot_root poweroff raidautorun reboot rmmod route setconsole slattach swapoff swapon switch_root sysctl '
  + 'syslogd tunctl udhcpc vconfig watchdog zcip'
const usrBinApplets = '[ [[ awk basename beep blkdiscard bunzip2 bzcat bzip2 cal chvt cksum clear cmp comm cpio crontab cryptpw cut dc deallocvt diff dirname dos2unix du eject env expand expr factor '
  + 'fallocate find flock fold free fuser groups hd head hexdump hostid iconv id install ipcrm ipcs killall less logger lsof lspci lsusb lzcat lzma md5sum mesg microcom mkfifo mkpasswd nc nl nmeter nohup '
  + 'nproc nsenter nslookup od passwd paste patch pgrep pkill pmap printf pscan pstree pwdx readlink realpath renice reset resize seq setkeycodes setsid sha1sum sha256sum sha3sum sha512sum showkey '
  + 'shred shuf sort split strings sum tac tail tee test time timeout top tr traceroute traceroute6 truncate tty ttysize udhcpc6 unexpand uniq unix2dos unlink unlzma unshare unxz unzip uptime uudecode '
  + 'uuencode vi vlock volname wc wget which who whoami whois xargs xxd xzcat yes'
const usrSbinApplets = 'addgroup adduser arping brctl chpasswd chroot crond delgroup deluser ether-wake fbset killall5 loadfont nanddump nandwrite nbd-client ntpd partprobe rdate rdev readahead rfkill '
  + 'sendmail setfont setlogcons'

const alpineFolders = '/dev /etc/apk/keys /etc/init.d /etc/network /etc/periodic /home /lib/apk/db /media/cdrom /media/floppy /media/usb /mnt /opt /proc /run /srv /sys /usr/lib /usr/local/bin /usr/local/lib '
  + '/usr/local/share /usr/share/apk /var/cache/apk /var/empty /var/lib /var/local /var/lock/subsys /var/log /var/mail /var/opt /var/run /var/spool'

/** The root of an Alpine image: BusyBox, musl and apk. */
export function alpineTree(tree: ImageTree, release: Release): void {
  for (const folder of alpineFolders.split(' ')) tree.directory(folder)
  commonFolders(tree)
  tree.program('/bin/busybox')
  for (const [folder, names] of [['/bin', binApplets], ['/sbin', sbinApplets], ['/usr/bin', usrBinApplets], ['/usr/sbin', usrSbinApplets]] as const) {
    for (const name of names.split(' ')) tree.link(`${folder}/${name}`, '/bin/busybox')
  }
  tree.program('/sbin/apk')
  tree.programs('/usr/bin', 'getent ldd scanelf')
  unixAccounts(tree, 'alpine')
  const { version } = release
  tree.text('/etc/alpine-release', `${version}.0\n`)
  tree.text('/etc/os-release', `NAME="Alpine Linux"\nID=alpine\nVERSION_ID=${version}.0\nPRETTY_NAME="Alpine Linux v${version}"\nHOME_URL="https://alpinelinux.org/"\nBUG_REPORT_URL="https://gitlab.alpinelinux.org/alpine/aports/-/issues"\n`)
  tree.text('/etc/issue', `Welcome to Alpine Linux ${version}\nKernel \\r on an \\m (\\l)\n\n`)
  const host = release.released < '2018-02' ? 'http://dl-cdn.alpinelinux.org' : 'https://dl-cdn.alpinelinux.org'
  tree.text('/etc/apk/repositories', `${host}/alpine/v${version}/main\n${host}/alpine/v${version}/community\n`)
  tree.text('/etc/apk/world', 'alpine-baselayout\nalpine-keys\napk-tools\nbusybox\nmusl-utils\n')
  tree.text('/etc/apk/arch', 'x86_64\n')
  tree.text('/lib/apk/db/installed', 'musl busybox alpine-baselayout alpine-keys libcrypto3 libssl3 ssl_client zlib apk-tools scanelf musl-utils'.split(' ')
    .map((name) => `P:${name}\nV:${version}.0-r0\nA:x86_64\n\n`).join(''))
  tree.link('/lib/libc.musl-x86_64.so.1', 'ld-musl-x86_64.so.1')
  for (const [path, weight] of [['/lib/ld-musl-x86_64.so.1', 6], ['/usr/lib/libcrypto.so.3', 42], ['/usr/lib/libssl.so.3', 7], ['/lib/libz.so.1', 1], ['/usr/lib/libapk.so', 3], ['/etc/ssl/certs/ca-certificates.crt', 2]] as const) {
    tree.filler(path, weight)
  }
}

/** The root of the busybox image: one program under some 400 names. */
export function busyboxTree(tree: ImageTree): void {
  for (const folder of '/dev /etc/network /home /lib /lib64 /usr/bin /usr/sbin /var/spool/mail /var/www'.split(' ')) tree.directory(folder)
  commonFolders(tree)
  tree.program('/bin/busybox')
  for (const name of new Set(`${binApplets} ${sbinApplets} ${usrBinApplets} ${usrSbinApplets}`.split(' '))) tree.files.makeLink('/bin/busybox', `/bin/${name}`)
  tree.program('/bin/getconf')
  tree.link('/usr/bin/env', '../../bin/env')
  unixAccounts(tree, 'busybox')
  tree.filler('/lib/libc.so.6', 9)
  tree.filler('/lib/libm.so.6', 4)
}

const rpmBin = 'arch awk basename bash cat chgrp chmod chown cp curl cut date dd df diff dirname du echo egrep env expr false fgrep find getent gpg grep groups gunzip gzip head hostname id install join '
  + 'kill ldd less ln locale login logname ls md5sum mkdir mkfifo mknod mktemp more mount mv nice nohup nproc od openssl passwd paste pgrep pkill printenv printf ps pwd readlink realpath rm rmdir rpm sed '
  + 'seq sha1sum sha256sum sha512sum shuf sleep sort split stat stty su sync tac tail tar tee test timeout top touch tr true truncate tty umount uname uniq unlink vi wc which who whoami xargs yes zcat ['
const rpmSbin = 'adduser chroot groupadd groupdel ip ldconfig nologin sysctl useradd userdel usermod'

const prettyNames: Readonly<Record<string, string>> = {
  centos: 'CentOS Linux', fedora: 'Fedora Linux', almalinux: 'AlmaLinux', rockylinux: 'Rocky Linux', oraclelinux: 'Oracle Linux Server', amazonlinux: 'Amazon Linux', opensuse: 'openSUSE Leap', archlinux: 'Arch Linux',
}
/** The package managers of a distribution's releases. */
function packageManagers({ distribution, version, released }: Release): readonly string[] {
  if (distribution === 'opensuse') return ['zypper']
  if (distribution === 'archlinux') return ['pacman']
  return released >= '2019' || (distribution === 'fedora' && Number(version) >= 22) ? ['dnf', 'yum'] : ['yum']
}

/** The root of a Red Hat-like (or SUSE, or Arch) image. */
export function rpmTree(tree: ImageTree, release: Release): void {
  const separate = release.released < '2014'
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    tree.directory(`/usr/${name}`)
    if (separate) tree.directory(`/${name}`)
    else tree.link(`/${name}`, `usr/${name}`)
  }
  for (const folder of '/boot /dev /etc/yum.repos.d /home /media /mnt /opt /proc /run /srv /sys /usr/local/bin /usr/local/sbin /usr/share /var/cache /var/lib/rpm /var/log /var/spool'.split(' ')) tree.directory(folder)
  commonFolders(tree)
  tree.programs('/bin', rpmBin)
  tree.programs('/sbin', rpmSbin)
  for (const name of packageManagers(release)) tree.program(`/usr/bin/${name}`)
  tree.link('/bin/sh', 'bash')
  tree.link('/var/run', '../run')
  unixAccounts(tree, 'rpm')
  const { distribution, version } = release
  const name = prettyNames[distribution] ?? distribution
  const id = { oraclelinux: 'ol', rockylinux: 'rocky', amazonlinux: 'amzn', archlinux: 'arch' }[distribution] ?? distribution
  tree.text('/etc/os-release', `NAME="${name}"\nVERSION="${version}"\nID="${id}"\nID_LIKE="rhel fedora"\nVERSION_ID="${version}"\nPRETTY_NAME="${name} ${version}"\n`)
  tree.text('/etc/redhat-release', `${name} release ${version}\n`)
  tree.text(`/etc/${distribution}-release`, `${name} release ${version}\n`)
  tree.text('/etc/yum.conf', '[main]\ngpgcheck=1\ninstallonly_limit=3\nclean_requirements_on_remove=True\n')
  for (const [path, weight] of [['/var/lib/rpm/Packages', 12], ['/usr/lib64/libc.so.6', 10], ['/usr/lib64/libcrypto.so', 14], ['/usr/lib64/libstdc++.so.6', 8], ['/usr/lib64/libpython.so', 12],
    ['/usr/lib/locale/locale-archive', 50], ['/usr/share/zoneinfo/posixrules', 10], ['/usr/share/i18n/locales.tar', 10], ['/usr/lib64/libgnutls.so.30', 8]] as const) tree.filler(path, weight)
}

function commonFolders(tree: ImageTree): void {
  tree.directory('/root', { mode: 0o700 })
  tree.directory('/tmp', { mode: 0o1777 })
  tree.directory('/var/tmp', { mode: 0o1777 })
}
