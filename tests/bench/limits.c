/* What this machine can do at most, so that a broker's figure can be read as a share of it.
 *
 *   write     write(2) of one batch after another into a new file: the page cache
 *   sync      the same with an fdatasync after every 8 MiB: the disk
 *   tcp       one loopback TCP connection, a batch per send and per receive
 *   produce   loopback TCP, CRC-32C over each batch, write(2): the least that taking a batch costs
 *   consume   a file in the page cache, sendfile(2), loopback TCP: the least that serving a batch costs
 *   pingpong  a request of 1 KiB, an answer of 16 bytes, one at a time
 *
 * Usage: limits FOLDER [MIB [BATCH_BYTES]]     Defaults: 2048 MiB in batches of 65536 bytes.
 * Build: gcc -O2 -march=native -pthread -o limits limits.c
 * It uses 127.0.0.1 only, leaves nothing in FOLDER and prints "name value" lines: MiB/s, and microseconds for pingpong.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
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

enum { SYNC_EVERY = 8 << 20, QUESTION = 1024, ANSWER = 16, ROUND_TRIPS = 50000 };

static size_t total_bytes = (size_t)2048 << 20;
static size_t batch_bytes = 64 << 10;
static const char *folder;

/* The two ends of one connection. */
typedef struct {
    int near;
    int far;
} Link;

static void send_fully(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = write(fd, bytes, count);
        if (sent <= 0) {
            fail("write");
        }
        bytes += sent;
        count -= (size_t)sent;
    }
}

static void receive_fully(int fd, char *bytes, size_t count) {
    while (count > 0) {
        ssize_t received = read(fd, bytes, count);
        if (received <= 0) {
            fail("read");
        }
        bytes += received;
        count -= (size_t)received;
    }
}

static char *new_batch(void) {
    char *batch = malloc(batch_bytes);
    if (batch == NULL) {
        fail("malloc");
    }
    memset(batch, 'm', batch_bytes);
    return batch;
}

/* A new file that no name leads to: whatever happens to this process, nothing stays behind. */
static int new_file(void) {
    char name[4096];
    snprintf(name, sizeof name, "%s/limits-XXXXXX", folder);
    int file = mkstemp(name);
    if (file < 0) {
        fail(name);
    }
    unlink(name);
    return file;
}

static Link new_link(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 1) != 0
        || getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
        fail("listen on 127.0.0.1");
    }
    Link link = {.near = socket(AF_INET, SOCK_STREAM, 0)};
    if (connect(link.near, (struct sockaddr *)&address, length) != 0) {
        fail("connect to 127.0.0.1");
    }
    link.far = accept(listener, NULL, NULL);
    close(listener);
    int on = 1;
    setsockopt(link.near, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(link.far, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return link;
}

static void close_link(Link link) {
    close(link.near);
    close(link.far);
}

static void *send_everything(void *link) {
    char *batch = new_batch();
    for (size_t sent = 0; sent < total_bytes; sent += batch_bytes) {
        send_fully(((Link *)link)->near, batch, batch_bytes);
    }
    free(batch);
    return NULL;
}

static void *receive_everything(void *link) {
    char *batch = new_batch();
    for (size_t received = 0; received < total_bytes; received += batch_bytes) {
        receive_fully(((Link *)link)->near, batch, batch_bytes);
    }
    free(batch);
    return NULL;
}

static void *answer_everything(void *link) {
    char question[QUESTION], answer[ANSWER] = {0};
    for (int i = 0; i < ROUND_TRIPS; i++) {
        receive_fully(((Link *)link)->far, question, sizeof question);
        send_fully(((Link *)link)->far, answer, sizeof answer);
    }
    return NULL;
}

static void report_rate(const char *name, double began) {
    printf("%s_mib_per_s %.1f\n", name, (double)total_bytes / (1 << 20) / (seconds() - began));
    fflush(stdout);
}

static void measure_write(bool synced) {
    char *batch = new_batch();
    int file = new_file();
    double began = seconds();
    size_t unsynced = 0;
    for (size_t written = 0; written < total_bytes; written += batch_bytes) {
        send_fully(file, batch, batch_bytes);
        unsynced += batch_bytes;
        if (synced && unsynced >= SYNC_EVERY) {
            if (fdatasync(file) != 0) {
                fail("fdatasync");
            }
            unsynced = 0;
        }
    }
    report_rate(synced ? "sync" : "write", began);
    close(file);
    free(batch);
}

static void measure_receive(bool stored) {
    char *batch = new_batch();
    int file = stored ? new_file() : -1;
    volatile uint32_t checked = 0; /* keeps the compiler from leaving the check out */
    Link link = new_link();
    pthread_t sender;
    double began = seconds();
    pthread_create(&sender, NULL, send_everything, &link);
    for (size_t received = 0; received < total_bytes; received += batch_bytes) {
        receive_fully(link.far, batch, batch_bytes);
        if (stored) {
            checked ^= crc32c(batch, batch_bytes);
            send_fully(file, batch, batch_bytes);
        }
    }
    pthread_join(sender, NULL);
    report_rate(stored ? "produce" : "tcp", began);
    close_link(link);
    if (stored) {
        close(file);
    }
    free(batch);
}

static void measure_consume(void) {
    char *batch = new_batch();
    int file = new_file();
    for (size_t written = 0; written < total_bytes; written += batch_bytes) {
        send_fully(file, batch, batch_bytes);
    }
    Link link = new_link();
    pthread_t receiver;
    off_t position = 0;
    double began = seconds();
    pthread_create(&receiver, NULL, receive_everything, &link);
    while ((size_t)position < total_bytes) {
        size_t left = total_bytes - (size_t)position;
        if (sendfile(link.far, file, &position, left < batch_bytes ? left : batch_bytes) <= 0) {
            fail("sendfile");
        }
    }
    pthread_join(receiver, NULL);
    report_rate("consume", began);
    close_link(link);
    close(file);
    free(batch);
}

static void measure_pingpong(void) {
    char question[QUESTION] = {0}, answer[ANSWER];
    double *taken = malloc(ROUND_TRIPS * sizeof *taken);
    Link link = new_link();
    pthread_t answerer;
    pthread_create(&answerer, NULL, answer_everything, &link);
    for (int i = 0; i < ROUND_TRIPS; i++) {
        double began = seconds();
        send_fully(link.near, question, sizeof question);
        receive_fully(link.near, answer, sizeof answer);
        taken[i] = seconds() - began;
    }
    pthread_join(answerer, NULL);
    report_percentiles("pingpong", taken, ROUND_TRIPS);
    close_link(link);
    free(taken);
}

int main(int argc, char **argv) {
    if (argc < 2 || argc > 4) {
        fprintf(stderr, "usage: limits FOLDER [MIB [BATCH_BYTES]]\n");
        return 2;
    }
    folder = argv[1];
    if (argc > 2) {
        total_bytes = strtoull(argv[2], NULL, 10) << 20;
    }
    if (argc > 3) {
        batch_bytes = strtoull(argv[3], NULL, 10);
    }
    if (batch_bytes == 0 || total_bytes < batch_bytes) {
        fprintf(stderr, "limits: MIB and BATCH_BYTES must be positive, and one batch must fit\n");
        return 2;
    }
    total_bytes -= total_bytes % batch_bytes;
    measure_write(false);
    measure_write(true);
    measure_receive(false);
    measure_receive(true);
    measure_consume();
    measure_pingpong();
    return 0;
}
