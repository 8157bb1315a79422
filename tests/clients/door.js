// The way in for the Node clients: steps as JSON on standard input, an answer to each as JSON on standard output, in the
// same shapes as door.py. A run that takes longer than the deadline ends itself.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const deadlineMs = 100_000

export const toBytes = text => (text === null ? null : Buffer.from(text, 'base64'))

const toText = data => (data === null || data === undefined ? null : Buffer.from(data).toString('base64'))

export const seen = (offset, timestamp, key, value, headers) => ({
  offset: Number(offset),
  timestamp: Number(timestamp),
  key: toText(key),
  value:
    value === null || value === undefined
      ? null
      : { length: value.length, sha256: createHash('sha256').update(value).digest('hex') },
  headers: headers.map(([name, data]) => [Buffer.from(name).toString(), toText(data)])
})

export async function run (actions) {
  const request = JSON.parse(readFileSync(0, 'utf8'))
  setTimeout(() => {
    console.error(`the steps took longer than ${deadlineMs} ms`)
    process.exit(3)
  }, deadlineMs).unref()
  try {
    const answers = []
    for (const step of request.steps) {
      answers.push(await actions[step.action]({ ...step, bootstrap: request.bootstrap }))
    }
    process.stdout.write(JSON.stringify(answers), () => process.exit(0))
  } catch (error) {
    console.error(error)
    process.exit(1)
  }
}
