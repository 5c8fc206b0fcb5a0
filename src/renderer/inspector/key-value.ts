import { t } from '../app/i18n/index.ts'

export interface KeyValue {
  readonly label: string
  readonly value: string
  readonly mono?: boolean
}

/** A row of the inspector; left out (empty list) when there is no value. */
export const row = (label: string, value: string | number | null | undefined, mono = false): KeyValue[] =>
  (value === null || value === undefined || value === '' ? [] : [{ label: t(`inspector.row.${label}`), value: String(value), mono }])
