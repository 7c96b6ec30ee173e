import '@graphiql/react/font/roboto.css'
import '@graphiql/react/font/fira-code.css'
import '@graphiql/react/style.css'
import '@graphiql/plugin-doc-explorer/style.css'
import '@graphiql/plugin-history/style.css'
import 'graphiql/graphiql.css'
import './style.css'
import './workers'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { start } from './session'

start()
createRoot(document.getElementById('root')!).render(<App />)
