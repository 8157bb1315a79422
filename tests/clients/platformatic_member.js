// A member of a group by @platformatic/kafka, of either protocol.
import { Consumer } from '@platformatic/kafka'
import { onStop, options, processed } from './members.js'

const given = options()
const isModern = given.assignor === 'consumer'
const consumer = new Consumer({
  clientId: given.name,
  bootstrapBrokers: [given.bootstrap],
  groupId: given.group,
  sessionTimeout: given.sessionMs,
  heartbeatInterval: given.sessionMs / 6,
  rebalanceTimeout: given.rebalanceMs,
  groupProtocol: isModern ? 'consumer' : 'classic',
  ...(isModern ? {} : { protocols: [{ name: given.assignor, version: 1 }] }),
  retryDelay: 100,
  retries: 100
})
const stream = await consumer.consume({
  topics: [given.topic],
  mode: 'committed',
  fallbackMode: 'earliest',
  maxWaitTime: 200,
  autocommit: 200
})
onStop(() => consumer.close(true))
for await (const message of stream) {
  processed(message.partition, message.offset)
}
