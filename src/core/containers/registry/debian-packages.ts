import type { Release } from './releases.ts'

/** Packages of a Debian or Ubuntu base image and the programs they bring, by folder. */
export interface BasePackage {
  readonly name: string
  readonly bin?: string
  readonly sbin?: string
  readonly usrBin?: string
  readonly usrSbin?: string
  readonly description: string
}

export const basePackages: readonly BasePackage[] = [
  {
    name: 'coreutils', description: 'GNU core utilities',
    bin: 'cat chgrp chmod chown cp date dd df dir echo false ln ls mkdir mknod mktemp mv pwd readlink rm rmdir sleep stty sync touch true uname vdir',
    usrBin: '[ arch base32 base64 basename chcon cksum comm csplit cut dircolors dirname du env expand expr factor fmt fold groups head hostid id install join link logname '
      + 'md5sum mkfifo nice nl nohup nproc numfmt od paste pathchk pinky pr printenv printf ptx realpath runcon seq sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf '
      + 'sort split stat stdbuf sum tac tail tee test timeout tr truncate tsort tty unexpand uniq unlink users wc who whoami yes',
    usrSbin: 'chroot',
  },
  { name: 'bash', bin: 'bash', description: 'GNU Bourne Again SHell' },
  { name: 'dash', bin: 'dash', description: 'POSIX-compliant shell' },
  { name: 'sed', bin: 'sed', description: 'GNU stream editor for filtering/transforming text' },
  { name: 'grep', bin: 'grep egrep fgrep', description: 'GNU grep, egrep and fgrep' },
  { name: 'gzip', bin: 'gzip gunzip zcat', description: 'GNU compression utilities' },
  { name: 'bzip2', bin: 'bzip2 bunzip2', description: 'high-quality block-sorting file compressor - utilities' },
  { name: 'tar', bin: 'tar', description: 'GNU version of the tar archiving utility' },
  { name: 'findutils', usrBin: 'find xargs', description: 'utilities for finding files--find, xargs' },
  { name: 'diffutils', usrBin: 'diff cmp diff3 sdiff', description: 'File comparison utilities' },
  { name: 'hostname', bin: 'hostname', description: 'utility to set/show the host name or domain name' },
  { name: 'mawk', usrBin: 'mawk', description: 'Pattern scanning and text processing language' },
  { name: 'perl-base', usrBin: 'perl', description: 'minimal Perl system' },
  { name: 'debianutils', bin: 'tempfile run-parts', usrBin: 'which savelog', description: 'Miscellaneous utilities specific to Debian' },
  { name: 'dpkg', usrBin: 'dpkg dpkg-deb dpkg-query dpkg-split dpkg-divert dpkg-statoverride dpkg-trigger update-alternatives', sbin: 'start-stop-daemon', description: 'Debian package management system' },
  { name: 'apt', usrBin: 'apt-get apt-cache apt-config apt-key apt-mark', description: 'commandline package manager' },
  { name: 'debconf', usrBin: 'debconf debconf-communicate debconf-set-selections debconf-show', usrSbin: 'dpkg-reconfigure', description: 'Debian configuration management system' },
  { name: 'login', bin: 'login su', usrBin: 'faillog lastlog newgrp', description: 'system login tools' },
  { name: 'passwd', usrBin: 'passwd chsh chfn gpasswd', usrSbin: 'useradd userdel usermod groupadd groupdel groupmod chpasswd', description: 'change and administer password and group data' },
  { name: 'adduser', usrSbin: 'adduser addgroup deluser delgroup', description: 'add and remove users and groups' },
  { name: 'util-linux', bin: 'more dmesg lsblk findmnt', usrBin: 'getopt logger flock setsid script', description: 'miscellaneous system utilities' },
  { name: 'mount', bin: 'mount umount', description: 'tools for mounting and manipulating filesystems' },
  { name: 'libc-bin', usrBin: 'getent iconv ldd locale localedef', sbin: 'ldconfig', description: 'GNU C Library: Binaries' },
  { name: 'ncurses-bin', usrBin: 'clear reset tput tset', description: 'terminal-related programs and man pages' },
]

/** In the images of some releases only. */
export const extraPackages = {
  procps: { name: 'procps', bin: 'kill ps', usrBin: 'free pgrep pkill top uptime vmstat w watch', sbin: 'sysctl', description: '/proc file system utilities' },
  sudo: { name: 'sudo', usrBin: 'sudo', usrSbin: 'visudo', description: 'Provide limited super user privileges to specific users' },
  gnupg: { name: 'gnupg', usrBin: 'gpg', description: 'GNU privacy guard - a free PGP replacement' },
  gpgv: { name: 'gpgv', usrBin: 'gpgv', description: 'GNU privacy guard - signature verification tool' },
  'iputils-ping': { name: 'iputils-ping', bin: 'ping ping6', description: 'Tools to test the reachability of network hosts' },
  'net-tools': { name: 'net-tools', bin: 'netstat', sbin: 'ifconfig route arp', description: 'The NET-3 networking toolkit' },
  iproute2: { name: 'iproute2', bin: 'ip ss', description: 'networking and traffic control tools' },
  less: { name: 'less', usrBin: 'less', description: 'pager program similar to more' },
  'vim-tiny': { name: 'vim-tiny', usrBin: 'vi', description: 'Vi IMproved - enhanced vi editor - compact version' },
  'netcat-openbsd': { name: 'netcat-openbsd', bin: 'nc', description: 'TCP/IP swiss army knife' },
} satisfies Readonly<Record<string, BasePackage>>

/** Packages without programs. */
export const libraries: Readonly<Record<string, string>> = {
  'base-files': 'Debian base system miscellaneous files', 'base-passwd': 'Debian base system master password and group files', libc6: 'GNU C Library: Shared libraries',
  'libstdc++6': 'GNU Standard C++ Library v3', libgcc1: 'GCC support library', zlib1g: 'compression library - runtime', 'ncurses-base': 'basic terminal type definitions',
  tzdata: 'time zone and daylight-saving time data', libselinux1: 'SELinux runtime shared libraries', libpam0g: 'Pluggable Authentication Modules library',
}

/** Versions that releases shipped; others of a release are given its base-files' version. */
const versions: Readonly<Record<string, string>> = {
  precise: 'base-files=6.5ubuntu6.8 apt=0.8.16~exp12ubuntu10.27 bash=4.2-2ubuntu2.6 coreutils=8.13-3ubuntu3.3 dash=0.5.7-2ubuntu2 dpkg=1.16.1.2ubuntu7.8 libc6=2.15-0ubuntu10.18 libc-bin=2.15-0ubuntu10.18 '
    + 'sed=4.2.1-9 grep=2.10-1 tar=1.26-4ubuntu1.1 gzip=1.4-1ubuntu2 perl-base=5.14.2-6ubuntu2.5 debconf=1.5.42ubuntu1 findutils=4.4.2-4ubuntu1 util-linux=2.20.1-1ubuntu3.1 sudo=1.8.3p1-1ubuntu3.10 procps=1:3.2.8-11ubuntu6.5',
  trusty: 'base-files=7.2ubuntu5.5 apt=1.0.1ubuntu2.17 bash=4.3-7ubuntu1.7 coreutils=8.21-1ubuntu5.4 dash=0.5.7-4ubuntu1 dpkg=1.17.5ubuntu5.8 libc6=2.19-0ubuntu6.14 libc-bin=2.19-0ubuntu6.14 sed=4.2.2-4ubuntu1 grep=2.16-1 '
    + 'tar=1.27.1-1ubuntu0.1 gzip=1.6-3ubuntu1 perl-base=5.18.2-2ubuntu1.3 debconf=1.5.51ubuntu2 findutils=4.4.2-7 util-linux=2.20.1-5.1ubuntu20.9 sudo=1.8.9p5-1ubuntu1.4 procps=1:3.3.9-1ubuntu2.2',
  xenial: 'base-files=9.4ubuntu4.5 apt=1.2.24 bash=4.3-14ubuntu1.2 coreutils=8.25-2ubuntu3 dash=0.5.8-2.1ubuntu2 dpkg=1.18.4ubuntu1.3 libc6=2.23-0ubuntu10 libc-bin=2.23-0ubuntu10 sed=4.2.2-7 grep=2.25-1 tar=1.28-2.1ubuntu0.1 gzip=1.6-4ubuntu1 perl-base=5.22.1-9ubuntu0.2',
  bionic: 'base-files=10.1ubuntu2 apt=1.6.1 bash=4.4.18-2ubuntu1 coreutils=8.28-1ubuntu1 dash=0.5.8-2.10 dpkg=1.19.0.5ubuntu2 libc6=2.27-3ubuntu1 libc-bin=2.27-3ubuntu1 sed=4.4-2 grep=3.1-2 tar=1.29b-2 gzip=1.6-5ubuntu1 perl-base=5.26.1-6',
  focal: 'base-files=11ubuntu5.7 apt=2.0.9 bash=5.0-6ubuntu1.2 coreutils=8.30-3ubuntu2 dash=0.5.10.2-6 dpkg=1.19.7ubuntu3.2 libc6=2.31-0ubuntu9.9 libc-bin=2.31-0ubuntu9.9 sed=4.7-1 grep=3.4-1 tar=1.30+dfsg-7ubuntu0.20.04.3 gzip=1.10-0ubuntu4.1 perl-base=5.30.0-9ubuntu0.4',
  jammy: 'base-files=12ubuntu4.6 apt=2.4.11 bash=5.1-6ubuntu1.1 coreutils=8.32-4.1ubuntu1.2 dash=0.5.11+git20210903+really0.5.11+git20210903-1ubuntu0.1 dpkg=1.21.1ubuntu2.3 libc6=2.35-0ubuntu3.6 libc-bin=2.35-0ubuntu3.6 sed=4.8-1ubuntu2 grep=3.7-1build1 tar=1.34+dfsg-1ubuntu0.1.22.04.2 gzip=1.10-4ubuntu4.1 perl-base=5.34.0-3ubuntu1.3',
  noble: 'base-files=13ubuntu10.1 apt=2.7.14build2 bash=5.2.21-2ubuntu4 coreutils=9.4-3ubuntu6 dash=0.5.12-6ubuntu5 dpkg=1.22.6ubuntu6.1 libc6=2.39-0ubuntu8.3 libc-bin=2.39-0ubuntu8.3 sed=4.9-2build1 grep=3.11-4build1 tar=1.35+dfsg-3build1 gzip=1.12-1ubuntu3 perl-base=5.38.2-3.2build2',
  wheezy: 'base-files=7.1wheezy11 apt=0.9.7.9+deb7u7 bash=4.2+dfsg-0.1+deb7u4 coreutils=8.13-3.5 dash=0.5.7-3 dpkg=1.16.18 libc6=2.13-38+deb7u12 libc-bin=2.13-38+deb7u12 sed=4.2.1-10 grep=2.12-2 tar=1.26+dfsg-0.1+deb7u1 gzip=1.5-1.1 perl-base=5.14.2-21+deb7u6',
  jessie: 'base-files=8+deb8u10 apt=1.0.9.8.4 bash=4.3-11+deb8u1 coreutils=8.23-4 dash=0.5.7-4+b1 dpkg=1.17.27 libc6=2.19-18+deb8u10 libc-bin=2.19-18+deb8u10 sed=4.2.2-4+deb8u1 grep=2.20-4.1 tar=1.27.1-2+deb8u1 gzip=1.6-4 perl-base=5.20.2-3+deb8u9',
  stretch: 'base-files=9.9+deb9u3 apt=1.4.8 bash=4.4-5 coreutils=8.26-3 dash=0.5.8-2.4 dpkg=1.18.24 libc6=2.24-11+deb9u1 libc-bin=2.24-11+deb9u1 sed=4.4-1 grep=2.27-2 tar=1.29b-1.1 gzip=1.6-5+b1 perl-base=5.24.1-3+deb9u2',
  buster: 'base-files=10.3+deb10u13 apt=1.8.2.3 bash=5.0-4 coreutils=8.30-3 dash=0.5.10.2-5 dpkg=1.19.8 libc6=2.28-10+deb10u2 libc-bin=2.28-10+deb10u2 sed=4.7-1 grep=3.3-1 tar=1.30+dfsg-6+deb10u1 gzip=1.9-3+deb10u1 perl-base=5.28.1-6+deb10u1',
  bullseye: 'base-files=11.1+deb11u9 apt=2.2.4 bash=5.1-2+deb11u1 coreutils=8.32-4+b1 dash=0.5.11+git20200708+dd9ef66-5 dpkg=1.20.13 libc6=2.31-13+deb11u8 libc-bin=2.31-13+deb11u8 sed=4.7-1 grep=3.6-1+deb11u1 tar=1.34+dfsg-1+deb11u1 gzip=1.10-4+deb11u1 perl-base=5.32.1-4+deb11u3',
  bookworm: 'base-files=12.4+deb12u5 apt=2.6.1 bash=5.2.15-2+b2 coreutils=9.1-1 dash=0.5.12-2 dpkg=1.21.22 libc6=2.36-9+deb12u4 libc-bin=2.36-9+deb12u4 sed=4.9-1 grep=3.8-5 tar=1.34+dfsg-1.2 gzip=1.12-1 perl-base=5.36.0-7+deb12u1',
  trixie: 'base-files=13.8+deb13u1 apt=3.0.3 bash=5.2.37-2+b5 coreutils=9.7-3 dash=0.5.12-12 dpkg=1.22.21 libc6=2.41-12 libc-bin=2.41-12 sed=4.9-2 grep=3.11-4 tar=1.35+dfsg-3.1 gzip=1.13-1 perl-base=5.40.1-6',
}
/** Releases whose versions stand in for ones that are not listed. */
const nearest: Readonly<Record<string, string>> = { yakkety: 'xenial', artful: 'bionic', resolute: 'noble', sid: 'trixie', testing: 'trixie' }

/** Versions of a release's packages by name; `base-files` is always there. */
export function packageVersions(release: Release): ReadonlyMap<string, string> {
  const text = versions[release.codename] ?? versions[nearest[release.codename] ?? 'trixie'] ?? ''
  return new Map(text.split(' ').map((pair) => {
    const at = pair.indexOf('=')
    return [pair.slice(0, at), pair.slice(at + 1)]
  }))
}
