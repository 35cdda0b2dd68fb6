/* Counts calls of the C library's allocation functions. Preloaded (LD_PRELOAD) into the program that is measured.
 *
 * The counts are in a file (COUNT_ALLOCATIONS) that is mapped into memory, as six 64-bit numbers: calls of malloc, calloc,
 * realloc, the aligned ones, free of something, and bytes asked for. Who maps the file too reads them at any time; the
 * program needn't do anything for it. A child of the program counts into the same file. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

enum { MALLOC, CALLOC, REALLOC, ALIGNED, FREE, BYTES, COUNTS };

static _Atomic uint64_t before[COUNTS]; /* what is counted until the file is there: nobody asks for it */
static _Atomic uint64_t *counts = before;

__attribute__((constructor)) static void map_file(void) {
    const char *path = getenv("COUNT_ALLOCATIONS");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *memory = mmap(NULL, sizeof before, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory != MAP_FAILED) counts = memory;
    close(file);
}

static void count(int what, size_t bytes) {
    __atomic_fetch_add((uint64_t *)&counts[what], 1, __ATOMIC_RELAXED);
    __atomic_fetch_add((uint64_t *)&counts[BYTES], bytes, __ATOMIC_RELAXED);
}

void *malloc(size_t size) {
    count(MALLOC, size);
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count(CALLOC, number * size);
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
    count(REALLOC, size);
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    count(ALIGNED, size);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    void *memory = memalign(alignment, size);
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}

void free(void *memory) {
    if (memory) count(FREE, 0);
    __libc_free(memory);
}
