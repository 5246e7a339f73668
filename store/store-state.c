/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-state.h"

#include "store-private.h"

#include <string.h>

/* States of more profiles than anybody comes back to. */
#define MAX_STATES 500
#define MAX_NAME 200

void
hv_named_view_free (HvNamedView *view)
{
  g_free (view->name);
  g_free (view->text);
  g_free (view->key);
  g_free (view->program);
  g_free (view);
}

static gboolean
refuse (HvStore *store, const char *why, GError **error)
{
  g_set_error (error, HV_ERROR, HV_ERROR_STORE, "%s: %s", store->path, why);
  return FALSE;
}

/* A text column of bounded length that is UTF-8; NULL: what is there cannot be used. */
static char *
column_text (sqlite3_stmt *row, int column, gsize most)
{
  const char *text = (const char *) sqlite3_column_text (row, column);
  gsize length = (gsize) sqlite3_column_bytes (row, column);

  if (!text || length > most || strlen (text) != length || !g_utf8_validate (text, -1, NULL))
    return NULL;
  return g_strdup (text);
}

/* Runs one statement that writes, with its texts bound in order. */
static gboolean
write_row (HvStore *store, const char *sql, gint64 number, const char *const *texts, guint n,
           GError **error)
{
  if (store->read_only)
    return refuse (store, "the store is read-only", error);
  g_autoptr (HvStatement) statement = _hv_store_prepare (store, sql, error);
  if (!statement)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, number);
  for (guint i = 0; i < n; i++)
    if (texts[i])
      sqlite3_bind_text (statement, (int) i + 2, texts[i], -1, SQLITE_STATIC);
  return sqlite3_step (statement) == SQLITE_DONE
         || _hv_store_fail (store, "the store cannot be written", error);
}

/* --- states --- */

char *
hv_store_get_state (HvStore *store, const char *key, GError **error)
{
  g_autoptr (HvStatement)
      find = _hv_store_prepare (store, "SELECT text FROM state WHERE key = ?1", error);

  if (!find)
    return NULL;
  sqlite3_bind_text (find, 1, key, -1, SQLITE_STATIC);
  int rc = sqlite3_step (find);
  if (rc == SQLITE_ROW)
    return column_text (find, 0, HV_MAX_STATE_BYTES);
  if (rc != SQLITE_DONE)
    _hv_store_fail (store, "the store cannot be read", error);
  return NULL;
}

gboolean
hv_store_put_state (HvStore *store, const char *key, const char *text, GError **error)
{
  const char *const texts[] = { key, text };
  g_autofree char *trim = g_strdup_printf ("DELETE FROM state WHERE key NOT IN (SELECT key FROM"
                                           " state ORDER BY used DESC LIMIT %d) AND ?1",
                                           MAX_STATES);

  if (strlen (text) > HV_MAX_STATE_BYTES)
    return refuse (store, "what was looked at is too much to be kept", error);
  return write_row (store, "INSERT OR REPLACE INTO state (used, key, text) VALUES (?, ?, ?)",
                    g_get_real_time (), texts, G_N_ELEMENTS (texts), error)
         && write_row (store, trim, 1, NULL, 0, error);
}

/* --- named views --- */

GPtrArray *
hv_store_list_views (HvStore *store, const char *key, const char *program, GError **error)
{
  g_autoptr (GPtrArray)
      views = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_named_view_free);
  g_autoptr (HvStatement) rows = _hv_store_prepare (
      store,
      "SELECT id, name, text, key = ?1, key, program FROM named_view v WHERE key = ?1"
      " OR (program = ?2 AND (instr (key, ' ') > 0) = (instr (?1, ' ') > 0) AND NOT EXISTS"
      " (SELECT 1 FROM named_view o WHERE o.key = ?1 AND o.name = v.name))"
      " ORDER BY key <> ?1, name, created DESC",
      error);
  int rc;

  if (!rows)
    return NULL;
  sqlite3_bind_text (rows, 1, key, -1, SQLITE_STATIC);
  if (program)
    sqlite3_bind_text (rows, 2, program, -1, SQLITE_STATIC);
  while ((rc = sqlite3_step (rows)) == SQLITE_ROW && views->len < HV_MAX_NAMED_VIEWS)
    {
      g_autoptr (HvNamedView) view = g_new0 (HvNamedView, 1);
      view->id = sqlite3_column_int64 (rows, 0);
      view->name = column_text (rows, 1, MAX_NAME);
      view->text = column_text (rows, 2, HV_MAX_STATE_BYTES);
      view->of_key = sqlite3_column_int (rows, 3) != 0;
      view->key = column_text (rows, 4, HV_MAX_STATE_BYTES);
      view->program = column_text (rows, 5, HV_MAX_STATE_BYTES);
      if (view->name && view->text && view->key)
        g_ptr_array_add (views, g_steal_pointer (&view));
    }
  if (rc != SQLITE_DONE && rc != SQLITE_ROW)
    {
      _hv_store_fail (store, "the store cannot be read", error);
      return NULL;
    }
  return g_steal_pointer (&views);
}

static gboolean
check_name (HvStore *store, const char *name, GError **error)
{
  return (*name && strlen (name) <= MAX_NAME && g_utf8_validate (name, -1, NULL))
         || refuse (store, "a view’s name has 1 to 200 bytes", error);
}

gboolean
hv_store_put_view (HvStore *store, const char *key, const char *program, const char *name,
                   const char *text, GError **error)
{
  const char *const texts[] = { key, program, name, text };
  gint64 n;

  if (!check_name (store, name, error))
    return FALSE;
  if (strlen (text) > HV_MAX_STATE_BYTES)
    return refuse (store, "the view is too large to be kept", error);
  if (!_hv_store_int64 (store, "SELECT count(*) FROM named_view", 0, &n, error))
    return FALSE;
  if (n >= HV_MAX_NAMED_VIEWS)
    return refuse (store, "too many views are kept: delete some", error);
  return write_row (store,
                    "INSERT OR REPLACE INTO named_view (created, key, program, name, text)"
                    " VALUES (?, ?, ?, ?, ?)",
                    g_get_real_time () / G_USEC_PER_SEC, texts, G_N_ELEMENTS (texts), error);
}

gboolean
hv_store_rename_view (HvStore *store, gint64 id, const char *name, GError **error)
{
  return check_name (store, name, error)
         && write_row (store, "UPDATE OR REPLACE named_view SET name = ?2 WHERE id = ?1", id, &name,
                       1, error);
}

gboolean
hv_store_delete_view (HvStore *store, gint64 id, GError **error)
{
  return write_row (store, "DELETE FROM named_view WHERE id = ?1", id, NULL, 0, error);
}
