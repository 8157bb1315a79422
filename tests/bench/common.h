/* What the tools share: a clock, percentiles, and the end of a run that cannot go on. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline _Noreturn void fail(const char *what) {
    perror(what);
    exit(1);
}

static inline int compare_doubles(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Sorts durations in seconds and prints them in microseconds. */
static inline void report_percentiles(const char *name, double *taken, size_t count) {
    static const struct {
        const char *name;
        double share;
    } ranks[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};
    if (count == 0) {
        return;
    }
    qsort(taken, count, sizeof *taken, compare_doubles);
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        printf("%s_%s_us %.0f\n", name, ranks[i].name, taken[(size_t)((double)count * ranks[i].share)] * 1e6);
    }
    printf("%s_max_us %.0f\n", name, taken[count - 1] * 1e6);
}
