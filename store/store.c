/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-private.h"

#include "hv-core-resources.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* "HVst" */
#define APPLICATION_ID 0x48567374

/* Step i takes a store of version i to version i + 1. */
static const char *const migrations[] = {
  "/org/heapview/schema.sql",    "/org/heapview/schema-2.sql", "/org/heapview/schema-3.sql",
  "/org/heapview/schema-4.sql",  "/org/heapview/schema-5.sql", "/org/heapview/schema-6.sql",
  "/org/heapview/schema-7.sql",  "/org/heapview/schema-8.sql", "/org/heapview/schema-9.sql",
  "/org/heapview/schema-10.sql",
};
#define VERSION ((int) G_N_ELEMENTS (migrations))

/* The rollback journal (SQLite's default) and not a write-ahead log: an import only appends, so the
 * journal stays small while a log would write everything twice; the store remains one file that can
 * be copied and be read from read-only media. Keys are never secret: no wiping of what is deleted.
 */
static const char setup[] = "PRAGMA secure_delete = off;"
                            "PRAGMA cache_size = " HV_STORE_CACHE ";"
                            "PRAGMA cell_size_check = on";

gboolean
_hv_store_fail (HvStore *store, const char *what, GError **error)
{
  g_autofree char *said = g_strdup (sqlite3_errmsg (store->db));
  int code = sqlite3_errcode (store->db);

  store->damaged |= code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  g_strdelimit (said, "\n\r", ' ');
  g_set_error (error, HV_ERROR, HV_ERROR_STORE, "%s: %s (%s)", store->path, what, said);
  return FALSE;
}

static gboolean
refuse (HvStore *store, const char *why, GError **error)
{
  g_set_error (error, HV_ERROR, HV_ERROR_STORE, "%s: %s", store->path, why);
  return FALSE;
}

sqlite3_stmt *
_hv_store_prepare (HvStore *store, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (store->db, sql, -1, &statement, NULL) != SQLITE_OK)
    _hv_store_fail (store, "the store cannot be used", error);
  return statement;
}

gboolean
_hv_store_exec (HvStore *store, const char *sql, GError **error)
{
  if (sqlite3_exec (store->db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  return _hv_store_fail (store, "the store cannot be used", error);
}

gboolean
_hv_store_int64 (HvStore *store, const char *sql, gint64 missing, gint64 *value, GError **error)
{
  g_autoptr (HvStatement) statement = _hv_store_prepare (store, sql, error);

  if (statement == NULL)
    return FALSE;
  int rc = sqlite3_step (statement);
  *value = rc == SQLITE_ROW ? sqlite3_column_int64 (statement, 0) : missing;
  return rc == SQLITE_ROW || rc == SQLITE_DONE
         || _hv_store_fail (store, "the store cannot be read", error);
}

void
_hv_store_keep_pages (HvStore *store, gboolean keep)
{
  sqlite3_exec (store->db,
                keep ? "PRAGMA cache_size = " HV_STORE_CACHE : "PRAGMA cache_size = -2048", NULL,
                NULL, NULL);
}

void
_hv_store_rollback (HvStore *store)
{
  if (!sqlite3_get_autocommit (store->db))
    sqlite3_exec (store->db, "ROLLBACK", NULL, NULL, NULL);
}

/* --- opening --- */

static gboolean
migrate_from (sqlite3 *db, int version)
{
  for (int i = version; i < VERSION; i++)
    {
      g_autoptr (GBytes) sql = g_resource_lookup_data (hv_core_get_resource (), migrations[i],
                                                       G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      /* resources end in a NUL that is not counted */
      if (sql == NULL
          || sqlite3_exec (db, g_bytes_get_data (sql, NULL), NULL, NULL, NULL) != SQLITE_OK)
        return FALSE;
    }
  return TRUE;
}

uint64_t
_hv_store_schema_hash (HvStore *store)
{
  g_autoptr (HvStatement) rows = _hv_store_prepare (
      store,
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY 1, 2",
      NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  while (rows && sqlite3_step (rows) == SQLITE_ROW)
    for (int i = 0; i < 4; i++)
      {
        const char *part = (const char *) sqlite3_column_text (rows, i);
        g_string_append (text, part ? part : "");
        g_string_append_c (text, '\0');
      }
  return XXH3_64bits (text->str, text->len);
}

/* Whether tables and views are those that heapview makes. A store may come from anywhere, and a
 * view in a table's place could run for ever or show what is not there; indexes and views that
 * the user added are welcome. */
static gboolean
check_schema (HvStore *store, GError **error)
{
  /* making a model of it takes longer than all else that opening does */
  if (_hv_store_schema_hash (store) == HV_SCHEMA_HASH)
    return TRUE;

  sqlite3 *model = NULL;
  g_autoptr (HvStatement) expected = NULL;
  g_autoptr (HvStatement) found = NULL;
  gboolean same = TRUE, made;

  made = sqlite3_open_v2 (":memory:", &model,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, NULL)
             == SQLITE_OK
         && migrate_from (model, 0)
         && sqlite3_prepare_v2 (model,
                                "SELECT type, name, tbl_name, sql FROM sqlite_schema"
                                " WHERE sql IS NOT NULL",
                                -1, &expected, NULL)
                == SQLITE_OK;
  if (!made)
    refuse (store, "the store's tables cannot be made", error);
  else
    found = _hv_store_prepare (store,
                               "SELECT 1 FROM sqlite_schema WHERE type = ?1 AND name = ?2"
                               " AND tbl_name = ?3 AND sql = ?4",
                               error);
  while (found && same && sqlite3_step (expected) == SQLITE_ROW)
    {
      for (int i = 0; i < 4; i++)
        sqlite3_bind_value (found, i + 1, sqlite3_column_value (expected, i));
      same = sqlite3_step (found) == SQLITE_ROW;
      sqlite3_reset (found);
      if (!same)
        refuse (store, "not a heapview store: its tables are not those heapview makes", error);
    }
  same = same && found != NULL;
  g_clear_pointer (&expected, sqlite3_finalize);
  sqlite3_close (model);
  return same;
}

/* The store's version, 0 for an empty file; FALSE when it is none of ours. Within a transaction:
 * another process may be making the store. */
static gboolean
identify (HvStore *store, gint64 *version, GError **error)
{
  gint64 pages, id, objects;

  if (sqlite3_exec (store->db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL) == SQLITE_NOTADB)
    {
      store->damaged = TRUE;
      return refuse (store, "not a heapview store", error);
    }
  if (!_hv_store_int64 (store, "PRAGMA page_count", 0, &pages, error)
      || !_hv_store_int64 (store, "PRAGMA application_id", 0, &id, error)
      || !_hv_store_int64 (store, "PRAGMA user_version", 0, version, error)
      || !_hv_store_int64 (store, "SELECT count(*) FROM sqlite_schema", 0, &objects, error))
    return FALSE;
  /* One page without tables is a store that was being made: "PRAGMA auto_vacuum" writes it. */
  if (id == 0 && *version == 0 && objects == 0 && pages <= 1)
    return TRUE;
  if (id != APPLICATION_ID || *version < 1)
    return refuse (store, "not a heapview store", error);
  if (*version > VERSION)
    return refuse (store, "made by a newer heapview", error);
  return TRUE;
}

static gboolean
upgrade (HvStore *store, GError **error)
{
  g_autofree char *stamp = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d",
                                            APPLICATION_ID, VERSION);
  gint64 version;

  /* Only an empty file takes these two; they are kept once it has tables. */
  if (!_hv_store_exec (store,
                       "PRAGMA page_size = 8192; PRAGMA auto_vacuum = incremental;"
                       "BEGIN IMMEDIATE",
                       error))
    return FALSE;
  /* another process may have been here first */
  if (!identify (store, &version, error))
    {
      _hv_store_rollback (store);
      return FALSE;
    }
  if (version < VERSION
      && (!migrate_from (store->db, (int) version)
          || sqlite3_exec (store->db, stamp, NULL, NULL, NULL) != SQLITE_OK))
    {
      _hv_store_fail (store, "the store's tables cannot be made", error);
      _hv_store_rollback (store);
      return FALSE;
    }
  if (sqlite3_exec (store->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  _hv_store_fail (store, "the store cannot be written", error);
  _hv_store_rollback (store);
  return FALSE;
}

/* Makes the file with nobody else's access. One that exists is never opened here: closing it would
 * drop the locks of the process's other connections to it. */
static gboolean
create_file (const char *path, GError **error)
{
  GStatBuf info;

  /* SQLite takes a file of one byte for an empty one. */
  if (g_stat (path, &info) == 0 && info.st_size == 1)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_STORE, "%s: not a heapview store", path);
      return FALSE;
    }

  int fd = g_open (path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);

  if (fd < 0 && errno != EEXIST && errno != EROFS)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_STORE, "%s: the store cannot be made (%s)", path,
                   g_strerror (errno));
      return FALSE;
    }
  if (fd >= 0)
    close (fd);
  return TRUE;
}

static char *
cache_path (GError **error)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "heapview", NULL);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_STORE, "%s: the cache's folder cannot be made (%s)",
                   folder, g_strerror (errno));
      return NULL;
    }
  return g_build_filename (folder, "profiles.db", NULL);
}

static gboolean
connect_to (HvStore *store, gboolean in_memory, GError **error)
{
  /* what create_file() opens is closed before any connection of this process can have it open */
  static GMutex opening;
  int rc;

  g_mutex_lock (&opening);
  if (!in_memory && !create_file (store->path, error))
    {
      g_mutex_unlock (&opening);
      return FALSE;
    }
  rc = sqlite3_open_v2 (
      store->path, &store->db,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (in_memory ? SQLITE_OPEN_MEMORY : 0), NULL);
  g_mutex_unlock (&opening);
  if (rc != SQLITE_OK)
    return _hv_store_fail (store, "the store cannot be opened", error);

  sqlite3_busy_timeout (store->db, HV_STORE_BUSY_MILLISECONDS);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  store->read_only = sqlite3_db_readonly (store->db, "main") == 1;
  return TRUE;
}

/* Makes what is connected to a store that can be used. */
static gboolean
prepare (HvStore *store, GError **error)
{
  gboolean known;
  gint64 version;

  if (sqlite3_exec (store->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
    return _hv_store_fail (store, "the store cannot be read", error);
  known = identify (store, &version, error);
  _hv_store_rollback (store);
  if (!known)
    return FALSE;
  if (version < VERSION && store->read_only)
    return refuse (store, version ? "made by an older heapview, and read-only" : "empty", error);
  return (version == VERSION || upgrade (store, error)) && check_schema (store, error)
         && _hv_store_exec (store, setup, error);
}

/* `path` as for hv_store_open(). `*again`: it was the cache, damaged, and is set aside. */
static HvStore *
open_store (const char *path, gint64 max_bytes, gboolean *again, GError **error)
{
  g_autoptr (HvStore) store = g_new0 (HvStore, 1);
  gboolean in_memory = path != NULL && strcmp (path, ":memory:") == 0;

  *again = FALSE;
  /* An absolute path is never taken for a "file:" address. */
  if (path == NULL)
    store->path = cache_path (error);
  else
    store->path = in_memory ? g_strdup (path) : g_canonicalize_filename (path, NULL);
  if (store->path == NULL || !connect_to (store, in_memory, error))
    return NULL;
  store->is_cache = path == NULL;
  store->max_bytes = path == NULL ? MAX (0, max_bytes) : 0;
  if (prepare (store, error))
    return g_steal_pointer (&store);
  *again = store->unusable = store->is_cache && store->damaged;
  return NULL;
}

HvStore *
hv_store_open (const char *path, gint64 max_bytes, GError **error)
{
  g_autoptr (GError) own_error = NULL;
  gboolean again;
  HvStore *store = open_store (path, max_bytes, &again, &own_error);

  if (again)
    {
      g_clear_error (&own_error);
      store = open_store (path, max_bytes, &again, &own_error);
    }
  if (own_error)
    g_propagate_error (error, g_steal_pointer (&own_error));
  return store;
}

static gboolean
has_log (HvStore *store)
{
  g_autoptr (HvStatement) mode = _hv_store_prepare (store, "PRAGMA journal_mode", NULL);

  return mode == NULL || sqlite3_step (mode) != SQLITE_ROW
         || g_strcmp0 ((const char *) sqlite3_column_text (mode, 0), "wal") == 0;
}

gboolean
_hv_store_open_beside (HvStore *store, HvStore *beside)
{
  const char *file = sqlite3_db_filename (store->db, "main");

  *beside = (HvStore){ .path = store->path, .read_only = TRUE };
  /* a reader's lock keeps writers out of the file, but for one with a log beside it */
  if (file == NULL || *file == '\0' || has_log (store))
    return FALSE;
  if (sqlite3_open_v2 (store->path, &beside->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL)
      != SQLITE_OK)
    {
      g_clear_pointer (&beside->db, sqlite3_close_v2);
      return FALSE;
    }
  sqlite3_db_config (beside->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (beside->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_exec (beside->db, setup, NULL, NULL, NULL);
  return TRUE;
}

void
hv_store_close (HvStore *store)
{
  if (store == NULL)
    return;
  if (store->unusable)
    _hv_store_set_aside (store);
  sqlite3_close_v2 (store->db);
  g_free (store->path);
  g_free (store);
}

/* --- what both saving and loading need --- */

gboolean
_hv_store_find (HvStore *store, const char *key, gint64 *id, GError **error)
{
  g_autoptr (HvStatement)
      find = _hv_store_prepare (store, "SELECT id FROM profile WHERE key = ?1", error);

  if (find == NULL)
    return FALSE;
  sqlite3_bind_text (find, 1, key, -1, SQLITE_STATIC);
  int rc = sqlite3_step (find);
  *id = rc == SQLITE_ROW ? sqlite3_column_int64 (find, 0) : 0;
  return rc == SQLITE_ROW || rc == SQLITE_DONE
         || _hv_store_fail (store, "the store cannot be read", error);
}

static char *
find_key (HvStore *store, const char *sql, const char *where, GError **error)
{
  g_autoptr (HvStatement) find = _hv_store_prepare (store, sql, error);

  if (find == NULL)
    return NULL;
  sqlite3_bind_text (find, 1, where, -1, SQLITE_STATIC);
  int rc = sqlite3_step (find);
  if (rc == SQLITE_ROW)
    return g_strdup ((const char *) sqlite3_column_text (find, 0));
  if (rc != SQLITE_DONE)
    _hv_store_fail (store, "the store cannot be read", error);
  return NULL;
}

char *
hv_store_key_at (HvStore *store, const char *location, GError **error)
{
  return find_key (store,
                   "SELECT key FROM profile WHERE location = ?1"
                   " ORDER BY created DESC, id DESC LIMIT 1",
                   location, error);
}

char *
hv_store_guess_key (HvStore *store, const char *path)
{
  return find_key (store,
                   "SELECT key FROM profile WHERE path = ?1 ORDER BY created DESC, id DESC LIMIT 1",
                   path, NULL);
}

static gboolean
delete_rows (HvStore *store, const char *table, gboolean packed, gint64 id, GError **error)
{
  g_autofree char *range = _hv_store_key_range (packed, id);
  g_autofree char *sql = g_strdup_printf ("DELETE FROM %s WHERE key%s", table, range);

  return _hv_store_exec (store, sql, error);
}

gboolean
_hv_store_delete (HvStore *store, gint64 id, GError **error)
{
  for (guint i = 0; i < HV_STORE_N_TABLES; i++)
    {
      const HvStoreTable *table = &_hv_store_tables[i];
      if (!delete_rows (store, table->name, table->packed, id, error)
          || (table->keys && !delete_rows (store, table->keys, FALSE, id, error)))
        return FALSE;
    }
  if (!delete_rows (store, "base_name", FALSE, id, error)
      || !delete_rows (store, "answer", FALSE, id, error))
    return FALSE;
  g_autofree char *sql = g_strdup_printf ("DELETE FROM profile WHERE id = %" G_GINT64_FORMAT, id);
  return _hv_store_exec (store, sql, error);
}

gboolean
_hv_store_used_bytes (HvStore *store, gint64 *bytes, GError **error)
{
  gint64 pages, free, size;

  if (!_hv_store_int64 (store, "PRAGMA page_count", 0, &pages, error)
      || !_hv_store_int64 (store, "PRAGMA freelist_count", 0, &free, error)
      || !_hv_store_int64 (store, "PRAGMA page_size", 0, &size, error))
    return FALSE;
  *bytes = (pages - free) * size;
  return TRUE;
}
