/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "profile.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Profiles kept in one SQLite file: a cache (default) or a library the user named. Thread safe by
 * one store a thread. One transaction an import: a kill at any instant leaves the old store or the
 * new. */
typedef struct HvStore HvStore;

/* Opens or makes the store at `path` (NULL: $XDG_CACHE_HOME/heapview/profiles.db, bounded by
 * `max_bytes`, oldest used profiles dropped first; a named library is not bounded). HV_ERROR_STORE:
 * not a store of ours, of a newer version, or not writable. */
HvStore *hv_store_open (const char *path, gint64 max_bytes, GError **error);
void hv_store_close (HvStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvStore, hv_store_close)

/* What a stored profile is found by: XXH3-128 of the file's bytes and everything of the options
 * that changes the result (importer version, symbol sources). Newly allocated hex; NULL and `error`
 * when the file cannot be read; NULL without error for a pipe. `salt` holds the options. */
char *hv_store_key (const char *path, const char *salt, GError **error);

/* The stored profile with that key, sealed; NULL without error when there is none (or when what is
 * stored fails its checks: it is then removed). */
HvProfile *hv_store_load (HvStore *store, const char *key, GError **error);

/* Writes a sealed profile in one transaction, replacing one of the same key. Cancellable. */
gboolean hv_store_save (HvStore *store, const char *key, const HvProfile *profile,
                        GCancellable *cancellable, GError **error);

/* Runs one read-only statement and appends its result as CSV (RFC 4180, header first). Statements
 * that would write are refused (HV_ERROR_USAGE), as are those over `seconds`. `keys` are the
 * profiles of the command's FILEs in order: temp table `file(n, profile)` and view `v_file` name
 * them. */
gboolean hv_store_query (HvStore *store, const char *sql, const char *const *keys, guint seconds,
                         GString *csv, GError **error);

G_END_DECLS
