/* CRC-32C (Castagnoli) as record batches carry it, by the processor's own instruction. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE4_2__)
#include <nmmintrin.h>
#define CRC_BYTE(crc, byte) _mm_crc32_u8((uint32_t)(crc), (byte))
#define CRC_WORD(crc, word) _mm_crc32_u64((crc), (word))
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#define CRC_BYTE(crc, byte) __crc32cb((uint32_t)(crc), (byte))
#define CRC_WORD(crc, word) __crc32cd((uint32_t)(crc), (word))
#else
#error "no CRC-32C instruction: build with -march=native on a processor that has one"
#endif

static inline uint32_t crc32c(const char *bytes, size_t count) {
    uint64_t crc = 0xffffffff;
    for (; count >= sizeof(uint64_t); count -= sizeof(uint64_t), bytes += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        crc = CRC_WORD(crc, word);
    }
    for (; count > 0; count--, bytes++) {
        crc = CRC_BYTE(crc, (uint8_t)*bytes);
    }
    return (uint32_t)crc ^ 0xffffffff;
}
