/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "profile.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Profiles kept in one SQLite file: a cache (default) or a library the user named. A store is used
 * by one thread at a time; threads and processes may each open the same file. One transaction an
 * import: a kill at any instant leaves the old store or the new. Whatever fails with HV_ERROR_STORE
 * (locked for seconds, full disk, unwritable folder) is no reason to stop: the caller goes on
 * without the store. Such messages name the store's path. */
typedef struct HvStore HvStore;

/* Opens or makes the store at `path`: a library, not bounded. NULL is the cache,
 * $XDG_CACHE_HOME/heapview/profiles.db (~/.cache without the variable; folders are made, 0700), of
 * `max_bytes` at most (0: not bounded): profiles not used for longest are dropped first.
 * A cache whose file is damaged is set aside as profiles.db.damaged, and a new one is made.
 * ":memory:" is a store that ends with this object. A new file is 0600. On read-only media the
 * store can be read but not saved to. HV_ERROR_STORE: not a store of ours (it is left untouched),
 * made by a newer heapview, or unreadable. */
HvStore *hv_store_open (const char *path, gint64 max_bytes, GError **error);
void hv_store_close (HvStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvStore, hv_store_close)

/* What a stored profile is found by: XXH3-128 of the file's bytes and of `salt`, everything of the
 * options that changes the result (importer version, symbol sources), and the size. Newly
 * allocated; NULL and `error` (G_IO_ERROR, without the path) when the file cannot be read; NULL
 * without error for "-" and what is no regular file: it could be read only once. */
char *hv_store_key (const char *path, const char *salt, GError **error);

/* The key of a series: of each file's name (moments are labelled by it) and bytes, in order. */
char *hv_store_key_many (const char *const *paths, const char *salt, GError **error);

/* The key of the profile stored last of those whose `location` this is (HvProfile.location); NULL
 * without error when there is none. */
char *hv_store_key_at (HvStore *store, const char *location, GError **error);

/* The key of the profile stored last of a file so called: a guess at what is in the file now. NULL:
 * none. */
char *hv_store_guess_key (HvStore *store, const char *path);

/* What a list of the store's profiles shows of one. */
typedef struct
{
  char *location; /* HvProfile.location */
  char *command;  /* NULL: not told */
  gint64 created; /* seconds since 1970 */
} HvStored;
void hv_stored_free (HvStored *stored);

/* The `most` profiles (HvStored, owned by the array) that were used last, the latest first; of
 * those from the same location the latest alone, and none that were of no single file. */
GPtrArray *hv_store_list (HvStore *store, guint most, GError **error);

/* The stored profile with that key, sealed; NULL without error when there is none (or when what is
 * stored fails its checks: it is then removed). Its path is the one it was saved with, which the
 * same content opened from elsewhere does not have. */
HvProfile *hv_store_load (HvStore *store, const char *key, GError **error);

/* The same without what its sites held at each moment (HvProfile.without_rows), which is half of
 * what there is to read of a long recording and asked for only where a moment is named. It cannot
 * be saved. */
HvProfile *hv_store_load_end (HvStore *store, const char *key, GError **error);

/* Writes a sealed profile in one transaction, replacing one of the same key. In a bounded store a
 * profile that alone passes the bound is not kept, which is no error. Errors: HV_ERROR_STORE,
 * G_IO_ERROR_CANCELLED; the store is then as it was. */
gboolean hv_store_save (HvStore *store, const char *key, const HvProfile *profile,
                        GCancellable *cancellable, GError **error);

/* The absolute path of its file. */
const char *hv_store_get_path (HvStore *store);

/* What the file takes on the disk, and how many profiles are in it. */
gboolean hv_store_measure (HvStore *store, gint64 *bytes, gint64 *n_profiles, GError **error);

/* Drops the profiles not used for longest until the bound holds: saving does so by itself, this is
 * for a bound that was made lower. HV_ERROR_STORE; the store is then as it was. */
gboolean hv_store_trim (HvStore *store, GError **error);

/* Drops all profiles and their states (store-state.h); views that have a name stay. */
gboolean hv_store_clear (HvStore *store, GError **error);

/* Runs one read-only statement and appends its result as CSV (RFC 4180 with \n, header first; NULL
 * is empty, an empty text "", a blob x'…'). `keys` (NULL-terminated, or NULL) are the profiles of
 * the command's FILEs in order: the table file(n, profile, key) and the view v_file (v_profile of
 * each, with n) name them, n from 1, and the public views hold those profiles alone (main.v_site
 * and its kin: all of the store). HV_ERROR_USAGE, in one line: not SQL, more than one statement,
 * one that would write, over `seconds`, or over 1 GiB of CSV. HV_ERROR_STORE: the store cannot be
 * read, or a key is not in it (a bounded store may not have kept it). `csv` is then unchanged. */
gboolean hv_store_query (HvStore *store, const char *sql, const char *const *keys, guint seconds,
                         GString *csv, GError **error);

G_END_DECLS
