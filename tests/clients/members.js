// What the Node members of consumer groups share: see members.py.
import { readFileSync } from 'node:fs'

export const options = () => JSON.parse(readFileSync(0, 'utf8'))

export const processed = (partition, offset) => process.stdout.write(`r ${partition} ${offset}\n`)

export function onStop (leave) {
  process.once('SIGTERM', async () => {
    await leave()
    process.exit(0)
  })
}
