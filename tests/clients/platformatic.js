// @platformatic/kafka. Its consumer wants a group's name; fetching by offset never joins the group.
import { Admin, Consumer, Producer, ConfigResourceTypes } from '@platformatic/kafka'
import { run, seen, toBytes } from './door.js'

const optionsOf = request => ({
  clientId: 'platformatic',
  bootstrapBrokers: [request.bootstrap],
  timeout: 30_000,
  autocreateTopics: false
})

async function withClient (client, action) {
  try {
    return await action(client)
  } finally {
    await client.close()
  }
}

const withAdmin = (request, action) => withClient(new Admin(optionsOf(request)), action)

const withConsumer = (request, action) =>
  withClient(new Consumer({ ...optionsOf(request), groupId: 'reader' }), action)

async function create (request) {
  const configs = Object.entries(request.configs).map(([name, value]) => ({ name, value }))
  await withAdmin(request, admin =>
    admin.createTopics({ topics: [request.topic], partitions: request.partitions, replicas: 1, configs }))
  return {}
}

async function produce (request) {
  const messages = request.records.map(record => ({
    topic: request.topic,
    partition: request.partition,
    key: toBytes(record.key),
    value: toBytes(record.value),
    headers: new Map(record.headers.map(([name, value]) => [Buffer.from(name), toBytes(value)])),
    timestamp: BigInt(record.timestamp)
  }))
  const producer = new Producer(optionsOf(request))
  const { offsets } = await withClient(producer, () =>
    producer.send({ messages, acks: -1, idempotent: true, compression: request.compression }))
  const base = offsets.find(each => each.partition === request.partition).offset
  return { offsets: messages.map((_, index) => Number(base) + index) }
}

async function read (request) {
  return withConsumer(request, async consumer => {
    const metadata = await consumer.metadata({ topics: [request.topic] })
    const topic = metadata.topics.get(request.topic)
    const node = topic.partitions[request.partition].leader
    const ends = await consumer.listOffsets({ topics: [request.topic], timestamp: -1n })
    const end = ends.get(request.topic)[request.partition]
    const records = []
    for (let next = BigInt(request.offset); next < end;) {
      const response = await consumer.fetch({
        node,
        minBytes: 1,
        maxBytes: 4 << 20,
        maxWaitTime: 500,
        topics: [{
          topicId: topic.id,
          partitions: [{
            partition: request.partition,
            currentLeaderEpoch: -1,
            fetchOffset: next,
            lastFetchedEpoch: -1,
            partitionMaxBytes: 1 << 20
          }]
        }]
      })
      for (const batch of response.responses[0].partitions[0].records ?? []) {
        for (const record of batch.records) {
          const offset = batch.firstOffset + BigInt(record.offsetDelta)
          if (offset >= next) {
            const timestamp = batch.firstTimestamp + record.timestampDelta
            records.push(seen(offset, timestamp, record.key, record.value, record.headers))
            next = offset + 1n
          }
        }
      }
    }
    return { records }
  })
}

async function seek (request) {
  return withConsumer(request, async consumer => {
    const offsets = await consumer.listOffsets({ topics: [request.topic], timestamp: BigInt(request.timestamp) })
    return { offset: Number(offsets.get(request.topic)[request.partition]) }
  })
}

async function configs (request) {
  const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: request.topic }
  const [described] = await withAdmin(request, admin => admin.describeConfigs({ resources: [resource] }))
  return { configs: Object.fromEntries(described.configs.map(each => [each.name, each.value])) }
}

await run({
  supports: async () => ({ compressions: ['none', 'gzip', 'snappy', 'lz4', 'zstd'] }),
  create,
  produce,
  read,
  seek,
  configs
})
