// A member of a group by @platformatic/kafka, of either protocol.
import { Consumer } from '@platformatic/kafka'
import { onStop, options, processed } from './members.js'

const given = options()
const isModern = given.assignor === 'consumer'

const has = (error, is) => is(error) || (error.errors ?? []).some(each => has(each, is))

let consumer
let isStopping = false
onStop(() => {
  isStopping = true
  return consumer.close(true)
})

// This client does not always find back by itself when the group has gone on without it. A commit that is made before
// the heartbeat has told ends the stream with an error; and in the consumer protocol a member that is unknown takes a
// new id, but keeps its old epoch, with which no coordinator lets it join. The application begins anew.
while (!isStopping) {
  consumer = new Consumer({
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
  if (isModern) {
    consumer.on('consumer:heartbeat:error', ({ error }) => {
      if (has(error, each => each.unknownMemberId)) {
        stream.destroy(error)
      }
    })
  }
  try {
    for await (const message of stream) {
      processed(message.partition, message.offset)
    }
  } catch (error) {
    if (!has(error, each => each.needsRejoin)) {
      throw error
    }
    consumer.close(true).catch(() => {})
  }
}
