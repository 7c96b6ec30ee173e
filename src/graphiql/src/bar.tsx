import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import favicon from './favicon.svg'
import { EyeIcon, EyeOffIcon } from './icons'
import { type Session, signIn, signOut, tryAgain, adoptToken } from './session'

export function Bar({ session }: { session: Session }) {
  const hasToken = session.status !== 'signed-out'
  const actions = useRef<HTMLDivElement>(null)
  const before = useRef(hasToken)

  // Signing in or out replaces the control that was used: give the keyboard a new place.
  useEffect(() => {
    if (before.current === hasToken) return
    before.current = hasToken
    if (document.activeElement !== document.body) return
    actions.current?.querySelector<HTMLElement>(hasToken ? '[data-testid=sign-out]' : 'input')?.focus()
  }, [hasToken])

  return (
    <header className="dg-bar">
      <h1 className="dg-name">
        <img src={favicon} alt="" width="22" height="22" />
        dashgraph
      </h1>
      <State session={session} />
      <div ref={actions} className="dg-actions">
        {hasToken ? (
          <>
            {session.status === 'unreachable' && (
              <button type="button" className="dg-button" onClick={tryAgain}>
                Try again
              </button>
            )}
            <button type="button" className="dg-button" data-testid="sign-out" onClick={signOut}>
              Sign out
            </button>
          </>
        ) : (
          <>
            <TokenForm />
            <SignIn />
          </>
        )}
      </div>
    </header>
  )
}

function State({ session }: { session: Session }) {
  return (
    <p className="dg-state" role="status" data-testid="session-state" data-status={session.status}>
      {session.status === 'signed-in' && (
        <span
          data-testid="signed-in-as"
          title={session.until ? `Until ${session.until.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}` : undefined}
        >
          <span className="dg-dot" aria-hidden="true" />
          {session.name === null ? (
            'Signed in'
          ) : (
            <>
              Signed in as <strong>{session.name}</strong>
            </>
          )}
        </span>
      )}
      {session.status === 'checking' && 'Checking the token…'}
      {session.status === 'unreachable' && <span className="dg-problem">{session.problem}</span>}
      {session.status === 'signed-out' && (
        <>
          {session.problem && (
            <span className="dg-problem" data-testid="token-problem">
              {session.problem}
            </span>
          )}{' '}
          <span className="dg-hint">
            Sign in, or paste a token made with: <code>dashgraph token create</code>
          </span>
        </>
      )}
    </p>
  )
}

function TokenForm() {
  const [value, setValue] = useState('')
  const [shown, setShown] = useState(false)
  const id = useId()

  function submit(event: FormEvent) {
    event.preventDefault()
    if (value.trim()) adoptToken(value.trim())
  }

  return (
    <form className="dg-token" onSubmit={submit}>
      <label htmlFor={id} className="dg-hidden">
        API token
      </label>
      <div className="dg-field">
        <input
          id={id}
          data-testid="token-field"
          type={shown ? 'text' : 'password'}
          placeholder="API token"
          autoComplete="off"
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          value={value}
          onChange={event => setValue(event.target.value)}
        />
        <button
          type="button"
          className="dg-eye"
          data-testid="token-show"
          aria-label={shown ? 'Hide the token' : 'Show the token'}
          title={shown ? 'Hide the token' : 'Show the token'}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOffIcon /> : <EyeIcon />}
        </button>
      </div>
      <button type="submit" className="dg-button" data-testid="token-use" disabled={!value.trim()}>
        Use
      </button>
    </form>
  )
}

function SignIn() {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLFormElement>(null)
  const name = useRef<HTMLInputElement>(null)
  const password = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)

  function place(open: boolean) {
    if (!open || !button.current || !panel.current) return
    const { bottom, right } = button.current.getBoundingClientRect()
    panel.current.style.top = `${bottom + 8}px`
    panel.current.style.right = `${Math.max(8, document.documentElement.clientWidth - right)}px`
  }

  function opened(open: boolean) {
    if (open) name.current?.focus()
    else {
      setProblem(undefined)
      if (password.current) password.current.value = ''
    }
  }

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (busy || !name.current || !password.current) return
    setBusy(true)
    setProblem(undefined)
    const failure = await signIn(name.current.value.trim(), password.current.value)
    setBusy(false)
    if (failure === undefined) return
    setProblem(failure)
    password.current?.select()
    password.current?.focus()
  }

  return (
    <>
      <button ref={button} type="button" className="dg-button" data-testid="sign-in" popoverTarget={`${id}-panel`}>
        Sign in
      </button>
      <form
        ref={panel}
        id={`${id}-panel`}
        className="dg-panel"
        popover="auto"
        role="dialog"
        aria-label="Sign in"
        data-testid="sign-in-form"
        onBeforeToggle={event => place(event.newState === 'open')}
        onToggle={event => opened(event.newState === 'open')}
        onSubmit={submit}
      >
        <label htmlFor={`${id}-name`}>User name</label>
        <input
          ref={name}
          id={`${id}-name`}
          data-testid="sign-in-username"
          name="username"
          autoComplete="username"
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          required
        />
        <label htmlFor={`${id}-password`}>Password</label>
        <input
          ref={password}
          id={`${id}-password`}
          data-testid="sign-in-password"
          name="password"
          type="password"
          autoComplete="current-password"
          aria-describedby={problem ? `${id}-problem` : undefined}
          required
        />
        {problem && (
          <p id={`${id}-problem`} className="dg-problem" role="alert" data-testid="sign-in-problem">
            {problem}
          </p>
        )}
        <button type="submit" className="dg-button dg-primary" data-testid="sign-in-submit" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </>
  )
}
