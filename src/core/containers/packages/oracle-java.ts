import { MiB, SECOND } from '../../simulation/units.ts'
import { programFile } from '../filesystem/program-file.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { JAVA_FACTS } from './apt-catalogue.ts'

const HOME = '/usr/lib/jvm/java-7-oracle'
const CACHE = '/var/cache/oracle-jdk7-installer'
const ADDRESS = 'http://download.oracle.com/otn-pub/java/jdk/7u80-b15/jdk-7u80-linux-x64.tar.gz'
const BYTES_A_SECOND = 8_000_000
/** What a row of wget's `dot:giga` progress stands for. */
const PROGRESS_ROW = 32 * MiB

/** Local time as wget writes it. */
const timeStamp = (process: ProcessContext): string => new Date(process.kernel.unixTime() * 1000).toISOString().slice(0, 19).replace('T', ' ')

/** The installer's post-installation script: accepts the licence, downloads Oracle's JDK, unpacks it. False when it failed. */
export async function installOracleJava(process: ProcessContext): Promise<boolean> {
  const answers = process.files.may('/var/cache/debconf/config.dat', 'read') ? process.files.text('/var/cache/debconf/config.dat') : ''
  if (!answers.includes('shared/accepted-oracle-license-v1-1')) {
    await process.warn('debconf: unable to initialize frontend: Dialog\ndebconf: falling back to frontend: Noninteractive\nuser did not accept the oracle-license-v1-1 license\n')
    return false
  }
  await process.print('oracle-license-v1-1 license has already been accepted\n')
  await process.print(`Downloading Oracle Java 7...\n--${timeStamp(process)}--  ${ADDRESS}\nResolving download.oracle.com (download.oracle.com)... 96.17.10.8\nConnecting to download.oracle.com (download.oracle.com)|96.17.10.8|:80... connected.\n`)
  await process.sleep(0.5 * SECOND)
  if (process.kernel.universe() >= JAVA_FACTS.downloadGone) {
    await process.print(`HTTP request sent, awaiting response... 404 Not Found\n${timeStamp(process)} ERROR 404: Not Found.\n\ndownload failed\nOracle JDK 7 is NOT installed.\n`)
    return false
  }
  await process.print(`HTTP request sent, awaiting response... 200 OK\nLength: ${JAVA_FACTS.tarballBytes} (146M) [application/x-gzip]\nSaving to: \`jdk-7u80-linux-x64.tar.gz'\n\n`)
  for (let at = 0; at < JAVA_FACTS.tarballBytes; at += PROGRESS_ROW) {
    const row = Math.min(PROGRESS_ROW, JAVA_FACTS.tarballBytes - at)
    await process.sleep((row / BYTES_A_SECOND) * SECOND)
    const dots = '........ '.repeat(4).slice(0, Math.floor(row / MiB) + Math.floor(row / MiB / 8)).padEnd(36)
    await process.print(`${String(at / 1024).padStart(6)}K ${dots}${String(Math.floor((100 * (at + row)) / JAVA_FACTS.tarballBytes)).padStart(3)}% ${(BYTES_A_SECOND / MiB).toFixed(2)}M ${Math.ceil((JAVA_FACTS.tarballBytes - at - row) / BYTES_A_SECOND)}s\n`)
  }
  await process.print(`\n${timeStamp(process)} (${(BYTES_A_SECOND / MiB).toFixed(2)} MB/s) - \`jdk-7u80-linux-x64.tar.gz' saved [${JAVA_FACTS.tarballBytes}/${JAVA_FACTS.tarballBytes}]\n\n`)
  await process.print('Download done.\nRemoving outdated cached downloads...\n')
  await unpack(process)
  for (const name of ['java', 'javac', 'jar', 'javaws', 'keytool']) await process.print(`update-alternatives: using ${HOME}/bin/${name} to provide /usr/bin/${name} (${name}) in auto mode.\n`)
  await process.print('Oracle JDK 7 installed\n')
  return true
}

async function unpack(process: ProcessContext): Promise<void> {
  const { files } = process
  files.makeDirectories(CACHE)
  files.write(`${CACHE}/jdk-7u80-linux-x64.tar.gz`, { seed: 'jdk-7u80-linux-x64.tar.gz', size: JAVA_FACTS.tarballBytes })
  await process.sleep(6 * SECOND)
  for (const directory of ['bin', 'jre/bin', 'jre/lib/amd64/server', 'lib']) files.makeDirectories(`${HOME}/${directory}`)
  for (const name of ['java', 'javac', 'jar', 'javaws', 'keytool', 'jps']) {
    files.write(`${HOME}/bin/${name}`, programFile(name, 7_718))
    files.chmod(`${HOME}/bin/${name}`, 0o755)
    if (!files.stat(`/usr/bin/${name}`, false)) files.symlink(`${HOME}/bin/${name}`, `/usr/bin/${name}`)
  }
  files.write(`${HOME}/release`, 'JAVA_VERSION="1.7.0_80"\nOS_NAME="Linux"\nOS_VERSION="2.6"\nOS_ARCH="amd64"\n')
  const sizes = { 'jre/lib/rt.jar': 63_596_000, 'lib/tools.jar': 16_790_000, 'src.zip': 19_930_000, 'jre/lib/amd64/server/libjvm.so': 15_224_000, 'lib/ct.sym': 17_700_000 }
  let left = JAVA_FACTS.installedBytes
  for (const [path, size] of Object.entries(sizes)) {
    files.write(`${HOME}/${path}`, { seed: `jdk7/${path}`, size })
    left -= size
  }
  files.write(`${HOME}/lib/rest.pack`, { seed: 'jdk7/rest', size: left })
}
