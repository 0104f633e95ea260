/*
 * Temporal mean and standard deviation (ddof 0) of the multilooked intensity of a stack of SLC images, in one pass.
 *
 *   fused WIDTH HEIGHT LOOKS THREADS MEAN STD SLC [SLC ...]
 *
 * Each SLC is raw little-endian complex64, HEIGHT lines of WIDTH samples. The intensity of a cell is the mean of
 * re^2 + im^2 over LOOKS x LOOKS samples; incomplete cells at the far edges are dropped. A sample that is exactly
 * zero, or NaN, is missing: a cell is the mean of the others when they are at least half, else it is left out of
 * that pixel's statistics; a pixel with no valid date is NaN. MEAN and STD are raw float32, (HEIGHT / LOOKS) rows of (WIDTH / LOOKS).
 *
 * Every thread takes the next block of rows from a counter, reads it from each date into one small buffer that it
 * keeps, adds to sums in double precision, and writes the finished rows in place.
 */
#define _FILE_OFFSET_BITS 64
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 512 * 1024 };

struct job {
    long width, height, looks;
    long rows, cols;      /* of the looked image */
    long block_rows;      /* looked rows in one block */
    long dates;
    int *slc;             /* open files, one a date */
    int mean, std;
    atomic_long next_row; /* first looked row of the next block */
};

static void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("fused: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void *allocate(size_t bytes)
{
    void *memory;
    if (posix_memalign(&memory, 64, bytes) != 0) fail("out of memory");
    return memory;
}

static void read_fully(int file, void *buffer, size_t bytes, off_t offset)
{
    char *to = buffer;
    while (bytes > 0) {
        ssize_t got = pread(file, to, bytes, offset);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) fail("cannot read: %s", got < 0 ? strerror(errno) : "unexpected end of file");
        to += got;
        offset += got;
        bytes -= (size_t)got;
    }
}

static void write_fully(int file, const void *buffer, size_t bytes, off_t offset)
{
    const char *from = buffer;
    while (bytes > 0) {
        ssize_t put = pwrite(file, from, bytes, offset);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) fail("cannot write: %s", strerror(errno));
        from += put;
        offset += put;
        bytes -= (size_t)put;
    }
}

/* Whether all samples of one cell are exactly 0+0i: squares of tiny samples underflow, so the sum does not tell. */
/* The mean of the samples of a cell that are there, NaN where less than half are. */
static float mean_of_present(const float *cell, long width, long looks)
{
    double total = 0;
    long present = 0;
    for (long line = 0; line < looks; line++)
        for (long i = 0; i < looks; i++) {
            const double re = cell[line * 2 * width + 2 * i], im = cell[line * 2 * width + 2 * i + 1];
            const double power = re * re + im * im;
            if (power > 0) total += power, present++;
        }
    return 2 * present < looks * looks ? NAN : (float)(total / present);
}

/* Adds one looked row of one date. `lines` is the first of `looks` lines of interleaved re, im. */
static inline __attribute__((always_inline)) void add_row(const float *restrict lines, long width, long looks,
    long cols, float *restrict power, double *restrict sum, double *restrict squares, float *restrict count)
{
    const long used = cols * looks;
    for (long i = 0; i < 2 * used; i++) power[i] = lines[i] * lines[i];
    for (long line = 1; line < looks; line++) {
        const float *restrict samples = lines + line * 2 * width;
        for (long i = 0; i < 2 * used; i++) power[i] += samples[i] * samples[i];
    }
    const float scale = 1.0f / (float)(looks * looks);
    for (long col = 0; col < cols; col++) {
        float total = 0;
        for (long i = 0; i < 2 * looks; i++) total += power[col * 2 * looks + i];
        power[col] = total * scale;
    }
    for (long line = 0; line < looks; line++) {
        const float *samples = lines + line * 2 * width;
        int any = 0;
        for (long i = 0; i < used; i++) any |= (samples[2 * i] == 0) & (samples[2 * i + 1] == 0);
        if (!any) continue;
        for (long i = 0; i < used; i++)
            if (samples[2 * i] == 0 && samples[2 * i + 1] == 0) power[i / looks] = NAN;
    }
    for (long col = 0; col < cols; col++)
        if (power[col] != power[col]) power[col] = mean_of_present(lines + col * 2 * looks, width, looks);
    for (long col = 0; col < cols; col++) {
        const int valid = power[col] == power[col];
        const double value = valid ? power[col] : 0;
        sum[col] += value;
        squares[col] += value * value;
        count[col] += valid ? 1.0f : 0.0f;
    }
}

static void *work(void *argument)
{
    struct job *job = argument;
    const long cells = job->block_rows * job->cols;
    const size_t line_bytes = (size_t)job->width * 2 * sizeof(float);
    float *samples = allocate(line_bytes * job->looks * job->block_rows);
    float *power = allocate(line_bytes);
    double *sum = allocate(cells * sizeof *sum);
    double *squares = allocate(cells * sizeof *squares);
    float *count = allocate(cells * sizeof *count);
    float *mean = allocate(cells * sizeof *mean);
    float *std = allocate(cells * sizeof *std);

    for (;;) {
        const long row = atomic_fetch_add(&job->next_row, job->block_rows);
        if (row >= job->rows) break;
        const long rows = row + job->block_rows <= job->rows ? job->block_rows : job->rows - row;
        memset(sum, 0, cells * sizeof *sum);
        memset(squares, 0, cells * sizeof *squares);
        memset(count, 0, cells * sizeof *count);
        for (long date = 0; date < job->dates; date++) {
            read_fully(job->slc[date], samples, line_bytes * job->looks * rows,
                       (off_t)line_bytes * job->looks * row);
            for (long r = 0; r < rows; r++) {
                const float *lines = samples + r * job->looks * job->width * 2;
                const long at = r * job->cols;
                if (job->looks == 4) /* the usual case, with its loops unrolled */
                    add_row(lines, job->width, 4, job->cols, power, sum + at, squares + at, count + at);
                else
                    add_row(lines, job->width, job->looks, job->cols, power, sum + at, squares + at, count + at);
            }
        }
        for (long i = 0; i < rows * job->cols; i++) {
            const double m = sum[i] / count[i];
            const double variance = squares[i] / count[i] - m * m;
            mean[i] = (float)m;
            std[i] = (float)sqrt(variance < 0 ? 0 : variance); /* a NaN variance stays NaN */
        }
        const size_t bytes = (size_t)rows * job->cols * sizeof(float);
        const off_t offset = (off_t)row * job->cols * (off_t)sizeof(float);
        write_fully(job->mean, mean, bytes, offset);
        write_fully(job->std, std, bytes, offset);
    }
    free(samples), free(power), free(sum), free(squares), free(count), free(mean), free(std);
    return NULL;
}

static long positive(const char *text, const char *name)
{
    char *end;
    const long value = strtol(text, &end, 10);
    if (*end != '\0' || value < 1) fail("%s: found %s, expected a whole number from 1", name, text);
    return value;
}

static int create(const char *path)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0) fail("%s: %s", path, strerror(errno));
    return file;
}

int main(int argc, char **argv)
{
    if (argc < 8) {
        fputs("usage: fused WIDTH HEIGHT LOOKS THREADS MEAN STD SLC [SLC ...]\n", stderr);
        return 2;
    }
    struct job job = {.width = positive(argv[1], "WIDTH"),
                      .height = positive(argv[2], "HEIGHT"),
                      .looks = positive(argv[3], "LOOKS"),
                      .dates = argc - 7};
    const long threads = positive(argv[4], "THREADS");
    job.rows = job.height / job.looks;
    job.cols = job.width / job.looks;
    if (job.rows == 0 || job.cols == 0) fail("%ld looks do not fit in the image", job.looks);
    const long look_row_bytes = job.width * job.looks * 2 * (long)sizeof(float);
    job.block_rows = READ_BYTES / look_row_bytes > 0 ? READ_BYTES / look_row_bytes : 1;

    const off_t expected = (off_t)job.width * job.height * 2 * (off_t)sizeof(float);
    job.slc = allocate(job.dates * sizeof *job.slc);
    for (long date = 0; date < job.dates; date++) {
        const char *path = argv[7 + date];
        struct stat status;
        job.slc[date] = open(path, O_RDONLY);
        if (job.slc[date] < 0 || fstat(job.slc[date], &status) != 0) fail("%s: %s", path, strerror(errno));
        if (status.st_size < expected)
            fail("%s: found %lld bytes, expected %lld", path, (long long)status.st_size, (long long)expected);
    }
    job.mean = create(argv[5]);
    job.std = create(argv[6]);
    atomic_init(&job.next_row, 0);

    pthread_t *others = allocate(threads * sizeof *others);
    for (long i = 1; i < threads; i++)
        if (pthread_create(&others[i], NULL, work, &job) != 0) fail("cannot start a thread");
    work(&job);
    for (long i = 1; i < threads; i++) pthread_join(others[i], NULL);
    if (close(job.mean) != 0 || close(job.std) != 0) fail("cannot write: %s", strerror(errno));
    return 0;
}
