#include "CSimulatedDisk.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { sector_bytes = 512, files_per_disk = 16, name_bytes = 48, most_disks = 4096 };

// A write or a truncation that the platter has not seen.
struct pending {
    int64_t offset;
    int64_t count;  // -1 for a truncation to `offset`
    size_t bytes;   // where its bytes begin in `log`
};

struct bytes {
    uint8_t *at;
    int64_t count, room;
};

struct file {
    char name[name_bytes];
    int is_seen;      // programs see it
    int is_on_platter;  // its entry in the folder is synced
    struct bytes seen, platter, log;
    struct pending *pending;
    int pending_count, pending_room;
};

struct simulated_disk {
    int number;
    int is_dead;
    int is_full;
    int handles;
    unsigned generation;
    enum simulated_fault fault;
    uint64_t call, seed;
    int has_failed;
    uint64_t writes, trace;
    struct file files[files_per_disk];
};

struct handle {
    sqlite3_file base;
    simulated_disk *disk;
    struct file *file;
    unsigned generation;
    int deletes;  // the file goes when it is closed
};

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static simulated_disk *registry[most_disks];

// MARK: Memory

static void *checked(void *memory) {
    if (memory == NULL) abort();
    return memory;
}

static void reserve(struct bytes *bytes, int64_t count) {
    if (count <= bytes->room) return;
    int64_t room = bytes->room < 4096 ? 4096 : bytes->room;
    while (room < count) room *= 2;
    bytes->at = checked(realloc(bytes->at, (size_t)room));
    bytes->room = room;
}

static void put(struct bytes *bytes, int64_t offset, const uint8_t *from, int64_t count) {
    if (count <= 0) return;
    reserve(bytes, offset + count);
    // A hole reads as zeros.
    if (offset > bytes->count) memset(bytes->at + bytes->count, 0, (size_t)(offset - bytes->count));
    memcpy(bytes->at + offset, from, (size_t)count);
    if (offset + count > bytes->count) bytes->count = offset + count;
}

static void cut(struct bytes *bytes, int64_t count) {
    if (count < bytes->count) {
        bytes->count = count;
    } else if (count > bytes->count) {
        reserve(bytes, count);
        memset(bytes->at + bytes->count, 0, (size_t)(count - bytes->count));
        bytes->count = count;
    }
}

static void become(struct bytes *bytes, const struct bytes *other) {
    bytes->count = 0;
    put(bytes, 0, other->at, other->count);
}

static void release(struct file *file) {
    free(file->seen.at);
    free(file->platter.at);
    free(file->log.at);
    free(file->pending);
    memset(file, 0, sizeof *file);
}

// MARK: Chance. Source: Vigna's splitmix64.c.

static uint64_t draw(uint64_t *state) {
    uint64_t mixed = *state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

// MARK: Disks and files

static simulated_disk *disk_of(int number) {
    pthread_mutex_lock(&registry_lock);
    simulated_disk *disk = number >= 0 && number < most_disks ? registry[number] : NULL;
    pthread_mutex_unlock(&registry_lock);
    return disk;
}

static simulated_disk *known(int number) { return checked(disk_of(number)); }

static struct file *find(simulated_disk *disk, const char *name) {
    for (int i = 0; i < files_per_disk; i++) {
        struct file *file = &disk->files[i];
        if (file->is_seen && strcmp(file->name, name) == 0) return file;
    }
    return NULL;
}

// Finds the file's place, be it seen or only still on the platter; makes one where there is none.
static struct file *place(simulated_disk *disk, const char *name) {
    struct file *empty = NULL;
    for (int i = 0; i < files_per_disk; i++) {
        struct file *file = &disk->files[i];
        if (file->name[0] == 0) {
            if (empty == NULL) empty = file;
        } else if (strcmp(file->name, name) == 0) {
            return file;
        }
    }
    checked(empty);
    snprintf(empty->name, name_bytes, "%s", name);
    return empty;
}

static void note(struct file *file, int64_t offset, const uint8_t *from, int64_t count) {
    if (file->pending_count == file->pending_room) {
        file->pending_room = file->pending_room == 0 ? 16 : file->pending_room * 2;
        file->pending =
            checked(realloc(file->pending, (size_t)file->pending_room * sizeof *file->pending));
    }
    file->pending[file->pending_count++] =
        (struct pending){offset, count, (size_t)file->log.count};
    put(&file->log, file->log.count, from, count);
}

static struct file *create(simulated_disk *disk, const char *name) {
    struct file *file = place(disk, name);
    if (!file->is_seen) {
        file->is_seen = 1;
        // One that was deleted and not synced begins anew: on the platter that is a truncation.
        file->seen.count = 0;
        note(file, 0, NULL, -1);
    }
    return file;
}

static void forget(struct file *file) {
    file->pending_count = 0;
    file->log.count = 0;
}

static void write_through(struct file *file) {
    for (int i = 0; i < file->pending_count; i++) {
        struct pending *one = &file->pending[i];
        if (one->count < 0) {
            cut(&file->platter, one->offset);
        } else {
            put(&file->platter, one->offset, file->log.at + one->bytes, one->count);
        }
    }
    forget(file);
    file->is_on_platter = 1;
}

// What of the unsynced writes a power cut leaves: each sector by itself, in whatever order. Now and then
// all of them, or none, so that both ends are met.
static void tear(struct file *file, uint64_t *chance) {
    uint64_t all = draw(chance) % 4;
    if (all == 0) forget(file);
    if (all == 1) write_through(file);
    for (int i = 0; i < file->pending_count; i++) {
        struct pending *one = &file->pending[i];
        // So it is with single writes.
        uint64_t fate = draw(chance) % 4;
        if (fate == 0) continue;
        if (one->count < 0) {
            cut(&file->platter, one->offset);
            continue;
        }
        for (int64_t done = 0; done < one->count;) {
            int64_t end = (one->offset + done) / sector_bytes * sector_bytes + sector_bytes;
            int64_t count = end - (one->offset + done);
            if (count > one->count - done) count = one->count - done;
            if (fate == 1 || draw(chance) % 2 == 0) {
                put(&file->platter, one->offset + done, file->log.at + one->bytes + done, count);
            }
            done += count;
        }
    }
    forget(file);
}

// MARK: Faults

enum what { a_write = 1, a_truncation, a_sync, a_deletion, a_replacement, a_creation };

// Counts a call that changes a file. Returns the fault it meets, or none; `grows` where it needs room.
static enum simulated_fault meet(simulated_disk *disk, enum what what, int64_t place, int grows) {
    if (disk->is_dead) return simulated_fault_power;
    disk->writes += 1;
    disk->trace = (disk->trace ^ (uint64_t)what ^ (uint64_t)place << 4) * 0x100000001b3u;
    if (disk->is_full && grows) return simulated_fault_full;
    if (disk->fault == simulated_fault_none || disk->fault == simulated_fault_read_error) {
        return simulated_fault_none;
    }
    if (disk->fault == simulated_fault_sync_lost && what != a_sync) return simulated_fault_none;
    if (disk->call > 1) {
        disk->call -= 1;
        return simulated_fault_none;
    }
    enum simulated_fault fault = disk->fault;
    disk->fault = simulated_fault_none;
    disk->has_failed = 1;
    switch (fault) {
    case simulated_fault_power:
    case simulated_fault_kill: disk->is_dead = 1; break;
    case simulated_fault_full:
        disk->is_full = 1;
        return grows ? fault : simulated_fault_none;
    default: break;
    }
    return fault;
}

// MARK: A file as SQLite uses it

static int is_stale(struct handle *handle) {
    return handle->disk->is_dead || handle->generation != handle->disk->generation;
}

static int file_close(sqlite3_file *base) {
    struct handle *handle = (struct handle *)base;
    if (handle->file != NULL) {
        if (handle->deletes && !is_stale(handle)) release(handle->file);
        handle->disk->handles -= 1;
        handle->file = NULL;
    }
    return SQLITE_OK;
}

static int file_read(sqlite3_file *base, void *into, int count, sqlite3_int64 offset) {
    struct handle *handle = (struct handle *)base;
    simulated_disk *disk = handle->disk;
    if (is_stale(handle)) return SQLITE_IOERR_READ;
    if (disk->fault == simulated_fault_read_error) {
        if (disk->call <= 1) {
            disk->fault = simulated_fault_none;
            disk->has_failed = 1;
            return SQLITE_IOERR_READ;
        }
        disk->call -= 1;
    }
    struct bytes *seen = &handle->file->seen;
    int64_t here = seen->count - offset;
    if (here >= count) {
        memcpy(into, seen->at + offset, (size_t)count);
        return SQLITE_OK;
    }
    memset(into, 0, (size_t)count);
    if (here > 0) memcpy(into, seen->at + offset, (size_t)here);
    return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *base, const void *from, int count, sqlite3_int64 offset) {
    struct handle *handle = (struct handle *)base;
    if (is_stale(handle)) return SQLITE_IOERR_WRITE;
    struct file *file = handle->file;
    int grows = offset + count > file->seen.count;
    switch (meet(handle->disk, a_write, offset, grows)) {
    case simulated_fault_none: break;
    case simulated_fault_full: return SQLITE_FULL;
    case simulated_fault_power:
    case simulated_fault_kill: {
        // As far as it came: which bytes, the restart decides.
        int64_t part = (int64_t)(draw(&handle->disk->seed) % (uint64_t)(count + 1));
        note(file, offset, from, part);
        put(&file->seen, offset, from, part);
        return SQLITE_IOERR_WRITE;
    }
    default: return SQLITE_IOERR_WRITE;
    }
    note(file, offset, from, count);
    put(&file->seen, offset, from, count);
    return SQLITE_OK;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 count) {
    struct handle *handle = (struct handle *)base;
    if (is_stale(handle)) return SQLITE_IOERR_TRUNCATE;
    if (meet(handle->disk, a_truncation, count, 0) != simulated_fault_none) {
        return SQLITE_IOERR_TRUNCATE;
    }
    note(handle->file, count, NULL, -1);
    cut(&handle->file->seen, count);
    return SQLITE_OK;
}

static int file_sync(sqlite3_file *base, int flags) {
    (void)flags;
    struct handle *handle = (struct handle *)base;
    if (is_stale(handle)) return SQLITE_IOERR_FSYNC;
    switch (meet(handle->disk, a_sync, 0, 0)) {
    case simulated_fault_none: break;
    case simulated_fault_sync_lost:
        forget(handle->file);
        return SQLITE_IOERR_FSYNC;
    default: return SQLITE_IOERR_FSYNC;
    }
    write_through(handle->file);
    return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *count) {
    struct handle *handle = (struct handle *)base;
    if (is_stale(handle)) return SQLITE_IOERR_FSTAT;
    *count = handle->file->seen.count;
    return SQLITE_OK;
}

// One process holds a store, by a lock of its own; these say nothing.
static int file_lock(sqlite3_file *base, int level) {
    (void)base, (void)level;
    return SQLITE_OK;
}

static int file_check_lock(sqlite3_file *base, int *is_held) {
    (void)base;
    *is_held = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *base, int operation, void *argument) {
    (void)base, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *base) {
    (void)base;
    return sector_bytes;
}

static int file_traits(sqlite3_file *base) {
    (void)base;
    // A torn write spoils nothing beside it: so the real file systems are used, too.
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

// Version 1 knows no shared memory: the index of the log lies in the process, as exclusive locking wants it.
static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_lock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
};

// MARK: The file system

// Takes `/NUMBER/NAME` apart.
static simulated_disk *parse(const char *path, const char **name) {
    if (path == NULL || path[0] != '/') return NULL;
    char *end = NULL;
    long number = strtol(path + 1, &end, 10);
    if (end == path + 1 || *end != '/' || strlen(end + 1) >= name_bytes) return NULL;
    *name = end + 1;
    return disk_of((int)number);
}

static int disk_open(
    sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *result
) {
    (void)vfs;
    struct handle *handle = (struct handle *)base;
    memset(handle, 0, sizeof *handle);
    const char *name = NULL;
    simulated_disk *disk = parse(path, &name);
    if (disk == NULL || disk->is_dead) return SQLITE_CANTOPEN;
    struct file *file = find(disk, name);
    if (file == NULL) {
        if (!(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
        if (meet(disk, a_creation, 0, 1) != simulated_fault_none) return SQLITE_CANTOPEN;
        file = create(disk, name);
    }
    handle->base.pMethods = &methods;
    handle->disk = disk;
    handle->file = file;
    handle->generation = disk->generation;
    handle->deletes = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    disk->handles += 1;
    if (result != NULL) *result = flags;
    return SQLITE_OK;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int syncs) {
    (void)vfs;
    const char *name = NULL;
    simulated_disk *disk = parse(path, &name);
    if (disk == NULL) return SQLITE_IOERR_DELETE;
    struct file *file = find(disk, name);
    if (file == NULL) return SQLITE_IOERR_DELETE_NOENT;
    if (meet(disk, a_deletion, 0, 0) != simulated_fault_none) return SQLITE_IOERR_DELETE;
    file->is_seen = 0;
    forget(file);
    if (syncs) release(file);
    return SQLITE_OK;
}

static int disk_access(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    (void)vfs, (void)flags;
    const char *name = NULL;
    simulated_disk *disk = parse(path, &name);
    if (disk != NULL && disk->is_dead) return SQLITE_IOERR_ACCESS;
    *result = disk != NULL && find(disk, name) != NULL;
    return SQLITE_OK;
}

static int disk_full_name(sqlite3_vfs *vfs, const char *path, int room, char *into) {
    (void)vfs;
    if ((int)strlen(path) >= room) return SQLITE_CANTOPEN;
    snprintf(into, (size_t)room, "%s", path);
    return SQLITE_OK;
}

static int disk_chance(sqlite3_vfs *vfs, int count, char *into) {
    (void)vfs;
    uint64_t state = 1;
    for (int i = 0; i < count; i++) into[i] = (char)draw(&state);
    return count;
}

static int disk_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return microseconds;
}

static int disk_time(sqlite3_vfs *vfs, double *days) {
    (void)vfs;
    *days = 2461041.5;  // The first of 2026: stores read no clock.
    return SQLITE_OK;
}

static int disk_last_error(sqlite3_vfs *vfs, int count, char *into) {
    (void)vfs, (void)count, (void)into;
    return 0;
}

static sqlite3_vfs file_system = {
    .iVersion = 1,
    .szOsFile = sizeof(struct handle),
    .mxPathname = 128,
    .zName = "simulated",
    .xOpen = disk_open,
    .xDelete = disk_delete,
    .xAccess = disk_access,
    .xFullPathname = disk_full_name,
    .xRandomness = disk_chance,
    .xSleep = disk_sleep,
    .xCurrentTime = disk_time,
    .xGetLastError = disk_last_error,
};

static int registered;

static void register_once(void) {
    registered =
        sqlite3_compileoption_used("USE_URI") ? sqlite3_vfs_register(&file_system, 0) : -1;
}

int simulated_disk_register(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_once);
    return registered;
}

// MARK: Disks as the simulation uses them

int simulated_disk_make(void) {
    simulated_disk *disk = checked(calloc(1, sizeof *disk));
    pthread_mutex_lock(&registry_lock);
    int number = 0;
    while (number < most_disks && registry[number] != NULL) number += 1;
    if (number == most_disks) abort();
    disk->number = number;
    registry[number] = disk;
    pthread_mutex_unlock(&registry_lock);
    return number;
}

void simulated_disk_remove(int number) {
    simulated_disk *disk = known(number);
    if (disk->handles != 0) abort();
    pthread_mutex_lock(&registry_lock);
    registry[number] = NULL;
    pthread_mutex_unlock(&registry_lock);
    for (int i = 0; i < files_per_disk; i++) release(&disk->files[i]);
    free(disk);
}

void simulated_disk_copy(int from, int to) {
    simulated_disk *source = known(from), *target = known(to);
    if (target->handles != 0) abort();
    for (int i = 0; i < files_per_disk; i++) release(&target->files[i]);
    for (int i = 0; i < files_per_disk; i++) {
        struct file *file = &source->files[i];
        if (!file->is_seen) continue;
        struct file *copy = place(target, file->name);
        copy->is_seen = copy->is_on_platter = 1;
        become(&copy->seen, &file->seen);
        become(&copy->platter, &file->seen);
    }
}

void simulated_disk_arm(int number, enum simulated_fault fault, uint64_t call, uint64_t seed) {
    simulated_disk *disk = known(number);
    disk->fault = fault;
    disk->call = call;
    disk->seed = seed;
    disk->has_failed = 0;
}

void simulated_disk_disarm(int number) {
    simulated_disk *disk = known(number);
    disk->fault = simulated_fault_none;
    disk->is_full = 0;
    disk->has_failed = 0;
}

int simulated_disk_has_failed(int number) { return known(number)->has_failed; }
int simulated_disk_is_dead(int number) { return known(number)->is_dead; }
uint64_t simulated_disk_writes(int number) { return known(number)->writes; }
uint64_t simulated_disk_trace(int number) { return known(number)->trace; }
int simulated_disk_handles(int number) { return known(number)->handles; }
void simulated_disk_stop(int number) { known(number)->is_dead = 1; }

void simulated_disk_restart(int number, uint64_t seed, int power_was_lost) {
    simulated_disk *disk = known(number);
    if (disk->handles != 0) abort();
    uint64_t chance = seed;
    for (int i = 0; i < files_per_disk; i++) {
        struct file *file = &disk->files[i];
        if (file->name[0] == 0) continue;
        if (!power_was_lost) {
            // The system goes on, and writes what it has when it likes.
            if (!file->is_seen) release(file);
            continue;
        }
        tear(file, &chance);
        int was_made = file->is_seen && !file->is_on_platter;
        int was_deleted = !file->is_seen && file->is_on_platter;
        if ((was_made || was_deleted) && draw(&chance) % 2 == 0) {
            file->is_seen = !file->is_seen;
        }
        if (!file->is_seen) {
            release(file);
            continue;
        }
        file->is_on_platter = 1;
        become(&file->seen, &file->platter);
    }
    disk->is_dead = disk->is_full = 0;
    disk->fault = simulated_fault_none;
    disk->generation += 1;
}

int simulated_disk_exists(int number, const char *name) {
    return find(known(number), name) != NULL;
}

int simulated_disk_create(int number, const char *name) {
    simulated_disk *disk = known(number);
    switch (meet(disk, a_creation, 0, 1)) {
    case simulated_fault_none: break;
    case simulated_fault_full: return ENOSPC;
    default: return EIO;
    }
    if (find(disk, name) != NULL) return EEXIST;
    create(disk, name);
    return 0;
}

int simulated_disk_replace(int number, const char *name, const uint8_t *bytes, int64_t count) {
    simulated_disk *disk = known(number);
    int was_dead = disk->is_dead;
    switch (meet(disk, a_replacement, count, 1)) {
    case simulated_fault_none: break;
    case simulated_fault_full: return ENOSPC;
    case simulated_fault_power:
    case simulated_fault_kill:
        // The rename may have happened, or not.
        if (was_dead || draw(&disk->seed) % 2 == 0) return EIO;
        break;
    default: return EIO;
    }
    struct file *file = create(disk, name);
    file->seen.count = 0;
    put(&file->seen, 0, bytes, count);
    become(&file->platter, &file->seen);
    forget(file);
    file->is_on_platter = 1;
    // The folder was synced: whatever was made in it before is there, too.
    for (int i = 0; i < files_per_disk; i++) {
        if (disk->files[i].is_seen) disk->files[i].is_on_platter = 1;
    }
    return disk->is_dead ? EIO : 0;
}

int64_t simulated_disk_read(int number, const char *name, uint8_t *bytes, int64_t count) {
    simulated_disk *disk = known(number);
    struct file *file = find(disk, name);
    if (file == NULL || disk->is_dead) return -1;
    int64_t here = file->seen.count < count ? file->seen.count : count;
    if (here > 0) memcpy(bytes, file->seen.at, (size_t)here);
    return file->seen.count;
}

int simulated_disk_flip(int number, const char *name, int64_t offset, int bit) {
    struct file *file = find(known(number), name);
    if (file == NULL || offset < 0 || offset >= file->seen.count) return -1;
    file->seen.at[offset] ^= (uint8_t)(1 << bit);
    if (offset < file->platter.count) file->platter.at[offset] = file->seen.at[offset];
    return 0;
}

int64_t simulated_disk_size(int number, const char *name) {
    struct file *file = find(known(number), name);
    return file == NULL ? -1 : file->seen.count;
}
