// What graphql-codegen generates from a schema and operations: generate.mjs SCHEMA OPERATIONS FOLDER
import { codegen } from '@graphql-codegen/core'
import * as typescript from '@graphql-codegen/typescript'
import * as operations from '@graphql-codegen/typescript-operations'
import { parse } from 'graphql'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [schema, documents, folder] = process.argv.slice(2)
const read = path => parse(readFileSync(path, 'utf8'))
const config = {
  strictScalars: true,
  useTypeImports: true,
  scalars: {
    DateTime: 'string',
    EmailAddress: 'string',
    URL: 'string',
    JSON: 'unknown',
    _Any: 'unknown', // federation's own
    _FieldSet: 'string',
    link__Import: 'string',
  },
}

for (const [name, plugin] of Object.entries({ typescript, operations })) {
  const output = await codegen({
    schema: read(schema),
    documents: [{ location: documents, document: read(documents) }],
    filename: join(folder, `${name}.ts`),
    plugins: [{ [name]: config }],
    pluginMap: { [name]: plugin },
    config: {},
  })
  writeFileSync(join(folder, `${name}.ts`), output)
}
