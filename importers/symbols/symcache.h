/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "object.h"

G_BEGIN_DECLS

/* The names found before in one ELF file, by virtual address: a file in the user's cache, shared by
 * all dumps and processes. It is only ever asked for a file that is there and was checked to be the
 * one that ran: most dumps say no build id, so without the file nothing would tell whose names they
 * are. It is read at once and checked as any other input; what is damaged is forgotten. Whatever
 * fails, it knows nothing. */
typedef struct HvSymcache HvSymcache;

typedef enum
{
  HV_QUALITY_SYMBOLS, /* symbol tables or less, or a part of the debug information: a file found
                         later knows more */
  HV_QUALITY_FULL,    /* debug information */
} HvQuality;

/* A frame as it is shown: names are readable ones, "" unknown. */
typedef struct
{
  const char *function, *file;
  const char *path, *trait; /* the function's canonical path (store/canonical.h) */
  uint32_t line;
  gboolean inlined, symbol_only;
} HvCachedFrame;

/* The names of the ELF file that was opened at `path`. Its build id, else its path and inode and
 * their times, tells it from others, and its size, so that a stripped copy has its own. NULL when
 * there can be no cache. */
HvSymcache *hv_symcache_open (HvElf *elf, const char *path);

/* Writes what was put. When two processes do, the later one's stays. */
void hv_symcache_close (HvSymcache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvSymcache, hv_symcache_close)

/* Whether anything is known. */
gboolean hv_symcache_is_known (const HvSymcache *cache);
HvQuality hv_symcache_quality (const HvSymcache *cache);

/* The other files that the names are from, as hv_symcache_input() tells them. */
const char *hv_symcache_inputs (const HvSymcache *cache);

/* A line "SIZE TIME PATH" on a file, "" when there is none. Newly allocated. */
char *hv_symcache_input (const char *path);

/* Whether a file of `inputs` is there but another one by now. */
gboolean hv_symcache_inputs_changed (const char *inputs);

/* Forgets everything. What is put from now on is of this quality and from these files. */
void hv_symcache_reset (HvSymcache *cache, HvQuality quality, const char *inputs);

/* The frames at an address, innermost first: numbers for hv_symcache_frame(); none when it has no
 * name. FALSE when the address is not known. Addresses that were put are not found. */
gboolean hv_symcache_find (const HvSymcache *cache, uint64_t address, const uint32_t **frames,
                           gsize *n);
gsize hv_symcache_n_frames (const HvSymcache *cache);

/* The strings live as long as the cache is open and not reset. */
HvCachedFrame hv_symcache_frame (const HvSymcache *cache, uint32_t frame);

/* Adds an address. */
void hv_symcache_put (HvSymcache *cache, uint64_t address, const HvCachedFrame *frames, gsize n);

/* Removes the files of the cache that were used least recently until it is no larger than that. */
void hv_symcache_trim (const char *folder, uint64_t max_bytes);

/* Where the files are. Newly allocated. */
char *hv_symcache_folder (void);

G_END_DECLS
