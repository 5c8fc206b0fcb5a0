import closed from '../../../../resources/guests/lib/closed.inc?raw'
import closedPv from '../../../../resources/guests/lib/closed-pv.inc?raw'
import consolePv from '../../../../resources/guests/lib/console-pv.inc?raw'
import consoleText from '../../../../resources/guests/lib/console.inc?raw'
import expectPv from '../../../../resources/guests/lib/expect-pv.inc?raw'
import expectText from '../../../../resources/guests/lib/expect.inc?raw'
import interrupts from '../../../../resources/guests/lib/interrupts.inc?raw'
import kernelPrograms from '../../../../resources/guests/lib/kernel-programs.inc?raw'
import multiboot from '../../../../resources/guests/lib/multiboot.inc?raw'
import segments from '../../../../resources/guests/lib/segments.inc?raw'
import xen from '../../../../resources/guests/lib/xen.inc?raw'

/** What `%include` finds by name: the app's own library, shared by the guests and open to programs that are typed. */
export const GUEST_LIBRARY: ReadonlyMap<string, string> = new Map([
  ['multiboot.inc', multiboot],
  ['console.inc', consoleText],
  ['console-pv.inc', consolePv],
  ['xen.inc', xen],
  ['interrupts.inc', interrupts],
  ['segments.inc', segments],
  ['kernel-programs.inc', kernelPrograms],
  ['expect.inc', expectText],
  ['expect-pv.inc', expectPv],
  ['closed.inc', closed],
  ['closed-pv.inc', closedPv],
])
