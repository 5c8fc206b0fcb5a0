import { formatValue } from './operators.ts'
import { Callable, Dict, equal, iterate, less, List, PySet, Raised, repr, str, toInt, Tuple, type Value } from './values.ts'

type Method = (args: Value[]) => Value

/** The methods of the built-in types that are modelled. */
export function methodOf(target: Value, name: string): Callable | undefined {
  const table = typeof target === 'string' ? textMethods(target) : target instanceof List ? listMethods(target) : target instanceof Dict ? dictMethods(target) : target instanceof PySet ? setMethods(target) : {}
  const method = Object.hasOwn(table, name) ? table[name] : undefined
  return method && new Callable(name, async (args) => method(args))
}

function textMethods(text: string): Record<string, Method> {
  const count = (part: string): number => text.split(part).length - 1
  return {
    upper: () => text.toUpperCase(), lower: () => text.toLowerCase(), strip: () => text.trim(), lstrip: () => text.trimStart(), rstrip: () => text.trimEnd(), title: () => text.replace(/\b\w/g, (letter) => letter.toUpperCase()), capitalize: () => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase(),
    split: ([by]) => new List(by === undefined || by === null ? text.split(/\s+/).filter((part) => part !== '') : text.split(str(by))), splitlines: () => new List(text.replace(/\n$/, '').split('\n')), join: ([items]) => iterate(items ?? null).map(str).join(text),
    replace: ([from, to]) => text.replaceAll(str(from ?? ''), str(to ?? '')), startswith: ([part]) => text.startsWith(str(part ?? '')), endswith: ([part]) => text.endsWith(str(part ?? '')), find: ([part]) => BigInt(text.indexOf(str(part ?? ''))), count: ([part]) => BigInt(count(str(part ?? ''))),
    isdigit: () => /^\d+$/.test(text), isalpha: () => /^\p{L}+$/u.test(text), zfill: ([width]) => text.padStart(toInt(width ?? 0n), '0'), ljust: ([width]) => text.padEnd(toInt(width ?? 0n)), rjust: ([width]) => text.padStart(toInt(width ?? 0n)), center: ([width]) => formatValue(text, `^${toInt(width ?? 0n)}`), encode: () => text,
    format: (args) => { let at = 0; return text.replace(/\{(\d*)(?::([^}]*))?\}/g, (_, index: string, spec: string | undefined) => formatValue(args[index === '' ? at++ : Number(index)] ?? null, spec ?? '')) },
  }
}

function listMethods(list: List): Record<string, Method> {
  const find = (item: Value): number => list.items.findIndex((other) => equal(other, item))
  return {
    append: ([item]) => { list.items.push(item ?? null); return null }, extend: ([more]) => { list.items.push(...iterate(more ?? null)); return null }, insert: ([at, item]) => { list.items.splice(toInt(at ?? 0n), 0, item ?? null); return null },
    pop: ([at]) => { const gone = list.items.splice(at === undefined ? -1 : toInt(at), 1)[0]; if (gone === undefined) throw new Raised('IndexError', 'pop from empty list'); return gone },
    remove: ([item]) => { const at = find(item ?? null); if (at < 0) throw new Raised('ValueError', 'list.remove(x): x not in list'); list.items.splice(at, 1); return null }, index: ([item]) => { const at = find(item ?? null); if (at < 0) throw new Raised('ValueError', `${repr(item ?? null)} is not in list`); return BigInt(at) },
    sort: () => { list.items.sort((a, b) => (less(a, b) ? -1 : less(b, a) ? 1 : 0)); return null }, reverse: () => { list.items.reverse(); return null }, clear: () => { list.items = []; return null }, copy: () => new List([...list.items]), count: ([item]) => BigInt(list.items.filter((other) => equal(other, item ?? null)).length),
  }
}

function dictMethods(dict: Dict): Record<string, Method> {
  const entries = (): [Value, Value][] => [...dict.entries.values()]
  return {
    get: ([key, fallback]) => dict.get(key ?? null) ?? fallback ?? null, keys: () => new List(entries().map(([key]) => key)), values: () => new List(entries().map(([, value]) => value)), items: () => new List(entries().map((entry) => new Tuple(entry))),
    pop: ([key, fallback]) => { const value = dict.get(key ?? null); dict.entries.delete(repr(key ?? null)); if (value === undefined && fallback === undefined) throw new Raised('KeyError', repr(key ?? null)); return value ?? fallback ?? null },
    setdefault: ([key, value]) => { const known = dict.get(key ?? null); if (known === undefined) dict.set(key ?? null, value ?? null); return known ?? value ?? null }, update: ([other]) => { if (other instanceof Dict) for (const [key, value] of other.entries.values()) dict.set(key, value); return null },
  }
}

function setMethods(set: PySet): Record<string, Method> {
  return { add: ([item]) => { set.add(item ?? null); return null }, discard: ([item]) => { set.entries.delete(repr(item ?? null)); return null }, union: ([other]) => new PySet([...set.entries.values(), ...iterate(other ?? null)]) }
}
