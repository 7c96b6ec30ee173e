import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  base: '/graphiql/',
  plugins: [react()],
  resolve: {
    dedupe: ['graphql', 'react', 'react-dom', 'monaco-editor', 'zustand'],
  },
  build: {
    outDir: '../dashgraph/app/graphiql',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    // The content security policy of the page allows files of its own, not more.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The licences of everything that ends up in the bundle travel with it.
    license: { fileName: 'assets/licenses.md' },
    chunkSizeWarningLimit: 5000,
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  worker: { format: 'es' },
  server: {
    proxy: {
      '/graphql': { target: 'http://127.0.0.1:8000', ws: true },
      '/login': 'http://127.0.0.1:8000',
      '/logout': 'http://127.0.0.1:8000',
    },
  },
})
