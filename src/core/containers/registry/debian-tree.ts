import { basePackages, extraPackages, libraries, packageVersions, type BasePackage } from './debian-packages.ts'
import type { ImageTree } from './image-tree.ts'
import type { Release } from './releases.ts'
import { unixAccounts } from './unix-files.ts'

const libraryFolder = '/usr/lib/x86_64-linux-gnu'
/** Files that stand for all those nobody opens, with their shares of the bytes. */
const bulk: Readonly<Record<string, number>> = {
  [`${libraryFolder}/libc.so.6`]: 19, [`${libraryFolder}/libstdc++.so.6`]: 22, [`${libraryFolder}/libcrypto.so`]: 44, [`${libraryFolder}/libssl.so`]: 7, [`${libraryFolder}/libapt-pkg.so`]: 20,
  [`${libraryFolder}/libdb.so`]: 17, [`${libraryFolder}/libm.so.6`]: 9, [`${libraryFolder}/libgnutls.so.30`]: 20, [`${libraryFolder}/libunistring.so`]: 16, [`${libraryFolder}/libp11-kit.so.0`]: 12,
  [`${libraryFolder}/libsystemd.so.0`]: 9, [`${libraryFolder}/libpcre.so.3`]: 5, [`${libraryFolder}/libz.so.1`]: 1, [`${libraryFolder}/libtinfo.so`]: 2, [`${libraryFolder}/libselinux.so.1`]: 2,
  [`${libraryFolder}/libpam.so.0`]: 1, [`${libraryFolder}/gconv/libCNS.so`]: 5, [`${libraryFolder}/gconv/IBM1390.so`]: 3, [`${libraryFolder}/perl-base/unicore/Name.pl`]: 8, '/usr/lib/locale/C.UTF-8/LC_COLLATE': 14,
  '/usr/share/perl5/Debconf/Db.pm': 1, '/usr/share/zoneinfo/posixrules': 20, '/usr/share/i18n/locales/iso14651_t1_common': 24, '/usr/share/doc/libc6/changelog.Debian.gz': 2,
  '/usr/share/common-licenses/GPL-3': 1, '/usr/share/info/coreutils.info.gz': 6, '/usr/share/locale/de/LC_MESSAGES/coreutils.mo': 12, '/usr/share/locale/fr/LC_MESSAGES/dpkg.mo': 8,
  '/var/cache/debconf/templates.dat': 5, '/var/lib/dpkg/info/tzdata.list': 3,
}

/** The root of a Debian or Ubuntu base image. */
export function debianTree(tree: ImageTree, release: Release, slim: boolean): void {
  folders(tree, release)
  const packages = packagesOf(release)
  for (const entry of packages) installPackage(tree, entry)
  alternatives(tree, release)
  identity(tree, release)
  unixAccounts(tree, 'debian')
  aptFiles(tree, release)
  tree.text('/var/lib/dpkg/status', dpkgStatus(release, packages))
  for (const path of ['/etc/debconf.conf', '/var/lib/dpkg/available', '/var/lib/dpkg/diversions', '/var/cache/debconf/config.dat']) tree.text(path, '')
  for (const [path, weight] of Object.entries(bulk)) if (!slim || !/\/(doc|info|locale\/..\/)/.test(path)) tree.filler(path, weight)
}

/** Its programs, and the list of files by which dpkg knows them. */
function installPackage(tree: ImageTree, entry: BasePackage): void {
  const files = ['/.']
  for (const [folder, names] of [['/bin', entry.bin], ['/sbin', entry.sbin], ['/usr/bin', entry.usrBin], ['/usr/sbin', entry.usrSbin]] as const) {
    if (!names) continue
    tree.programs(folder, names)
    files.push(folder, ...names.split(' ').map((name) => `${folder}/${name}`))
  }
  tree.text(`/var/lib/dpkg/info/${entry.name}.list`, `${files.join('\n')}\n`)
}

function merged(release: Release): boolean {
  return release.distribution === 'ubuntu' ? release.released >= '2019-04' : release.released >= '2019-06' || release.codename === 'sid' || release.codename === 'testing'
}

function folders(tree: ImageTree, release: Release): void {
  if (merged(release)) {
    for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
      tree.directory(`/usr/${name}`)
      tree.link(`/${name}`, `usr/${name}`)
    }
  }
  const names = '/bin /boot /dev /etc /home /lib /lib64 /media /mnt /opt /proc /run /run/lock /sbin /srv /sys /usr/bin /usr/games /usr/include /usr/lib /usr/local/bin /usr/local/lib /usr/local/sbin '
    + '/usr/local/share /usr/sbin /usr/share /usr/src /var/backups /var/cache/apt/archives/partial /var/lib/apt/lists/partial /var/lib/dpkg/info /var/log/apt /var/mail /var/opt /var/spool'
  for (const name of names.split(' ')) tree.directory(name)
  tree.directory('/root', { mode: 0o700 })
  tree.directory('/tmp', { mode: 0o1777 })
  tree.directory('/var/tmp', { mode: 0o1777 })
  tree.link('/var/run', '/run')
  tree.link('/var/lock', '/run/lock')
}

function packagesOf(release: Release): readonly BasePackage[] {
  const { codename, distribution, released } = release
  const extra = extraPackages
  const early = distribution === 'ubuntu' && released < '2016'
  const more: BasePackage[] = [released < '2017' || codename === 'artful' ? extra.gnupg : extra.gpgv]
  if (distribution === 'ubuntu' || released < '2017') more.push(extra.procps)
  if (early) more.push(extra.gpgv, extra.sudo, extra['iputils-ping'], extra['net-tools'], extra.iproute2, extra.less, extra['vim-tiny'], extra['netcat-openbsd'])
  if (distribution === 'debian' && released < '2017') more.push(extra['iputils-ping'], extra.iproute2)
  return [...basePackages, ...more]
}

function alternatives(tree: ImageTree, release: Release): void {
  tree.link('/bin/sh', 'dash')
  tree.link('/bin/rbash', 'bash')
  tree.link('/usr/bin/awk', '/etc/alternatives/awk')
  tree.link('/etc/alternatives/awk', '/usr/bin/mawk')
  if (release.released >= '2014') tree.program('/usr/bin/apt')
  if (tree.has('/usr/bin/sudo')) {
    tree.files.setAttributes('/usr/bin/sudo', { mode: 0o4755 })
    tree.text('/etc/sudoers', 'Defaults\tenv_reset\nroot\tALL=(ALL:ALL) ALL\n%admin ALL=(ALL) ALL\n%sudo\tALL=(ALL:ALL) ALL\n', { mode: 0o440 })
  }
  for (const path of ['/bin/su', '/bin/mount', '/bin/umount', '/usr/bin/passwd', '/usr/bin/chsh', '/usr/bin/chfn', '/usr/bin/gpasswd', '/usr/bin/newgrp']) tree.files.setAttributes(path, { mode: 0o4755 })
}

const pointReleases: Readonly<Record<string, string>> = {
  '12.04': '12.04.5 LTS, Precise Pangolin', '14.04': '14.04.5 LTS, Trusty Tahr', '16.04': '16.04.3 LTS (Xenial Xerus)', '16.10': '16.10 (Yakkety Yak)', '17.10': '17.10 (Artful Aardvark)',
  '18.04': '18.04 LTS (Bionic Beaver)', '20.04': '20.04.6 LTS (Focal Fossa)', '22.04': '22.04.5 LTS (Jammy Jellyfish)', '24.04': '24.04.4 LTS (Noble Numbat)', '26.04': '26.04 LTS (Resolute Raccoon)',
}
const debianVersions: Readonly<Record<string, string>> = {
  wheezy: '7.11', jessie: '8.10', stretch: '9.3', buster: 'buster/sid', bullseye: '11.11', bookworm: '12.12', trixie: '13.6', sid: 'trixie/sid', testing: 'testing/sid',
}
const underUbuntu: Readonly<Record<string, string>> = {
  precise: 'wheezy/sid', trusty: 'jessie/sid', xenial: 'stretch/sid', yakkety: 'stretch/sid', artful: 'stretch/sid', bionic: 'buster/sid', focal: 'bullseye/sid', jammy: 'bookworm/sid',
  noble: 'trixie/sid', resolute: 'forky/sid',
}

function identity(tree: ImageTree, release: Release): void {
  const { distribution, version, codename } = release
  if (distribution === 'debian') return debianIdentity(tree, release)
  const full = pointReleases[version] ?? version
  const pretty = `Ubuntu ${full.split(/,| \(/)[0]}`
  const later = release.released >= '2016' ? `VERSION_CODENAME=${codename}\nUBUNTU_CODENAME=${codename}\n` : ''
  tree.text('/etc/os-release', `NAME="Ubuntu"\nVERSION="${full}"\nID=ubuntu\nID_LIKE=debian\nPRETTY_NAME="${version === '12.04' ? `Ubuntu precise (${full.split(' ')[0]} LTS)` : pretty}"\nVERSION_ID="${version}"\n`
    + `HOME_URL="http://www.ubuntu.com/"\nSUPPORT_URL="http://help.ubuntu.com/"\nBUG_REPORT_URL="http://bugs.launchpad.net/ubuntu/"\n${later}`)
  tree.text('/etc/lsb-release', `DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=${version}\nDISTRIB_CODENAME=${codename}\nDISTRIB_DESCRIPTION="${pretty}"\n`)
  tree.text('/etc/debian_version', `${underUbuntu[codename] ?? 'sid'}\n`)
  tree.text('/etc/issue', `${pretty} \\n \\l\n\n`)
  tree.text('/etc/issue.net', `${pretty}\n`)
  tree.script('/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n')
}

function debianIdentity(tree: ImageTree, { version, codename }: Release): void {
  const numbered = /^\d+$/.test(version)
  const pretty = numbered ? `Debian GNU/Linux ${version} (${codename})` : `Debian GNU/Linux ${codename}/sid`
  tree.text('/etc/os-release', `PRETTY_NAME="${pretty}"\nNAME="Debian GNU/Linux"\n${numbered ? `VERSION_ID="${version}"\nVERSION="${version} (${codename})"\n` : ''}`
    + `${Number(version) >= 10 ? `VERSION_CODENAME=${codename}\n` : ''}ID=debian\nHOME_URL="https://www.debian.org/"\nSUPPORT_URL="https://www.debian.org/support"\nBUG_REPORT_URL="https://bugs.debian.org/"\n`)
  tree.text('/etc/debian_version', `${debianVersions[codename] ?? version}\n`)
  tree.text('/etc/issue', `Debian GNU/Linux ${numbered ? version : codename} \\n \\l\n\n`)
}

function aptFiles(tree: ImageTree, release: Release): void {
  tree.text('/etc/apt/apt.conf.d/docker-clean', 'APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };\nDir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n')
  tree.text('/etc/apt/apt.conf.d/docker-no-languages', 'Acquire::Languages "none";\n')
  tree.directory('/etc/apt/sources.list.d')
  tree.directory('/etc/apt/trusted.gpg.d')
  tree.directory('/etc/apt/preferences.d')
  if (release.distribution === 'ubuntu') ubuntuSources(tree, release)
  else debianSources(tree, release)
}

function ubuntuSources(tree: ImageTree, { codename, released }: Release): void {
  const archive = 'http://archive.ubuntu.com/ubuntu/'
  const security = 'http://security.ubuntu.com/ubuntu/'
  if (released >= '2024') {
    const stanza = (uri: string, suites: string): string =>
      `Types: deb\nURIs: ${uri}\nSuites: ${suites}\nComponents: main universe restricted multiverse\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n`
    return tree.text('/etc/apt/sources.list.d/ubuntu.sources', `${stanza(archive, `${codename} ${codename}-updates ${codename}-backports`)}\n${stanza(security, `${codename}-security`)}`)
  }
  const suite = (uri: string, name: string): string => ['main restricted', 'universe', ...(released >= '2016' ? ['multiverse'] : [])].map((parts) =>
    `deb ${uri} ${name} ${parts}\n${released < '2016' ? `deb-src ${uri} ${name} ${parts}\n` : ''}`).join('')
  tree.text('/etc/apt/sources.list', suite(archive, codename) + suite(archive, `${codename}-updates`) + suite(security, `${codename}-security`))
}

function debianSources(tree: ImageTree, { codename, released }: Release): void {
  const isRolling = codename === 'sid' || codename === 'testing'
  if (released >= '2023') {
    return tree.text('/etc/apt/sources.list.d/debian.sources', `Types: deb\nURIs: http://deb.debian.org/debian\nSuites: ${codename} ${codename}-updates\nComponents: main\n`
      + `Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\nTypes: deb\nURIs: http://deb.debian.org/debian-security\nSuites: ${codename}-security\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n`)
  }
  const securitySuite = released >= '2021' ? `http://deb.debian.org/debian-security ${codename}-security` : `http://security.debian.org/debian-security ${codename}/updates`
  const updates = isRolling ? '' : `deb ${securitySuite} main\ndeb http://deb.debian.org/debian ${codename}-updates main\n`
  tree.text('/etc/apt/sources.list', `deb http://deb.debian.org/debian ${codename} main\n${updates}`)
}

function dpkgStatus(release: Release, packages: readonly BasePackage[]): string {
  const versions = packageVersions(release)
  const maintainer = release.distribution === 'ubuntu' ? 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>' : 'Debian Maintainers <debian-devel@lists.debian.org>'
  const entries = [...packages.map((entry) => [entry.name, entry.description] as const), ...Object.entries(libraries)].sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.map(([name, description]) => [
    `Package: ${name}`, 'Status: install ok installed', 'Priority: required', 'Section: base', `Installed-Size: ${100 + name.length * 37}`, `Maintainer: ${maintainer}`, 'Architecture: amd64',
    `Version: ${versions.get(name) ?? versions.get('base-files') ?? '1'}`, `Description: ${description}`, '', '',
  ].join('\n')).join('')
}
