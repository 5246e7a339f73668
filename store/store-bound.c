/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-private.h"

/* How much a store holds, and how it is kept from holding more. */

const char *
hv_store_get_path (HvStore *store)
{
  return store->path;
}

gboolean
hv_store_measure (HvStore *store, gint64 *bytes, gint64 *n_profiles, GError **error)
{
  gint64 pages, size;

  if (!_hv_store_int64 (store, "PRAGMA page_count", 0, &pages, error)
      || !_hv_store_int64 (store, "PRAGMA page_size", 0, &size, error)
      || !_hv_store_int64 (store, "SELECT count(*) FROM profile", 0, n_profiles, error))
    return FALSE;
  *bytes = pages * size;
  return TRUE;
}

gboolean
_hv_store_make_room (HvStore *store, gint64 keep, GError **error)
{
  g_autofree char *find = g_strdup_printf ("SELECT id FROM profile WHERE id <> %" G_GINT64_FORMAT
                                           " ORDER BY last_used, id LIMIT 1",
                                           keep);
  gint64 used, oldest;

  while (store->max_bytes > 0)
    {
      if (!_hv_store_used_bytes (store, &used, error))
        return FALSE;
      if (used <= store->max_bytes)
        break;
      if (!_hv_store_int64 (store, find, 0, &oldest, error))
        return FALSE;
      if (oldest == 0)
        break;
      if (!_hv_store_delete (store, oldest, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
delete_all (HvStore *store, GError **error)
{
  gint64 id;

  do
    if (!_hv_store_int64 (store, "SELECT id FROM profile LIMIT 1", 0, &id, error)
        || (id && !_hv_store_delete (store, id, error)))
      return FALSE;
  while (id);
  return _hv_store_exec (store, "DELETE FROM state", error);
}

/* In one transaction; then gives back what was deleted. */
static gboolean
drop (HvStore *store, gboolean all, GError **error)
{
  if (store->read_only)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_STORE, "%s: the store is read-only", store->path);
      return FALSE;
    }
  if (sqlite3_exec (store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
    return _hv_store_fail (store, "the store cannot be written", error);
  if (!(all ? delete_all (store, error) : _hv_store_make_room (store, 0, error)))
    {
      _hv_store_rollback (store);
      return FALSE;
    }
  if (sqlite3_exec (store->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
    {
      _hv_store_fail (store, "the store cannot be written", error);
      _hv_store_rollback (store);
      return FALSE;
    }
  sqlite3_exec (store->db, "PRAGMA incremental_vacuum", NULL, NULL, NULL);
  return TRUE;
}

gboolean
hv_store_trim (HvStore *store, GError **error)
{
  gint64 used;

  if (store->max_bytes == 0)
    return TRUE;
  if (!_hv_store_used_bytes (store, &used, error))
    return FALSE;
  return used <= store->max_bytes || drop (store, FALSE, error);
}

gboolean
hv_store_clear (HvStore *store, GError **error)
{
  return drop (store, TRUE, error);
}
