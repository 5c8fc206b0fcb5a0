import { t } from '../../app/i18n/index.ts'
import { useToasts } from '../../app/stores/toasts.ts'
import { useMicroscope } from '../microscope-store.ts'

/** The protocol carries 100 million characters of base64. */
const MOST_BYTES = 75_000_000

const read = (file: File): Promise<string> => new Promise((resolve, reject) => {
  const reader = new FileReader()
  reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result.replace(/^[^,]*,/, '') : '')
  reader.onerror = () => reject(reader.error ?? new Error(file.name))
  reader.readAsDataURL(file)
})

/** Opens the file that was picked as a machine's image: a multiboot ELF, or a raw disk. */
export function useOpenImage() {
  const microscope = useMicroscope()

  async function take(picker: HTMLInputElement | null): Promise<void> {
    const file = picker?.files?.[0]
    if (!picker || !file) return
    if (file.size > MOST_BYTES) useToasts().error({ code: 'limit', message: t('microscope.image-too-big'), hint: '' })
    else await microscope.openImage(file.name.slice(0, 200), await read(file))
    // The same file can be picked again.
    picker.value = ''
  }

  return { take }
}
