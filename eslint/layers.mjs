import { dirname, relative, resolve, sep } from 'node:path'

/**
 * The architecture as lint errors: who may import whom (docs/architecture.md). A file's zone is the longest folder in `zones`
 * that holds it; its relative imports must lead into its own zone or one that is listed.
 */
export const layers = {
  meta: { type: 'problem', schema: [{ type: 'object' }], messages: { forbidden: '{{from}} must not import {{to}}' } },
  create(context) {
    const { root, zones } = context.options[0]
    const zoneOf = (file) => {
      const path = relative(root, file).split(sep).join('/')
      return Object.keys(zones).filter((zone) => path === zone || path.startsWith(`${zone}/`)).sort((a, b) => b.length - a.length)[0]
    }
    const from = zoneOf(context.filename)
    if (!from) return {}
    const check = (node) => {
      const source = node.source?.value
      if (typeof source !== 'string' || !source.startsWith('.')) return
      const to = zoneOf(resolve(dirname(context.filename), source.replace(/\?.*$/, '')))
      const allowed = to && (to === from || zones[from].some((zone) => to === zone || to.startsWith(`${zone}/`)))
      if (!allowed) context.report({ node, messageId: 'forbidden', data: { from, to: to ?? source } })
    }
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check }
  },
}
