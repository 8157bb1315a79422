/* One load generator for every broker that speaks Kafka's protocol, so that two of them are compared through one
 * client: librdkafka.
 *
 *   load produce BROKERS TOPIC RECORDS BYTES [key=value ...]
 *       As fast as the broker takes them. Every record's delivery is counted.
 *   load consume BROKERS TOPIC RECORDS [key=value ...]
 *       Every partition from its beginning until RECORDS have come; the clock runs from the first record.
 *   load latency BROKERS TOPIC RECORDS BYTES PER_SECOND [key=value ...]
 *       At a fixed rate, measured from the moment at which a record was DUE: a broker that stalls is charged for the
 *       records that had to wait behind the stall (no coordinated omission). "ack" ends with the delivery report,
 *       "end_to_end" with the record's arrival at a consumer.
 *   load gap BROKERS TOPIC RECORDS BYTES PER_SECOND [key=value ...]
 *       At a fixed rate, for somebody who hurts the brokers meanwhile: the longest time without an acknowledgement, and
 *       the longest that one record waited for its own. Says "writing" on a line of its own when it begins.
 *
 * key=value are librdkafka's settings (acks=all, batch.size=1000000). "test.mock.num.brokers=1" puts librdkafka's own
 * mock broker, inside this process, in the broker's place. The process prints "name value" lines, its own processor
 * seconds among them, and ends with 1 when a record failed or never came.
 * Build: gcc -O2 -pthread -o load load.c -lrdkafka */
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "common.h"

enum { VARIANTS = 4096, POLL_EVERY = 1024, PATIENCE_S = 30, GIVE_UP_S = 600 };

typedef struct {
    const char *brokers;
    const char *topic;
    long records;
    size_t bytes;
    double per_second;
    char **settings;
    int setting_count;
} Job;

/* One record's way, in seconds of the clock; not yet happened is negative. */
typedef struct {
    double due;
    double acknowledged;
    double consumed;
} Journey;

typedef struct {
    long delivered;
    long failed;
    Journey *journeys; /* null where nobody asks for latencies */
} Deliveries;

typedef struct {
    rd_kafka_t *consumer;
    Journey *journeys;
    long records;
    long consumed;
} Reader;

static _Noreturn void refuse(const char *why) {
    fprintf(stderr, "load: %s\n", why);
    exit(2);
}

static double processor_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Text that looks like small JSON and does not repeat within a record. */
static char *new_text(size_t count) {
    static const char letters[] = "{\"id\":0123456789,\"name\":\"abcdefghijklmnopqrstuvwxyz \"}";
    char *text = malloc(count);
    uint32_t state = 2463534242u;
    for (size_t i = 0; i < count; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        text[i] = letters[state % (sizeof letters - 1)];
    }
    return text;
}

static void set(rd_kafka_conf_t *settings, const char *key, const char *value) {
    char why[512];
    if (rd_kafka_conf_set(settings, key, value, why, sizeof why) != RD_KAFKA_CONF_OK) {
        refuse(why);
    }
}

static bool starts_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

/* A latency run gives one list of settings to both of its clients; each takes what is meant for it. */
static bool is_for(rd_kafka_type_t kind, const char *key) {
    static const char *producing[] = {
        "acks=", "linger", "batch", "compression", "enable.idempotence", "queue.buffering"};
    bool for_producer = false, for_consumer = starts_with(key, "fetch");
    for (size_t i = 0; i < sizeof producing / sizeof *producing; i++) {
        for_producer |= starts_with(key, producing[i]);
    }
    return kind == RD_KAFKA_PRODUCER ? !for_consumer : !for_producer;
}

static void apply_settings(rd_kafka_conf_t *settings, rd_kafka_type_t kind, const Job *job) {
    for (int i = 0; i < job->setting_count; i++) {
        char key[256];
        const char *equals = strchr(job->settings[i], '=');
        if (equals == NULL || (size_t)(equals - job->settings[i]) >= sizeof key) {
            refuse("a setting is written key=value");
        }
        snprintf(key, sizeof key, "%.*s", (int)(equals - job->settings[i]), job->settings[i]);
        if (is_for(kind, job->settings[i])) {
            set(settings, key, equals + 1);
        }
    }
}

static rd_kafka_t *new_client(rd_kafka_type_t kind, rd_kafka_conf_t *settings, const Job *job) {
    char why[512];
    set(settings, "bootstrap.servers", job->brokers);
    apply_settings(settings, kind, job);
    rd_kafka_t *client = rd_kafka_new(kind, settings, why, sizeof why);
    if (client == NULL) {
        refuse(why);
    }
    return client;
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *record, void *opaque) {
    (void)client;
    Deliveries *deliveries = opaque;
    if (record->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (deliveries->failed++ == 0) {
            fprintf(stderr, "load: a delivery failed: %s\n", rd_kafka_err2str(record->err));
        }
        return;
    }
    deliveries->delivered++;
    if (deliveries->journeys != NULL) {
        deliveries->journeys[(intptr_t)record->_private].acknowledged = seconds();
    }
}

static rd_kafka_t *new_producer(const Job *job, Deliveries *deliveries) {
    rd_kafka_conf_t *settings = rd_kafka_conf_new();
    set(settings, "queue.buffering.max.messages", "1000000");
    set(settings, "linger.ms", "5");
    rd_kafka_conf_set_dr_msg_cb(settings, on_delivery);
    rd_kafka_conf_set_opaque(settings, deliveries);
    return new_client(RD_KAFKA_PRODUCER, settings, job);
}

static rd_kafka_t *new_consumer(const Job *job) {
    rd_kafka_conf_t *settings = rd_kafka_conf_new();
    set(settings, "group.id", "load"); /* librdkafka asks for one even where partitions are assigned */
    set(settings, "enable.auto.commit", "false");
    set(settings, "auto.offset.reset", "earliest");
    set(settings, "queued.min.messages", "1000000");
    rd_kafka_t *consumer = new_client(RD_KAFKA_CONSUMER, settings, job);
    rd_kafka_poll_set_consumer(consumer);
    return consumer;
}

/* How many partitions the topic has, so that the first record does not wait for the client to learn it. */
static int partition_count(rd_kafka_t *client, rd_kafka_topic_t *topic) {
    const struct rd_kafka_metadata *metadata;
    if (rd_kafka_metadata(client, 0, topic, &metadata, PATIENCE_S * 1000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        refuse("no broker answers");
    }
    int count = metadata->topic_cnt == 0 ? 0 : metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    return count;
}

static void assign_all(rd_kafka_t *consumer, const char *name, int64_t offset) {
    rd_kafka_topic_t *topic = rd_kafka_topic_new(consumer, name, NULL);
    int count = partition_count(consumer, topic);
    if (count == 0) {
        refuse("there is no such topic");
    }
    rd_kafka_topic_partition_list_t *assigned = rd_kafka_topic_partition_list_new(count);
    for (int i = 0; i < count; i++) {
        rd_kafka_topic_partition_list_add(assigned, name, i)->offset = offset;
    }
    rd_kafka_assign(consumer, assigned);
    rd_kafka_topic_partition_list_destroy(assigned);
    rd_kafka_topic_destroy(topic);
}

static void send_record(rd_kafka_t *producer, rd_kafka_topic_t *topic, char *bytes, size_t count, long number) {
    while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, bytes, count, NULL, 0,
                            (void *)(intptr_t)number) != 0) {
        if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            refuse(rd_kafka_err2str(rd_kafka_last_error()));
        }
        rd_kafka_poll(producer, 10);
    }
}

static int produce(const Job *job) {
    Deliveries deliveries = {0};
    rd_kafka_t *producer = new_producer(job, &deliveries);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, job->topic, NULL);
    char *text = new_text(job->bytes + VARIANTS);
    partition_count(producer, topic);

    double began = seconds();
    for (long i = 0; i < job->records; i++) {
        send_record(producer, topic, text + i % VARIANTS, job->bytes, i);
        if (i % POLL_EVERY == 0) {
            rd_kafka_poll(producer, 0);
        }
    }
    while (rd_kafka_outq_len(producer) > 0 && seconds() - began < GIVE_UP_S) {
        rd_kafka_poll(producer, 100);
    }
    double rate = (double)deliveries.delivered / (seconds() - began);

    printf("records_per_s %.0f\n", rate);
    printf("mib_per_s %.1f\n", rate * (double)job->bytes / (1 << 20));
    printf("delivered %ld\nfailed %ld\n", deliveries.delivered, deliveries.failed);
    printf("client_cpu_s %.2f\n", processor_seconds());
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(producer);
    free(text);
    return deliveries.delivered == job->records ? 0 : 1;
}

static int consume(const Job *job) {
    enum { AT_ONCE = 4096 };
    static rd_kafka_message_t *records[AT_ONCE];
    rd_kafka_t *consumer = new_consumer(job);
    assign_all(consumer, job->topic, RD_KAFKA_OFFSET_BEGINNING);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(consumer);

    long consumed = 0;
    double bytes = 0, began = 0, last = seconds();
    while (consumed < job->records && seconds() - last < PATIENCE_S) {
        ssize_t count = rd_kafka_consume_batch_queue(queue, 200, records, AT_ONCE);
        for (ssize_t i = 0; i < count; i++) {
            if (records[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                began = consumed++ == 0 ? seconds() : began;
                bytes += (double)records[i]->len;
            }
            rd_kafka_message_destroy(records[i]);
        }
        last = count > 0 ? seconds() : last;
    }
    double taken = seconds() - began;

    printf("records_per_s %.0f\n", (double)consumed / taken);
    printf("mib_per_s %.1f\n", bytes / taken / (1 << 20));
    printf("consumed %ld\nclient_cpu_s %.2f\n", consumed, processor_seconds());
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return consumed >= job->records ? 0 : 1;
}

static void *read_journeys(void *argument) {
    Reader *reader = argument;
    double last = seconds();
    while (reader->consumed < reader->records && seconds() - last < PATIENCE_S) {
        rd_kafka_message_t *record = rd_kafka_consumer_poll(reader->consumer, 100);
        if (record == NULL) {
            continue;
        }
        long number = -1;
        if (record->err == RD_KAFKA_RESP_ERR_NO_ERROR && record->len >= sizeof number) {
            memcpy(&number, record->payload, sizeof number);
        }
        if (number >= 0 && number < reader->records && reader->journeys[number].consumed < 0) {
            reader->journeys[number].consumed = last = seconds();
            reader->consumed++;
        }
        rd_kafka_message_destroy(record);
    }
    return NULL;
}

/* Lets the client work until the moment comes: sleeping while it is far, polling while it is near. */
static void wait_until(rd_kafka_t *producer, double moment) {
    static const struct timespec nap = {.tv_nsec = 50000};
    for (double left = moment - seconds(); left > 0; left = moment - seconds()) {
        rd_kafka_poll(producer, left > 0.002 ? 1 : 0);
        if (left > 0.0002 && left <= 0.002) {
            nanosleep(&nap, NULL);
        }
    }
}

static void send_at_rate(const Job *job, rd_kafka_t *producer, rd_kafka_topic_t *topic, Journey *journeys) {
    char *text = new_text(job->bytes);
    double began = seconds();
    for (long i = 0; i < job->records; i++) {
        journeys[i].due = began + (double)i / job->per_second;
        wait_until(producer, journeys[i].due);
        memcpy(text, &i, sizeof i);
        send_record(producer, topic, text, job->bytes, i);
    }
    rd_kafka_flush(producer, PATIENCE_S * 1000);
    printf("rate_achieved %.0f\n", (double)job->records / (seconds() - began));
    free(text);
}

static void report_journeys(const Journey *journeys, long records) {
    double *acknowledged = malloc((size_t)records * sizeof *acknowledged);
    double *consumed = malloc((size_t)records * sizeof *consumed);
    size_t acknowledged_count = 0, consumed_count = 0;
    for (long i = 0; i < records; i++) {
        if (journeys[i].acknowledged >= 0) {
            acknowledged[acknowledged_count++] = journeys[i].acknowledged - journeys[i].due;
        }
        if (journeys[i].consumed >= 0) {
            consumed[consumed_count++] = journeys[i].consumed - journeys[i].due;
        }
    }
    report_percentiles("ack", acknowledged, acknowledged_count);
    report_percentiles("end_to_end", consumed, consumed_count);
    free(acknowledged);
    free(consumed);
}

static int latency(const Job *job) {
    Journey *journeys = malloc((size_t)job->records * sizeof *journeys);
    for (long i = 0; i < job->records; i++) {
        journeys[i] = (Journey){.due = -1, .acknowledged = -1, .consumed = -1};
    }
    Deliveries deliveries = {.journeys = journeys};
    rd_kafka_t *producer = new_producer(job, &deliveries);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, job->topic, NULL);
    partition_count(producer, topic);

    Reader reader = {.consumer = new_consumer(job), .journeys = journeys, .records = job->records};
    assign_all(reader.consumer, job->topic, RD_KAFKA_OFFSET_END);
    for (double settled = seconds() + 2; seconds() < settled;) { /* until its first fetch waits at the log's end */
        rd_kafka_message_t *record = rd_kafka_consumer_poll(reader.consumer, 50);
        if (record != NULL) {
            rd_kafka_message_destroy(record);
        }
    }
    pthread_t thread;
    pthread_create(&thread, NULL, read_journeys, &reader);
    send_at_rate(job, producer, topic, journeys);
    pthread_join(thread, NULL);

    report_journeys(journeys, job->records);
    printf("delivered %ld\nfailed %ld\nconsumed %ld\n", deliveries.delivered, deliveries.failed, reader.consumed);
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(producer);
    rd_kafka_consumer_close(reader.consumer);
    rd_kafka_destroy(reader.consumer);
    free(journeys);
    return deliveries.delivered == job->records && reader.consumed == job->records ? 0 : 1;
}

static int gap(const Job *job) {
    Journey *journeys = malloc((size_t)job->records * sizeof *journeys);
    for (long i = 0; i < job->records; i++) {
        journeys[i] = (Journey){.due = -1, .acknowledged = -1, .consumed = -1};
    }
    Deliveries deliveries = {.journeys = journeys};
    rd_kafka_t *producer = new_producer(job, &deliveries);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, job->topic, NULL);
    partition_count(producer, topic);

    puts("writing 1");
    fflush(stdout);
    send_at_rate(job, producer, topic, journeys);
    double waited = 0, *acknowledged = malloc((size_t)job->records * sizeof *acknowledged);
    size_t count = 0;
    for (long i = 0; i < job->records; i++) {
        if (journeys[i].acknowledged >= 0) {
            acknowledged[count++] = journeys[i].acknowledged;
            waited = journeys[i].acknowledged - journeys[i].due > waited
                ? journeys[i].acknowledged - journeys[i].due : waited;
        }
    }
    qsort(acknowledged, count, sizeof *acknowledged, compare_doubles);
    double longest = 0;
    for (size_t i = 1; i < count; i++) {
        longest = acknowledged[i] - acknowledged[i - 1] > longest ? acknowledged[i] - acknowledged[i - 1] : longest;
    }
    printf("longest_gap_ms %.0f\nlongest_wait_ms %.0f\n", longest * 1e3, waited * 1e3);
    printf("delivered %ld\nfailed %ld\n", deliveries.delivered, deliveries.failed);
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(producer);
    free(acknowledged);
    free(journeys);
    return deliveries.delivered == job->records ? 0 : 1;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        int fixed;
        int (*run)(const Job *job);
    } modes[] = {{"produce", 6, produce}, {"consume", 5, consume}, {"latency", 7, latency}, {"gap", 7, gap}};
    for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof *modes; i++) {
        if (strcmp(argv[1], modes[i].name) != 0 || argc < modes[i].fixed) {
            continue;
        }
        Job job = {
            .brokers = argv[2],
            .topic = argv[3],
            .records = atol(argv[4]),
            .bytes = modes[i].fixed > 5 ? strtoull(argv[5], NULL, 10) : 0,
            .per_second = modes[i].fixed > 6 ? atof(argv[6]) : 0,
            .settings = argv + modes[i].fixed,
            .setting_count = argc - modes[i].fixed,
        };
        if (job.records <= 0 || (modes[i].fixed > 6 && (job.per_second <= 0 || job.bytes < sizeof(long)))) {
            refuse("RECORDS and PER_SECOND must be positive, and a latency record has 8 bytes or more");
        }
        return modes[i].run(&job);
    }
    fprintf(stderr,
            "usage: load produce BROKERS TOPIC RECORDS BYTES [key=value ...]\n"
            "       load consume BROKERS TOPIC RECORDS [key=value ...]\n"
            "       load latency BROKERS TOPIC RECORDS BYTES PER_SECOND [key=value ...]\n"
            "       load gap BROKERS TOPIC RECORDS BYTES PER_SECOND [key=value ...]\n");
    return 2;
}
