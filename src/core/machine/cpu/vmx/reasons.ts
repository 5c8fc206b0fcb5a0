/** Basic exit reasons (SDM 3D appendix C) that occur on this processor. */
export const REASON = {
  exception: 0, externalInterrupt: 1, tripleFault: 2, interruptWindow: 7, taskSwitch: 9, cpuid: 10, hlt: 12, invd: 13, invlpg: 14, rdpmc: 15, rdtsc: 16, vmcall: 18, vmclear: 19, vmlaunch: 20, vmptrld: 21, vmptrst: 22, vmread: 23,
  vmresume: 24, vmwrite: 25, vmxoff: 26, vmxon: 27, controlRegister: 28, debugRegister: 29, io: 30, rdmsr: 31, wrmsr: 32, invalidGuestState: 33, monitorTrapFlag: 37, gdtrIdtr: 46, ldtrTr: 47, eptViolation: 48,
  eptMisconfiguration: 49, invept: 50, invvpid: 53, wbinvd: 54,
} as const

export type ExitName = keyof typeof REASON

/** Bit 31 of the exit-reason field: VM entry failed. */
export const ENTRY_FAILURE = -0x8000_0000

/** AMD's exit codes for the same (APM 2 appendix C); null: none, or several by what happened. */
export const AMD_EXIT: Readonly<Record<ExitName, string | null>> = {
  exception: 'VMEXIT_EXCP0–31', externalInterrupt: 'VMEXIT_INTR', tripleFault: 'VMEXIT_SHUTDOWN', interruptWindow: 'VMEXIT_VINTR', taskSwitch: 'VMEXIT_TASK_SWITCH', cpuid: 'VMEXIT_CPUID', hlt: 'VMEXIT_HLT', invd: 'VMEXIT_INVD',
  invlpg: 'VMEXIT_INVLPG', rdpmc: 'VMEXIT_RDPMC', rdtsc: 'VMEXIT_RDTSC', vmcall: 'VMEXIT_VMMCALL', vmclear: null, vmlaunch: 'VMEXIT_VMRUN', vmptrld: 'VMEXIT_VMLOAD', vmptrst: 'VMEXIT_VMSAVE', vmread: null,
  vmresume: 'VMEXIT_VMRUN', vmwrite: null, vmxoff: null, vmxon: null, controlRegister: 'VMEXIT_CR[0–15]_READ, _WRITE', debugRegister: 'VMEXIT_DR[0–15]_READ, _WRITE', io: 'VMEXIT_IOIO', rdmsr: 'VMEXIT_MSR', wrmsr: 'VMEXIT_MSR',
  invalidGuestState: 'VMEXIT_INVALID', monitorTrapFlag: null, gdtrIdtr: 'VMEXIT_GDTR_READ …', ldtrTr: 'VMEXIT_LDTR_READ …', eptViolation: 'VMEXIT_NPF', eptMisconfiguration: 'VMEXIT_NPF', invept: null, invvpid: 'VMEXIT_INVLPGA',
  wbinvd: 'VMEXIT_WBINVD',
}
