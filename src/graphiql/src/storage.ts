import { createLocalStorage, type Storage } from '@graphiql/toolkit'

// What GraphiQL remembers between visits goes to the local storage. Request
// headers may hold a token, and the query history would keep them: they are
// left out.

const WITH_HEADERS = /:(queries|favorites)$/

function withoutHeaders(value: string): string {
  try {
    return JSON.stringify(JSON.parse(value), (key, item) => (key === 'headers' ? undefined : item))
  } catch {
    return value
  }
}

export function createStorage(): Storage {
  try {
    void window.localStorage.length
  } catch {
    return createMemory() // switched off in this browser
  }
  const local = createLocalStorage({ namespace: 'dashgraph' })
  return {
    get length() {
      return local.length
    },
    getItem: key => local.getItem(key),
    setItem: (key, value) => local.setItem(key, WITH_HEADERS.test(key) ? withoutHeaders(value) : value),
    removeItem: key => local.removeItem(key),
    clear: () => local.clear(),
  }
}

function createMemory(): Storage {
  const items = new Map<string, string>()
  return {
    get length() {
      return items.size
    },
    getItem: key => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: key => void items.delete(key),
    clear: () => items.clear(),
  }
}
