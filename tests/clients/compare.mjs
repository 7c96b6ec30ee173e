// What graphql-inspector finds between two schemas: compare.mjs OLD NEW, a line for each change
import { diff } from '@graphql-inspector/core'
import { buildSchema } from 'graphql'
import { readFileSync } from 'node:fs'

// The directives of federation are declared by a link, which buildSchema does not follow.
const read = path => buildSchema(readFileSync(path, 'utf8'), { assumeValidSDL: true })
const [before, after] = process.argv.slice(2).map(read)
for (const { criticality, path, message } of await diff(before, after)) {
  console.log(JSON.stringify({ level: criticality.level, path, message }))
}
