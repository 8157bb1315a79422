// kafkajs. It has no assignment without a group, so reading goes through its cluster and brokers, one level below.
import { createRequire } from 'node:module'
import { CompressionAlgorithms, compressionsAlgorithms } from '@platformatic/kafka'
import { run, seen, toBytes } from './door.js'

process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1'
const require = createRequire(import.meta.url)
const { Kafka, CompressionTypes, CompressionCodecs, ConfigResourceTypes, logLevel } = require('kafkajs')
const Cluster = require('kafkajs/src/cluster')
const createSocketFactory = require('kafkajs/src/network/socketFactory')
const { createLogger } = require('kafkajs/src/loggers')
const consoleLogger = require('kafkajs/src/loggers/console')

// kafkajs brings gzip and takes the other codecs from whoever registers them.
for (const [name, type] of [['SNAPPY', CompressionTypes.Snappy], ['LZ4', CompressionTypes.LZ4], ['ZSTD', CompressionTypes.ZSTD]]) {
  const codec = compressionsAlgorithms[CompressionAlgorithms[name]]
  CompressionCodecs[type] = () => ({
    compress: async encoder => codec.compressSync(encoder.buffer),
    decompress: async buffer => codec.decompressSync(buffer)
  })
}

const types = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD
}

// kafkajs holds headers in an object: a name that repeats has an array of values.
function toHeaders (pairs) {
  const headers = {}
  for (const [name, value] of pairs) {
    headers[name] = name in headers ? [headers[name], toBytes(value)].flat() : toBytes(value)
  }
  return headers
}

const fromHeaders = headers =>
  Object.entries(headers ?? {}).flatMap(([name, value]) => [value].flat().map(each => [name, each]))

const kafkaOf = request =>
  new Kafka({ brokers: [request.bootstrap], clientId: 'kafkajs', logLevel: logLevel.ERROR, connectionTimeout: 10_000 })

async function withAdmin (request, action) {
  const admin = kafkaOf(request).admin()
  await admin.connect()
  try {
    return await action(admin)
  } finally {
    await admin.disconnect()
  }
}

async function create (request) {
  const configEntries = Object.entries(request.configs).map(([name, value]) => ({ name, value }))
  const topic = { topic: request.topic, numPartitions: request.partitions, replicationFactor: 1, configEntries }
  await withAdmin(request, admin => admin.createTopics({ topics: [topic], waitForLeaders: true }))
  return {}
}

async function produce (request) {
  const producer = kafkaOf(request).producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const messages = request.records.map(record => ({
    key: toBytes(record.key),
    value: toBytes(record.value),
    headers: toHeaders(record.headers),
    timestamp: String(record.timestamp),
    partition: request.partition
  }))
  const [{ baseOffset }] = await producer.send({
    topic: request.topic,
    acks: -1,
    compression: types[request.compression],
    messages
  })
  await producer.disconnect()
  return { offsets: messages.map((_, index) => Number(baseOffset) + index) }
}

async function read (request) {
  const [{ high }] = (await withAdmin(request, admin => admin.fetchTopicOffsets(request.topic)))
    .filter(each => each.partition === request.partition)
  const cluster = new Cluster({
    logger: createLogger({ level: logLevel.ERROR, logCreator: consoleLogger }),
    socketFactory: createSocketFactory(),
    brokers: [request.bootstrap],
    clientId: 'kafkajs',
    connectionTimeout: 10_000,
    metadataMaxAge: 60_000,
    allowAutoTopicCreation: false,
    retry: {}
  })
  await cluster.connect()
  await cluster.addTargetTopic(request.topic)
  const { leader } = cluster.findTopicPartitionMetadata(request.topic).find(each => each.partitionId === request.partition)
  const broker = await cluster.findBroker({ nodeId: leader })
  const records = []
  for (let next = BigInt(request.offset); next < BigInt(high);) {
    const partition = { partition: request.partition, fetchOffset: next.toString(), maxBytes: 1 << 20, currentLeaderEpoch: -1 }
    const { responses } = await broker.fetch({
      maxWaitTime: 500,
      minBytes: 1,
      maxBytes: 4 << 20,
      isolationLevel: 0,
      topics: [{ topic: request.topic, partitions: [partition] }]
    })
    for (const message of responses[0].partitions[0].messages) {
      if (BigInt(message.offset) >= next) {
        const headers = fromHeaders(message.headers)
        records.push(seen(message.offset, message.timestamp, message.key, message.value, headers))
        next = BigInt(message.offset) + 1n
      }
    }
  }
  await cluster.disconnect()
  return { records }
}

async function seek (request) {
  const offsets = await withAdmin(request, admin => admin.fetchTopicOffsetsByTimestamp(request.topic, request.timestamp))
  return { offset: Number(offsets.find(each => each.partition === request.partition).offset) }
}

async function configs (request) {
  const resource = { type: ConfigResourceTypes.TOPIC, name: request.topic }
  const { resources } = await withAdmin(request, admin =>
    admin.describeConfigs({ includeSynonyms: true, resources: [resource] }))
  return { configs: Object.fromEntries(resources[0].configEntries.map(each => [each.configName, each.configValue])) }
}

await run({ supports: async () => ({ compressions: Object.keys(types) }), create, produce, read, seek, configs })
