// Writes a compressed copy beside each built file that is worth it; the server
// sends it to browsers that take gzip, which is all of them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const assets = join(dirname(fileURLToPath(import.meta.url)), '../dashgraph/app/graphiql/assets')
const LEAST = 1024 // bytes

for (const name of readdirSync(assets).filter(name => !name.endsWith('.gz'))) {
  const content = readFileSync(join(assets, name))
  if (content.length >= LEAST) {
    writeFileSync(join(assets, `${name}.gz`), gzipSync(content, { level: 9 }))
  }
}
