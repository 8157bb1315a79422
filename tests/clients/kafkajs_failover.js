// kafkajs while brokers die: as failover.py says, in one thread.
import { createRequire } from 'node:module'
import { options } from './members.js'

process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1'
const { Kafka, logLevel } = createRequire(import.meta.url)('kafkajs')
const given = options()
const pauseMs = 5
const patienceMs = 60_000

const say = line => process.stdout.write(`${line}\n`)
const acknowledged = new Set()
const read = new Set()
let isStopped = false
let hasFailed = false

function failed (error) {
  hasFailed = true
  say(`e ${String(error?.stack ?? error).replaceAll('\n', ' ')}`)
}

const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

process.once('SIGTERM', () => { isStopped = true })
process.on('unhandledRejection', failed)

const kafka = new Kafka({
  brokers: given.bootstrap.split(','),
  clientId: 'failover',
  logLevel: logLevel.NOTHING,
  connectionTimeout: 3000,
  requestTimeout: 10_000,
  retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 200 }
})
const producer = kafka.producer()
const consumer = kafka.consumer({
  groupId: given.group,
  sessionTimeout: 10_000,
  heartbeatInterval: 1000,
  maxWaitTimeInMs: 200
})

consumer.on(consumer.events.CRASH, ({ payload }) => {
  // One that restarts by itself is no application's concern.
  if (!payload.restart) {
    failed(payload.error)
  }
})

async function produce () {
  await producer.connect()
  const sending = new Set()
  for (let number = 0; !isStopped && !hasFailed; number++) {
    const sent = producer.send({ topic: given.topic, acks: -1, messages: [{ value: String(number) }] })
      .then(() => { acknowledged.add(number); say(`a ${number}`) }, failed)
      .finally(() => sending.delete(sent))
    sending.add(sent)
    await (sending.size < 100 ? pause(pauseMs) : Promise.race(sending))
  }
  await Promise.all(sending)
  await producer.disconnect()
}

async function consume () {
  await consumer.connect()
  await consumer.subscribe({ topics: [given.topic], fromBeginning: true })
  await consumer.run({
    autoCommitInterval: 200,
    eachMessage: async ({ message }) => {
      const number = Number(message.value)
      read.add(number)
      say(`r ${number}`)
    }
  })
}

try {
  await Promise.all([consume(), produce()])
  const until = Date.now() + patienceMs
  while (!hasFailed && [...acknowledged].some(number => !read.has(number))) {
    if (Date.now() > until) {
      failed('not all that was acknowledged was read in time')
    }
    await pause(100)
  }
  await consumer.disconnect()
} catch (error) {
  failed(error)
}
process.exit(hasFailed ? 1 : 0)
