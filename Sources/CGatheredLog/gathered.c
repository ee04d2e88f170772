#include "CGatheredLog.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

// As much of the log as is written at once, some 31 pages of 4,096 bytes. SQLite's own file system can't
// write more by one call: it cuts the count off at 17 bits, and takes nothing written for a full disk
// (os_unix.c, seekAndWriteFd).
enum { gathered_bytes = 0x1ffff };

// The base's own file follows in memory.
struct log {
    sqlite3_file head;
    sqlite3_int64 offset;  // where what has gathered belongs
    int count;
    unsigned char *gathered;
};

static sqlite3_file *file_of(struct log *log) { return (sqlite3_file *)(log + 1); }

// MARK: The log

// Writes what has gathered. Where that fails it is dropped, as a short write that failed would be: SQLite
// hears of it, takes the transaction back, and writes over the place. It does so where writing, cutting or
// syncing the log fails; where reading it does, it may take back one statement only, and count on the rest.
static int flush(struct log *log) {
    if (log->count == 0) return SQLITE_OK;
    sqlite3_file *file = file_of(log);
    int count = log->count;
    log->count = 0;
    return file->pMethods->xWrite(file, log->gathered, count, log->offset);
}

static int log_write(sqlite3_file *handle, const void *bytes, int count, sqlite3_int64 offset) {
    struct log *log = (struct log *)handle;
    int follows = log->count > 0 && offset == log->offset + log->count;
    if (!follows || count > gathered_bytes - log->count) {
        int result = flush(log);
        if (result != SQLITE_OK) return result;
    }
    if (count > gathered_bytes) {
        sqlite3_file *file = file_of(log);
        return file->pMethods->xWrite(file, bytes, count, offset);
    }
    if (log->count == 0) log->offset = offset;
    memcpy(log->gathered + log->count, bytes, (size_t)count);
    log->count += count;
    return SQLITE_OK;
}

// Everything else finds the file as SQLite believes it to be.
#define after_flush(call)                                                       \
    struct log *log = (struct log *)handle;                                     \
    sqlite3_file *file = file_of(log);                                          \
    int result = flush(log);                                                    \
    return result != SQLITE_OK ? result : file->pMethods->call

// So what has gathered is read where it lies, and no write can fail here. Only a whole frame, which SQLite
// reads while it commits, may lie partly in the file.
static int log_read(sqlite3_file *handle, void *bytes, int count, sqlite3_int64 offset) {
    struct log *log = (struct log *)handle;
    sqlite3_file *file = file_of(log);
    sqlite3_int64 place = offset - log->offset;
    if (place >= 0 && place + count <= log->count) {
        memcpy(bytes, log->gathered + place, (size_t)count);
        return SQLITE_OK;
    }
    if (place < log->count && place + count > 0) {
        int result = flush(log);
        if (result != SQLITE_OK) return result;
    }
    return file->pMethods->xRead(file, bytes, count, offset);
}
static int log_truncate(sqlite3_file *handle, sqlite3_int64 count) {
    after_flush(xTruncate(file, count));
}
static int log_sync(sqlite3_file *handle, int how) { after_flush(xSync(file, how)); }
static int log_size(sqlite3_file *handle, sqlite3_int64 *count) {
    after_flush(xFileSize(file, count));
}
static int log_lock(sqlite3_file *handle, int level) { after_flush(xLock(file, level)); }
static int log_unlock(sqlite3_file *handle, int level) { after_flush(xUnlock(file, level)); }
static int log_is_reserved(sqlite3_file *handle, int *answer) {
    after_flush(xCheckReservedLock(file, answer));
}
static int log_control(sqlite3_file *handle, int what, void *argument) {
    after_flush(xFileControl(file, what, argument));
}

static int log_close(sqlite3_file *handle) {
    struct log *log = (struct log *)handle;
    sqlite3_file *file = file_of(log);
    int flushed = flush(log);
    int closed = file->pMethods->xClose(file);
    free(log->gathered);
    return flushed != SQLITE_OK ? flushed : closed;
}

static int log_sector_size(sqlite3_file *handle) {
    sqlite3_file *file = file_of((struct log *)handle);
    return file->pMethods->xSectorSize(file);
}
static int log_characteristics(sqlite3_file *handle) {
    sqlite3_file *file = file_of((struct log *)handle);
    return file->pMethods->xDeviceCharacteristics(file);
}

// Version 1: a log is neither shared nor mapped into memory by its own file.
static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_is_reserved,
    .xFileControl = log_control,
    .xSectorSize = log_sector_size,
    .xDeviceCharacteristics = log_characteristics,
};

// MARK: The file system

static sqlite3_vfs *base_of(sqlite3_vfs *system) { return system->pAppData; }

static int gathered_open(
    sqlite3_vfs *system, const char *name, sqlite3_file *handle, int flags, int *opened) {
    sqlite3_vfs *base = base_of(system);
    // Other files are the base's, without a detour.
    if (!(flags & SQLITE_OPEN_WAL)) return base->xOpen(base, name, handle, flags, opened);
    struct log *log = (struct log *)handle;
    memset(log, 0, sizeof *log);
    log->gathered = malloc(gathered_bytes);
    if (log->gathered == NULL) return SQLITE_NOMEM;
    sqlite3_file *file = file_of(log);
    file->pMethods = NULL;
    int result = base->xOpen(base, name, file, flags, opened);
    if (result != SQLITE_OK) {
        // SQLite closes what has methods, even where opening it failed.
        if (file->pMethods != NULL) file->pMethods->xClose(file);
        free(log->gathered);
        return result;
    }
    log->head.pMethods = &log_methods;
    return SQLITE_OK;
}

#define to_base(type, name, parameters, ...)                                    \
    static type gathered_##name parameters {                                    \
        sqlite3_vfs *base = base_of(system);                                    \
        return base->name(base, __VA_ARGS__);                                   \
    }
to_base(int, xDelete, (sqlite3_vfs *system, const char *name, int sync), name, sync)
to_base(int, xAccess, (sqlite3_vfs *system, const char *name, int flags, int *is), name, flags, is)
to_base(
    int, xFullPathname, (sqlite3_vfs *system, const char *name, int count, char *out), name, count, out)
to_base(int, xRandomness, (sqlite3_vfs *system, int count, char *out), count, out)
to_base(int, xSleep, (sqlite3_vfs *system, int microseconds), microseconds)
to_base(int, xCurrentTime, (sqlite3_vfs *system, double *day), day)
to_base(int, xGetLastError, (sqlite3_vfs *system, int count, char *out), count, out)
to_base(int, xCurrentTimeInt64, (sqlite3_vfs *system, sqlite3_int64 *ms), ms)

int gathered_log_register(const char *name, const char *base_name) {
    if (!sqlite3_compileoption_used("USE_URI")) return -1;
    int result = sqlite3_initialize();
    if (result != SQLITE_OK) return result;
    sqlite3_vfs *base = sqlite3_vfs_find(base_name);
    if (base == NULL) return -1;
    sqlite3_vfs *system = calloc(1, sizeof *system);
    if (system == NULL) return SQLITE_NOMEM;
    // No libraries are loaded through it, and none of the base's calls to the system replaced.
    system->iVersion = base->iVersion < 2 ? 1 : 2;
    system->szOsFile = (int)sizeof(struct log) + base->szOsFile;
    system->mxPathname = base->mxPathname;
    system->zName = name;
    system->pAppData = base;
    system->xOpen = gathered_open;
    system->xDelete = gathered_xDelete;
    system->xAccess = gathered_xAccess;
    system->xFullPathname = gathered_xFullPathname;
    system->xRandomness = gathered_xRandomness;
    system->xSleep = gathered_xSleep;
    system->xCurrentTime = gathered_xCurrentTime;
    system->xGetLastError = gathered_xGetLastError;
    system->xCurrentTimeInt64 = base->iVersion < 2 ? NULL : gathered_xCurrentTimeInt64;
    return sqlite3_vfs_register(system, 0);
}
