// Who is signed in. The token lives in this module and in the session storage
// of this browser tab, nowhere else: not in the address, not in a log, not in
// the query history.

const STORAGE_KEY = 'dashgraph.token'
const GRAPHQL_URL = '/graphql'
const GRAPHQL_ACCEPT = 'application/graphql-response+json, application/json;q=0.9'

export type Session =
  | { status: 'signed-out'; problem?: string }
  | { status: 'checking' }
  | { status: 'signed-in'; name: string | null; until: Date | null }
  | { status: 'unreachable'; problem: string }

let token: string | null = null
let until: Date | null = null
let session: Session = { status: 'signed-out' }
// Counts the tokens (and the lack of one), to tell late answers from current ones.
let generation = 0
let settled: Promise<void> = Promise.resolve()
const listeners = new Set<() => void>()

export function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function getSession(): Session {
  return session
}

function update(next: Session): void {
  session = next
  for (const listener of listeners) listener()
}

function store(value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(STORAGE_KEY)
    else sessionStorage.setItem(STORAGE_KEY, value)
  } catch {
    // Without session storage the token lasts until the page is left.
  }
}

function stored(): string | null {
  try {
    return sessionStorage.getItem(STORAGE_KEY)
  } catch {
    return null
  }
}

/** Takes `#token=...` out of the address bar and gives its value. */
function takeFromAddress(): string | null {
  const parts = location.hash.slice(1).split('&')
  const found = parts.find(part => part.startsWith('token='))
  if (found === undefined) return null
  const rest = parts.filter(part => part !== found).join('&')
  history.replaceState(history.state, '', location.pathname + location.search + (rest && `#${rest}`))
  const raw = found.slice('token='.length)
  try {
    return decodeURIComponent(raw).trim() || null
  } catch {
    return raw
  }
}

export function start(): void {
  const given = takeFromAddress()
  const value = given ?? stored()
  if (value !== null) adoptToken(value)
  window.addEventListener('hashchange', () => {
    const next = takeFromAddress()
    if (next !== null) adoptToken(next)
  })
}

export function adoptToken(value: string, expiresAt: Date | null = null): void {
  token = value
  until = expiresAt
  store(value)
  settled = check()
}

export function tryAgain(): void {
  if (token !== null) settled = check()
}

function forget(problem?: string): void {
  token = null
  until = null
  store(null)
  generation += 1
  update({ status: 'signed-out', problem })
}

export function signOut(): void {
  const old = token
  forget()
  if (old === null) return
  fetch('/logout', { method: 'POST', headers: { Authorization: `Bearer ${old}` }, keepalive: true }).catch(() => {})
}

/** Asks the server once who the token belongs to. */
async function check(): Promise<void> {
  const current = ++generation
  update({ status: 'checking' })
  const answer = await whoIs(token)
  if (current !== generation) return
  if (answer === 'refused') forget('This token is not accepted.')
  else update(answer)
}

async function whoIs(value: string | null): Promise<Session | 'refused'> {
  let headers: Headers
  try {
    headers = new Headers({ 'Content-Type': 'application/json', Accept: GRAPHQL_ACCEPT, Authorization: `Bearer ${value}` })
  } catch {
    return 'refused' // characters that no token can have
  }
  try {
    const response = await fetch(GRAPHQL_URL, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: '{ viewer { user { displayName } } }' }),
    })
    if (response.status === 401) return 'refused'
    if (response.status >= 500) return { status: 'unreachable', problem: `The server answered ${response.status}.` }
    const body = await response.json()
    if (hasCode(body, 'UNAUTHENTICATED')) return 'refused'
    return { status: 'signed-in', name: body?.data?.viewer?.user?.displayName ?? null, until }
  } catch {
    return { status: 'unreachable', problem: 'The server cannot be reached.' }
  }
}

function hasCode(body: any, code: string): boolean {
  return Array.isArray(body?.errors) && body.errors.some((error: any) => error?.extensions?.code === code)
}

/** Signs in with a name and a password. Gives the problem to show, or nothing. */
export async function signIn(username: string, password: string): Promise<string | undefined> {
  let response: Response
  let body: any
  try {
    response = await fetch('/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({ username, password }),
    })
  } catch {
    return 'The server cannot be reached. Try again in a moment.'
  }
  try {
    body = await response.json()
  } catch {
    body = null
  }
  if (response.ok && typeof body?.token === 'string') {
    const expires = new Date(body.expiresAt ?? '')
    adoptToken(body.token, Number.isNaN(expires.getTime()) ? null : expires)
    return undefined
  }
  const message = body?.errors?.[0]?.message
  if (typeof message === 'string' && message) return message
  return response.status === 401
    ? 'The user name or the password is not right.'
    : `Signing in did not work: the server answered ${response.status}.`
}

/** What a WebSocket says first: who is there. */
export async function connectionParams(): Promise<Record<string, string>> {
  await settled
  return token === null ? {} : { token }
}

/** `fetch` for GraphiQL: adds the token, unless the request headers set one. */
export const graphqlFetch: typeof fetch = async (input, init = {}) => {
  await settled
  const headers = new Headers(init.headers)
  headers.set('Accept', GRAPHQL_ACCEPT)
  const mine = token !== null && !headers.has('Authorization')
  if (mine) headers.set('Authorization', `Bearer ${token}`)
  const current = generation

  const response = await fetch(input, { ...init, headers })
  if (response.status === 401 && mine && current === generation) {
    forget('Your sign-in has ended.')
  }
  if (!/json/i.test(response.headers.get('Content-Type') ?? '')) {
    throw new Error(`The server answered with status ${response.status} and no JSON.`)
  }
  return response
}
