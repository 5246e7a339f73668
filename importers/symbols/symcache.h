/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "object.h"

G_BEGIN_DECLS

/* Names found before, by file and ELF virtual address: symbols.db in the user's cache, shared by
 * all dumps and processes. It is only ever asked for a file that is there and was checked to be the
 * one that ran: the dumps say no build id, so without the file nothing would tell whose names they
 * are. What is read from it is checked as any other input. Whatever fails, it knows nothing. */
typedef struct HvSymcache HvSymcache;

typedef enum
{
  HV_QUALITY_SYMBOLS, /* symbol tables or less: a debug file found later knows more */
  HV_QUALITY_FULL,    /* debug information */
} HvQuality;

/* What is known of a file: `debug` is the debug file that was used, with size and time, or "". */
typedef struct
{
  gint64 id; /* 0: nothing */
  HvQuality quality;
  char *debug;
} HvCachedFile;

void hv_cached_file_clear (HvCachedFile *file);

/* NULL when the cache cannot be used. */
HvSymcache *hv_symcache_open (void);

/* Keeps what was put. */
void hv_symcache_close (HvSymcache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvSymcache, hv_symcache_close)

/* The key of the ELF file at `path`: its build id, else its path and time; its size with both, so
 * that a stripped copy has its own. NULL when it has none. */
char *hv_symcache_key (HvElf *elf, const char *path);

/* Names a debug file as HvCachedFile.debug does. */
char *hv_symcache_debug (const char *path);

/* Looks a file up. FALSE when it is not known. */
gboolean hv_symcache_find (HvSymcache *cache, const char *key, HvCachedFile *file);

/* Fills `frames` (of HvObjectFrame) with what is at an address, nothing when that has no name.
 * FALSE when the address is not known. The strings live as long as the cache is open. */
gboolean hv_symcache_get (HvSymcache *cache, gint64 file, uint64_t address, GArray *frames);

/* Adds a file, or forgets all its addresses when it is known. 0 when nothing can be written. */
gint64 hv_symcache_put_file (HvSymcache *cache, const char *key, HvQuality quality,
                             const char *debug);

/* Adds an address of a file that was put or found. */
void hv_symcache_put (HvSymcache *cache, gint64 file, uint64_t address, const HvObjectFrame *frames,
                      gsize n);

G_END_DECLS
