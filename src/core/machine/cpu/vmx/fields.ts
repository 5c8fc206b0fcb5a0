/** What a field is for: SDM 3C 25.3's areas of the VMCS. */
type FieldGroup = 'control' | 'exit information' | 'guest state' | 'host state'

/** A field of the VMCS (SDM 3D appendix B). */
interface VmcsField {
  readonly encoding: number
  /** The manual's name. */
  readonly name: string
  /** Bits; `natural` is 32 on this processor. */
  readonly width: 16 | 32 | 64 | 'natural'
  readonly group: FieldGroup
  /** The same thing in an AMD VMCB (APM 2 appendix B): area and name; null where it has none. */
  readonly amd: string | null
}

const WIDTHS = [16, 64, 32, 'natural'] as const
const GROUPS = ['control', 'exit information', 'guest state', 'host state'] as const

/** Names and VMCB names, 2 apart from an encoding on. What is left out of the manual's list is not built, and is refused with error 12. */
const ROWS: readonly (readonly [number, ...(readonly [string, string | null])[]])[] = [
  [0x0000, ['Virtual-processor identifier', 'guest ASID']],
  [0x0800, ['Guest ES selector', 'ES.sel'], ['Guest CS selector', 'CS.sel'], ['Guest SS selector', 'SS.sel'], ['Guest DS selector', 'DS.sel'], ['Guest FS selector', 'FS.sel'], ['Guest GS selector', 'GS.sel'],
    ['Guest LDTR selector', 'LDTR.sel'], ['Guest TR selector', 'TR.sel']],
  [0x0c00, ['Host ES selector', null], ['Host CS selector', null], ['Host SS selector', null], ['Host DS selector', null], ['Host FS selector', null], ['Host GS selector', null], ['Host TR selector', null]],
  [0x2000, ['I/O bitmap A', 'IOPM_BASE_PA'], ['I/O bitmap B', 'IOPM_BASE_PA'], ['MSR bitmaps', 'MSRPM_BASE_PA'], ['VM-exit MSR-store address', null], ['VM-exit MSR-load address', null], ['VM-entry MSR-load address', null]],
  [0x2010, ['TSC offset', 'TSC_OFFSET']],
  [0x201a, ['EPT pointer', 'N_CR3']],
  [0x2400, ['Guest-physical address', 'EXITINFO2']],
  [0x2800, ['VMCS link pointer', null], ['Guest IA32_DEBUGCTL', 'DBGCTL']],
  [0x4000, ['Pin-based VM-execution controls', 'intercept vectors'], ['Primary processor-based VM-execution controls', 'intercept vectors'], ['Exception bitmap', 'intercept exceptions'],
    ['Page-fault error-code mask', null], ['Page-fault error-code match', null], ['CR3-target count', null], ['VM-exit controls', null], ['VM-exit MSR-store count', null], ['VM-exit MSR-load count', null],
    ['VM-entry controls', null], ['VM-entry MSR-load count', null], ['VM-entry interruption-information field', 'EVENTINJ'], ['VM-entry exception error code', 'EVENTINJ'], ['VM-entry instruction length', 'nRIP']],
  [0x401e, ['Secondary processor-based VM-execution controls', 'intercept vectors']],
  [0x4400, ['VM-instruction error', null], ['Exit reason', 'EXITCODE'], ['VM-exit interruption information', 'EXITCODE'], ['VM-exit interruption error code', 'EXITINFO1'], ['IDT-vectoring information field', 'EXITINTINFO'],
    ['IDT-vectoring error code', 'EXITINTINFO'], ['VM-exit instruction length', 'nRIP'], ['VM-exit instruction information', 'guest instruction bytes']],
  [0x4800, ['Guest ES limit', 'ES.limit'], ['Guest CS limit', 'CS.limit'], ['Guest SS limit', 'SS.limit'], ['Guest DS limit', 'DS.limit'], ['Guest FS limit', 'FS.limit'], ['Guest GS limit', 'GS.limit'],
    ['Guest LDTR limit', 'LDTR.limit'], ['Guest TR limit', 'TR.limit'], ['Guest GDTR limit', 'GDTR.limit'], ['Guest IDTR limit', 'IDTR.limit'], ['Guest ES access rights', 'ES.attrib'], ['Guest CS access rights', 'CS.attrib'],
    ['Guest SS access rights', 'SS.attrib'], ['Guest DS access rights', 'DS.attrib'], ['Guest FS access rights', 'FS.attrib'], ['Guest GS access rights', 'GS.attrib'], ['Guest LDTR access rights', 'LDTR.attrib'],
    ['Guest TR access rights', 'TR.attrib'], ['Guest interruptibility state', 'INTERRUPT_SHADOW'], ['Guest activity state', null]],
  [0x482a, ['Guest IA32_SYSENTER_CS', 'SYSENTER_CS']],
  [0x4c00, ['Host IA32_SYSENTER_CS', null]],
  [0x6000, ['CR0 guest/host mask', 'intercept CR0'], ['CR4 guest/host mask', 'intercept CR4'], ['CR0 read shadow', null], ['CR4 read shadow', null], ['CR3-target value 0', null], ['CR3-target value 1', null],
    ['CR3-target value 2', null], ['CR3-target value 3', null]],
  [0x6400, ['Exit qualification', 'EXITINFO1']],
  [0x640a, ['Guest-linear address', null]],
  [0x6800, ['Guest CR0', 'CR0'], ['Guest CR3', 'CR3'], ['Guest CR4', 'CR4'], ['Guest ES base', 'ES.base'], ['Guest CS base', 'CS.base'], ['Guest SS base', 'SS.base'], ['Guest DS base', 'DS.base'], ['Guest FS base', 'FS.base'],
    ['Guest GS base', 'GS.base'], ['Guest LDTR base', 'LDTR.base'], ['Guest TR base', 'TR.base'], ['Guest GDTR base', 'GDTR.base'], ['Guest IDTR base', 'IDTR.base'], ['Guest DR7', 'DR7'], ['Guest RSP', 'RSP'], ['Guest RIP', 'RIP'],
    ['Guest RFLAGS', 'RFLAGS'], ['Guest pending debug exceptions', null], ['Guest IA32_SYSENTER_ESP', 'SYSENTER_ESP'], ['Guest IA32_SYSENTER_EIP', 'SYSENTER_EIP']],
  [0x6c00, ['Host CR0', null], ['Host CR3', null], ['Host CR4', null], ['Host FS base', null], ['Host GS base', null], ['Host TR base', null], ['Host GDTR base', null], ['Host IDTR base', null],
    ['Host IA32_SYSENTER_ESP', null], ['Host IA32_SYSENTER_EIP', null], ['Host RSP', null], ['Host RIP', null]],
]

/** All fields that this processor has. */
export const VMCS_FIELDS: readonly VmcsField[] = ROWS.flatMap(([first, ...names]) => names.map(([name, amd], n) => {
  const encoding = first + 2 * n
  return { encoding, name, amd, width: WIDTHS[encoding >> 13]!, group: GROUPS[(encoding >> 10) & 3]! }
}))

const SUPPORTED = new Set(VMCS_FIELDS.flatMap(({ encoding, width }) => (width === 64 ? [encoding, encoding + 1] : [encoding])))

/** Whether there is such a field; of those of 64 bits, encoding + 1 is the high half. */
export const isField = (encoding: number): boolean => SUPPORTED.has(encoding)

/** Fields that tell of exits cannot be written. */
export const isReadOnly = (encoding: number): boolean => ((encoding >> 10) & 3) === 1
