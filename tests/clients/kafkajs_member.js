// A member of a group by kafkajs. It brings one assignor, by a name of its own; in a group with others it needs theirs.
import { createRequire } from 'node:module'
import { onStop, options, processed } from './members.js'

const { AssignerProtocol, Kafka, PartitionAssigners, logLevel } = createRequire(import.meta.url)('kafkajs')
const given = options()

const named = name => context => ({ ...PartitionAssigners.roundRobin(context), name, protocol: protocolOf(name) })

const protocolOf = name => ({ topics }) =>
  ({ name, metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics }) })

const kafka = new Kafka({
  brokers: [given.bootstrap],
  clientId: given.name,
  logLevel: logLevel.NOTHING,
  retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 100 }
})
const consumer = kafka.consumer({
  groupId: given.group,
  sessionTimeout: given.sessionMs,
  heartbeatInterval: given.sessionMs / 6,
  rebalanceTimeout: given.rebalanceMs,
  maxWaitTimeInMs: 200,
  partitionAssigners: [given.assignor === null ? PartitionAssigners.roundRobin : named(given.assignor)]
})
onStop(() => consumer.disconnect())
await consumer.connect()
await consumer.subscribe({ topics: [given.topic], fromBeginning: true })
await consumer.run({
  autoCommitInterval: 200,
  eachMessage: async ({ partition, message }) => processed(partition, message.offset)
})
