import type { ProcessContext } from '../runtime/process-context.ts'

export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
}

export interface Group {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

function lines(process: ProcessContext, path: string): string[][] {
  if (!process.files.may(path, 'read')) return []
  return process.files.text(path).split('\n').filter((line) => line.includes(':')).map((line) => line.split(':'))
}

export function accounts(process: ProcessContext): Account[] {
  return lines(process, '/etc/passwd').map(([name = '', , uid = '', gid = '', , home = '/', shell = '/bin/sh']) => ({ name, uid: Number(uid), gid: Number(gid), home, shell }))
}

export function groups(process: ProcessContext): Group[] {
  return lines(process, '/etc/group').map(([name = '', , gid = '', members = '']) => ({ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }))
}

export const findAccount = (process: ProcessContext, user: string): Account | undefined => accounts(process).find((account) => account.name === user || String(account.uid) === user)
export const findGroup = (process: ProcessContext, group: string): Group | undefined => groups(process).find((entry) => entry.name === group || String(entry.gid) === group)
export const userNameOf = (process: ProcessContext, uid: number): string => accounts(process).find((account) => account.uid === uid)?.name ?? String(uid)
export const groupNameOf = (process: ProcessContext, gid: number): string => groups(process).find((group) => group.gid === gid)?.name ?? String(gid)
export const groupsOf = (process: ProcessContext, account: Account): number[] => [account.gid, ...groups(process).filter((group) => group.members.includes(account.name) && group.gid !== account.gid).map((group) => group.gid)]
