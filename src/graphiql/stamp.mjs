// Writes BUILD.json next to the built page: a hash over the sources it was
// built from, so that a test can tell when the build is older than they are.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const target = join(here, '../dashgraph/app/graphiql/BUILD.json')

function filesUnder(folder) {
  return readdirSync(join(here, folder), { withFileTypes: true }).flatMap(entry => {
    const path = posix.join(folder, entry.name)
    return entry.isDirectory() ? filesUnder(path) : [path]
  })
}

const files = [
  'index.html',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vite.config.ts',
  ...filesUnder('src'),
].sort()

const hash = createHash('sha256')
for (const file of files) {
  hash.update(file).update('\0').update(readFileSync(join(here, file))).update('\0')
}
writeFileSync(target, JSON.stringify({ sources: hash.digest('hex') }) + '\n')
