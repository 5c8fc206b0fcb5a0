const REACHES_OUT = 'script, iframe, object, embed, base, link:not([rel="stylesheet"]), meta[http-equiv]'

/**
 * A page that asks for nothing more: its own style sheets (as `read` answers them) stand in it; scripts, frames and what would
 * be fetched from elsewhere are gone, since in the window they would reach the app's server and not the simulated one.
 */
export async function selfContained(html: string, read: (href: string) => Promise<string>): Promise<string> {
  const page = new DOMParser().parseFromString(html, 'text/html')
  for (const element of page.querySelectorAll(REACHES_OUT)) element.remove()
  for (const element of page.querySelectorAll('[src], [srcset]')) {
    if (element.getAttribute('src')?.startsWith('data:')) continue
    element.removeAttribute('src')
    element.removeAttribute('srcset')
  }
  for (const link of page.querySelectorAll('link')) {
    const href = link.getAttribute('href') ?? ''
    const style = page.createElement('style')
    // An address with a scheme or a host is on the internet, which is not there.
    if (!/^([a-z]+:)?\/\//i.test(href)) style.textContent = await read(href)
    link.replaceWith(style)
  }
  return `<!doctype html>${page.documentElement.outerHTML}`
}
