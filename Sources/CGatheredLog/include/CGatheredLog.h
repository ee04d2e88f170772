#ifndef HAZAMA_GATHERED_LOG_H
#define HAZAMA_GATHERED_LOG_H

// A file system for SQLite that is another one, but for the write-ahead log: what is appended to that
// reaches the file in few long writes instead of two short ones per page.
//
// SQLite writes a page to its log as a head of 24 bytes and 4,096 bytes after it. Both wait here until the
// log is synced, measured, cut or closed, until a write goes elsewhere, or until much has gathered; read they
// are where they wait. So the order of writes stays what it was, and so does all that a sync promises.
//
// Use it only with connections that
// * sync the log at each commit, which is `PRAGMA synchronous` of FULL or EXTRA: what a process that is killed
//   loses more than without this was never synced;
// * have their file to themselves, which is `PRAGMA locking_mode` of EXCLUSIVE: what a transaction that was
//   taken back had gathered is still written, later, where another connection may have written by then.

// Registers the file system `name`, which opens its files with the file system `base`, or with SQLite's own
// where that is NULL. Both names must live as long as the process; a name is registered once.
//
// Returns 0; an error of SQLite's; or -1 where there is no such base, or where SQLite was built without
// names that are addresses, by which a connection asks for a file system.
int gathered_log_register(const char *name, const char *base);

#endif
