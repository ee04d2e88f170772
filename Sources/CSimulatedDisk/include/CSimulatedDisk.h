#ifndef HAZAMA_SIMULATED_DISK_H
#define HAZAMA_SIMULATED_DISK_H

// Disks in memory that forget what was not synced, for SQLite and for plain files.
//
// A disk has a number and files with names. SQLite opens `file:/NUMBER/NAME?vfs=simulated`. Each file is
// kept twice: as programs see it, and as it lies on the platter; between the two stand the writes since
// its last sync, which a power cut keeps, loses or tears, each sector by itself. A file that was made or
// deleted and never synced may be there or not.
//
// One disk is used by one thread at a time; different disks may be used at once.

#include <stdint.h>

typedef struct simulated_disk simulated_disk;

// What goes wrong at a call. Calls are counted from 1 when armed; only those that change a file count,
// but for the read error, which counts reads.
enum simulated_fault {
    simulated_fault_none = 0,
    // The power goes: the call may have done part of its work, and nothing works until the restart.
    simulated_fault_power = 1,
    // The process ends: what was written stays in the system's memory and will reach the platter.
    simulated_fault_kill = 2,
    // This write, sync or deletion fails.
    simulated_fault_write_error = 3,
    // From this call on no file grows.
    simulated_fault_full = 4,
    // The next sync fails, and what it should have brought to the platter never gets there, although
    // programs go on seeing it.
    simulated_fault_sync_lost = 5,
    // This read fails.
    simulated_fault_read_error = 6,
};

// Registers the file system with SQLite, once. Returns 0, or an error of SQLite's, or -1 where SQLite was
// built without names that are addresses.
int simulated_disk_register(void);

// Makes an empty disk. Returns its number.
int simulated_disk_make(void);
// Takes a disk away. No file on it may be open.
void simulated_disk_remove(int disk);
// Makes `to` hold what programs see on `from`, all of it synced: a copied folder.
void simulated_disk_copy(int from, int to);

// Lets the call with this number, from now on, go wrong. One fault at a time.
void simulated_disk_arm(int disk, enum simulated_fault fault, uint64_t call, uint64_t seed);
// Ends a fault that has not happened or that lasts.
void simulated_disk_disarm(int disk);
// Whether the armed fault has happened.
int simulated_disk_has_failed(int disk);
// Whether the machine stands still until it is restarted.
int simulated_disk_is_dead(int disk);
// Calls that changed a file, since the disk was made.
uint64_t simulated_disk_writes(int disk);
// A number that stands for all calls that changed a file, in order, without what was in them: SQLite draws
// the salts of its log itself.
uint64_t simulated_disk_trace(int disk);
// Open files.
int simulated_disk_handles(int disk);
// Starts a machine again. After the loss of power unsynced sectors are kept or lost as `seed` says; after
// the end of a process all of them are kept. All files must be closed.
void simulated_disk_restart(int disk, uint64_t seed, int power_was_lost);
// Makes a machine stand still at once, as if its plug had been pulled between two calls.
void simulated_disk_stop(int disk);

// Plain files. Each returns 0 or an errno.
int simulated_disk_exists(int disk, const char *name);
int simulated_disk_create(int disk, const char *name);
// Whole or not at all, and synced: what a draft, a rename and a synced folder amount to.
int simulated_disk_replace(int disk, const char *name, const uint8_t *bytes, int64_t count);
// The bytes of a file, or -1; copies at most `count` of them.
int64_t simulated_disk_read(int disk, const char *name, uint8_t *bytes, int64_t count);
// Flips one bit of what lies on the platter and is seen. Returns 0, or -1 for no such place.
int simulated_disk_flip(int disk, const char *name, int64_t offset, int bit);
// The size of a file, or -1.
int64_t simulated_disk_size(int disk, const char *name);

#endif
