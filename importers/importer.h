/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "input.h"
#include "store/profile.h"

G_BEGIN_DECLS

typedef struct
{
  /* where symbols come from */
  gboolean no_symbols;
  char **binaries;   /* --binary, NULL-terminated or NULL */
  char **debug_dirs; /* --debug-dir */
  const char *sysroot;
  gboolean debuginfod;    /* ask the servers of $DEBUGINFOD_URLS */
  int debuginfod_seconds; /* for one file, where the environment does not say; 0: the default */
  gboolean symbol_cache;  /* ask and fill the user's cache of names */

  GCancellable *cancellable;
  HvProgressFunc progress;
  gpointer progress_user;
} HvImportOptions;

/* One file format. A new format is one new file and one line in importer.c's table. */
typedef struct
{
  const char *name; /* as in HvProfile.format */

  /* Whether the first bytes (at least 4096 unless the content is shorter) are of this format. */
  gboolean (*detect) (const char *head, gsize size);

  /* Reads all of `input` into `profile` (empty, not sealed): strings, frames, stacks, sites, final
   * columns, moments, totals of the header, warnings, default_metric, format and variant.
   * Unresolved frames are left (module, address) for the symboliser. FALSE and HV_ERROR_FORMAT when
   * it is not such a file or damaged beyond use, with the place: "… (line 12)", "… (at byte 345)"
   * or "… (program point 7)". A file that was cut short but holds data is imported as far as it
   * goes: profile->incomplete, and a warning that says where it ends. */
  gboolean (*import) (HvInput *input, HvProfile *profile, const HvImportOptions *options,
                      GError **error);
} HvImporter;

extern const HvImporter hv_importer_dhat, hv_importer_jemalloc, hv_importer_heaptrack;

/* Reads one file of any known format ("-": standard input): recognised by its content, symbolised,
 * frames classified, sealed. Errors: G_IO_ERROR (cannot be read, cancelled), HV_ERROR_FORMAT. */
HvProfile *hv_import (const char *path, const HvImportOptions *options, GError **error);

/* Reads dumps of one process as one profile with a moment each, oldest first; `paths` is
 * NULL-terminated; one directory stands for the heap dumps in it. */
HvProfile *hv_import_series (const char *const *paths, const HvImportOptions *options,
                             GError **error);

/* Asks again for the names that a sealed profile (of the store) lacks, from where `options` say;
 * the file it was read from is not needed. What it has stays unless there is better. `changed`:
 * whether any frame is another one now, or of another category. FALSE only when cancelled. */
gboolean hv_import_name_again (HvProfile *profile, const HvImportOptions *options,
                               gboolean *changed, GError **error);

/* Reads `input` alone, without symbols and rules; not sealed. For tests and fuzzing. */
HvProfile *hv_import_input (HvInput *input, const char *path, const HvImportOptions *options,
                            GError **error);

G_END_DECLS
