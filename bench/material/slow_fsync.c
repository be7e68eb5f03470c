/* Preloaded, this makes every wait for the disk longer by SLOW_FSYNC_MS milliseconds: a slow disk, anywhere. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

static void wait_longer(void) {
    const char *told = getenv("SLOW_FSYNC_MS");
    double ms = told ? atof(told) : 0;
    struct timespec left = {(time_t)(ms / 1000), (long)(ms * 1000000) % 1000000000L};
    while (nanosleep(&left, &left) == -1 && errno == EINTR) {
    }
}

int fsync(int file) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_longer();
    return real(file);
}

int fdatasync(int file) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_longer();
    return real(file);
}
