/* A broker that does next to nothing: what a load generator reaches against it is what the generator and the wire
 * allow, and no broker on this machine can be given more.
 *
 *   sink discard PORT            receives each frame into one buffer, reads its header and answers
 *   sink store   PORT FOLDER     besides that checks each batch's CRC-32C and appends it to one file, and serves
 *                                fetches from that file with sendfile(2)
 *
 * One thread, one topic partition for every name, one connection in work at a time; no checks beyond the CRC. It speaks
 * the oldest versions that librdkafka and kcat take: ApiVersions 0, Metadata 1, ListOffsets 1, Produce 3, Fetch 4.
 * Listens on 127.0.0.1, says "ready" and runs until it is ended. Build: gcc -O2 -march=native -o sink sink.c */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"
#include "crc32c.h"

enum {
    PRODUCE = 0, FETCH = 1, LIST_OFFSETS = 2, METADATA = 3, API_VERSIONS = 18,
    UNSUPPORTED_VERSION = 35, CORRUPT_MESSAGE = 2,
    MOST_CONNECTIONS = 16, FRAME_BYTES = 64 << 20, ANSWER_BYTES = 4096, MOST_BATCHES = 1 << 20,
    BATCH_OVERHEAD = 12, LAST_DELTA_AT = 23, CRC_AT = 17, CRC_FROM = 21, EARLIEST = -2,
};

static const struct {
    int16_t api;
    int16_t version;
} spoken[] = {{PRODUCE, 3}, {FETCH, 4}, {LIST_OFFSETS, 1}, {METADATA, 1}, {API_VERSIONS, 0}};

typedef struct {
    const char *at;
    const char *end;
} Cursor;

typedef struct {
    char bytes[ANSWER_BYTES];
    size_t count;
} Answer;

typedef struct {
    int fd;
    char *frame; /* FRAME_BYTES of address space; pages come as they are touched */
    size_t have;
} Peer;

typedef struct {
    int64_t offset;
    off_t position;
} Batch;

static bool stores;
static int port, file = -1;
static Batch *batches;
static size_t batch_count;
static int64_t next_offset;
static off_t next_position;

static const char *take(Cursor *from, size_t count) {
    if ((size_t)(from->end - from->at) < count) {
        fprintf(stderr, "sink: a frame ended too early\n");
        exit(1);
    }
    const char *bytes = from->at;
    from->at += count;
    return bytes;
}

static int16_t take16(Cursor *from) {
    uint16_t value;
    memcpy(&value, take(from, sizeof value), sizeof value);
    return (int16_t)be16toh(value);
}

static int32_t take32(Cursor *from) {
    uint32_t value;
    memcpy(&value, take(from, sizeof value), sizeof value);
    return (int32_t)be32toh(value);
}

static int64_t take64(Cursor *from) {
    uint64_t value;
    memcpy(&value, take(from, sizeof value), sizeof value);
    return (int64_t)be64toh(value);
}

/* A string: its bytes and their count; null is empty. */
static const char *take_text(Cursor *from, int16_t *length) {
    *length = take16(from);
    *length = *length < 0 ? 0 : *length;
    return take(from, (size_t)*length);
}

static void put(Answer *to, const void *bytes, size_t count) {
    if (to->count + count > sizeof to->bytes) {
        fprintf(stderr, "sink: an answer grew too long\n");
        exit(1);
    }
    memcpy(to->bytes + to->count, bytes, count);
    to->count += count;
}

static void put16(Answer *to, int16_t value) {
    uint16_t wire = htobe16((uint16_t)value);
    put(to, &wire, sizeof wire);
}

static void put32(Answer *to, int32_t value) {
    uint32_t wire = htobe32((uint32_t)value);
    put(to, &wire, sizeof wire);
}

static void put64(Answer *to, int64_t value) {
    uint64_t wire = htobe64((uint64_t)value);
    put(to, &wire, sizeof wire);
}

static void put_text(Answer *to, const char *text, int16_t length) {
    put16(to, length);
    put(to, text, (size_t)length);
}

static void send_all(int fd, const char *bytes, size_t count, int flags) {
    while (count > 0) {
        ssize_t sent = send(fd, bytes, count, flags | MSG_NOSIGNAL);
        if (sent < 0) {
            return; /* the peer has gone; its next receive will say so */
        }
        bytes += sent;
        count -= (size_t)sent;
    }
}

static Answer begin(int32_t correlation) {
    Answer answer = {.count = sizeof(int32_t)}; /* the frame's length comes last */
    put32(&answer, correlation);
    return answer;
}

static void finish(int fd, Answer *answer, size_t following) {
    uint32_t length = htobe32((uint32_t)(answer->count - sizeof(int32_t) + following));
    memcpy(answer->bytes, &length, sizeof length);
    send_all(fd, answer->bytes, answer->count, following > 0 ? MSG_MORE : 0);
}

static void answer_versions(Answer *answer, int16_t version) {
    put16(answer, version > 0 ? UNSUPPORTED_VERSION : 0);
    put32(answer, sizeof spoken / sizeof *spoken);
    for (size_t i = 0; i < sizeof spoken / sizeof *spoken; i++) {
        put16(answer, spoken[i].api);
        put16(answer, spoken[i].version);
        put16(answer, spoken[i].version);
    }
}

static void answer_metadata(Answer *answer, Cursor *request) {
    put32(answer, 1);
    put32(answer, 0);
    put_text(answer, "127.0.0.1", 9);
    put32(answer, port);
    put16(answer, -1); /* no rack */
    put32(answer, 0);  /* controller */
    int32_t topics = take32(request);
    topics = topics < 0 ? 0 : topics;
    put32(answer, topics);
    for (int32_t i = 0; i < topics; i++) {
        int16_t length;
        const char *name = take_text(request, &length);
        put16(answer, 0);
        put_text(answer, name, length);
        put(answer, "", 1); /* not internal */
        put32(answer, 1);
        put16(answer, 0);
        put32(answer, 0); /* partition, leader, replicas, in-sync replicas */
        put32(answer, 0);
        put32(answer, 1);
        put32(answer, 0);
        put32(answer, 1);
        put32(answer, 0);
    }
}

/* Checks and appends every batch of one partition's records; what is stored has its offsets patched in. */
static int16_t append(char *records, size_t count) {
    off_t position = next_position;
    for (size_t at = 0; at < count;) {
        Cursor head = {records + at + sizeof(int64_t), records + count};
        size_t size = BATCH_OVERHEAD + (size_t)take32(&head);
        head.at = records + at + CRC_AT;
        uint32_t expected = (uint32_t)take32(&head);
        if (size > count - at || crc32c(records + at + CRC_FROM, size - CRC_FROM) != expected) {
            return CORRUPT_MESSAGE;
        }
        head.at = records + at + LAST_DELTA_AT;
        if (batch_count == MOST_BATCHES) {
            fprintf(stderr, "sink: no room for more batches\n");
            exit(1);
        }
        batches[batch_count++] = (Batch){next_offset, position};
        uint64_t base = htobe64((uint64_t)next_offset);
        memcpy(records + at, &base, sizeof base);
        next_offset += take32(&head) + 1;
        position += (off_t)size;
        at += size;
    }
    while (next_position < position) {
        ssize_t written = pwrite(file, records + count - (position - next_position),
                                 (size_t)(position - next_position), next_position);
        if (written < 0) {
            fail("pwrite");
        }
        next_position += written;
    }
    return 0;
}

/* False where the request wants no answer. */
static bool answer_produce(Answer *answer, Cursor *request) {
    int16_t length;
    take_text(request, &length); /* no transactions */
    int16_t acks = take16(request);
    take32(request); /* timeout */
    int32_t topics = take32(request);
    put32(answer, topics);
    for (int32_t i = 0; i < topics; i++) {
        const char *name = take_text(request, &length);
        put_text(answer, name, length);
        int32_t partitions = take32(request);
        put32(answer, partitions);
        for (int32_t j = 0; j < partitions; j++) {
            put32(answer, take32(request));
            int32_t size = take32(request);
            int64_t base = next_offset;
            char *records = (char *)take(request, (size_t)size);
            put16(answer, stores ? append(records, (size_t)size) : 0);
            put64(answer, base);
            put64(answer, -1); /* no log-append time */
        }
    }
    put32(answer, 0); /* not throttled */
    return acks != 0;
}

static void answer_offsets(Answer *answer, Cursor *request) {
    int16_t length;
    take32(request); /* replica */
    int32_t topics = take32(request);
    put32(answer, topics);
    for (int32_t i = 0; i < topics; i++) {
        const char *name = take_text(request, &length);
        put_text(answer, name, length);
        int32_t partitions = take32(request);
        put32(answer, partitions);
        for (int32_t j = 0; j < partitions; j++) {
            put32(answer, take32(request));
            put16(answer, 0);
            put64(answer, -1);
            put64(answer, take64(request) == EARLIEST ? 0 : next_offset);
        }
    }
}

/* Where the batch with this offset lies; the end of the file where there is none. */
static off_t find(int64_t offset) {
    size_t low = 0, high = batch_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (batches[middle].offset <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return offset >= next_offset || low == 0 ? next_position : batches[low - 1].position;
}

/* Answers the first partition that is asked for: header bytes, then the range of the file. */
static void serve_fetch(int fd, Answer *answer, Cursor *request) {
    int16_t length;
    take32(request); /* replica, longest wait, fewest bytes, most bytes, isolation */
    take32(request);
    take32(request);
    take32(request);
    take(request, 1);
    take32(request); /* topics: one */
    const char *name = take_text(request, &length);
    take32(request); /* partitions: one */
    int32_t partition = take32(request);
    off_t from = find(take64(request));
    off_t most = take32(request);
    size_t count = (size_t)(next_position - from < most ? next_position - from : most);
    put32(answer, 0); /* not throttled */
    put32(answer, 1);
    put_text(answer, name, length);
    put32(answer, 1);
    put32(answer, partition);
    put16(answer, 0);
    put64(answer, next_offset); /* high watermark, last stable offset */
    put64(answer, next_offset);
    put32(answer, 0); /* no aborted transactions */
    put32(answer, (int32_t)count);
    finish(fd, answer, count);
    while (count > 0) {
        ssize_t sent = sendfile(fd, file, &from, count);
        if (sent <= 0) {
            return;
        }
        count -= (size_t)sent;
    }
}

static void answer_frame(int fd, Cursor request) {
    int16_t api = take16(&request), version = take16(&request), length;
    Answer answer = begin(take32(&request));
    take_text(&request, &length); /* client id */
    switch (api) {
    case PRODUCE:
        if (!answer_produce(&answer, &request)) {
            return;
        }
        break;
    case FETCH:
        serve_fetch(fd, &answer, &request);
        return;
    case LIST_OFFSETS:
        answer_offsets(&answer, &request);
        break;
    case METADATA:
        answer_metadata(&answer, &request);
        break;
    case API_VERSIONS:
        answer_versions(&answer, version);
        break;
    default:
        fprintf(stderr, "sink: api %d is not spoken here\n", api);
        shutdown(fd, SHUT_RDWR);
        return;
    }
    finish(fd, &answer, 0);
}

/* One receive, then every frame that is whole; false when the peer has gone. */
static bool serve(Peer *peer) {
    ssize_t received = recv(peer->fd, peer->frame + peer->have, FRAME_BYTES - peer->have, 0);
    if (received <= 0) {
        return false;
    }
    peer->have += (size_t)received;
    size_t at = 0;
    while (peer->have - at >= sizeof(int32_t)) {
        Cursor head = {peer->frame + at, peer->frame + peer->have};
        size_t length = (size_t)(uint32_t)take32(&head);
        if (length > FRAME_BYTES - sizeof(int32_t)) {
            return false;
        }
        if (peer->have - at - sizeof(int32_t) < length) {
            break;
        }
        answer_frame(peer->fd, (Cursor){head.at, head.at + length});
        at += sizeof(int32_t) + length;
    }
    memmove(peer->frame, peer->frame + at, peer->have - at);
    peer->have -= at;
    return true;
}

static int listen_locally(void) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, MOST_CONNECTIONS) != 0) {
        fail("listen");
    }
    return listener;
}

static Peer accept_peer(int listener) {
    int on = 1;
    Peer peer = {.fd = accept(listener, NULL, NULL), .frame = malloc(FRAME_BYTES)};
    setsockopt(peer.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return peer;
}

static void open_file(const char *folder) {
    char name[4096];
    snprintf(name, sizeof name, "%s/sink-XXXXXX", folder);
    file = mkstemp(name);
    if (file < 0) {
        fail(name);
    }
    unlink(name);
    batches = malloc(MOST_BATCHES * sizeof *batches);
}

int main(int argc, char **argv) {
    stores = argc == 4 && strcmp(argv[1], "store") == 0;
    if (!stores && !(argc >= 3 && strcmp(argv[1], "discard") == 0)) {
        fprintf(stderr, "usage: sink discard PORT | sink store PORT FOLDER\n");
        return 2;
    }
    port = atoi(argv[2]);
    if (stores) {
        open_file(argv[3]);
    }
    struct pollfd polled[1 + MOST_CONNECTIONS] = {{.fd = listen_locally(), .events = POLLIN}};
    Peer peers[1 + MOST_CONNECTIONS];
    nfds_t count = 1;
    puts("ready");
    fflush(stdout);
    for (;;) {
        if (poll(polled, count, -1) < 0 && errno != EINTR) {
            fail("poll");
        }
        for (nfds_t i = 1; i < count; i++) {
            if (polled[i].revents != 0 && !serve(&peers[i])) {
                close(peers[i].fd);
                free(peers[i].frame);
                count--;
                peers[i] = peers[count];
                polled[i] = polled[count];
                i--;
            }
        }
        if (polled[0].revents != 0 && count <= MOST_CONNECTIONS) {
            peers[count] = accept_peer(polled[0].fd);
            polled[count] = (struct pollfd){.fd = peers[count].fd, .events = POLLIN};
            count++;
        }
    }
}
