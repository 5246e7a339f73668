/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-answers.h"
#include "store-private.h"

#include <string.h>

/* A store may come from anywhere, and the text goes to a terminal. */
static gboolean
is_plain (const char *text, gsize length)
{
  if (length > HV_MAX_ANSWER_BYTES || !g_utf8_validate_len (text, length, NULL))
    return FALSE;
  for (const char *c = text; *c; c = g_utf8_next_char (c))
    if (*c != '\n' && g_unichar_iscntrl (g_utf8_get_char (c)))
      return FALSE;
  return TRUE;
}

char *
hv_store_get_answer (HvStore *store, const char *key, const char *question)
{
  g_autofree char *text = NULL;
  gint64 id = 0;

  if (!_hv_store_find (store, key, &id, NULL) || id == 0)
    return NULL;
  g_autofree char *range = _hv_store_key_range (FALSE, id);
  g_autofree char *sql = g_strdup_printf ("SELECT text FROM answer WHERE key%s AND question = ?1",
                                          range);
  g_autoptr (HvStatement) find = _hv_store_prepare (store, sql, NULL);
  if (find == NULL)
    return NULL;
  sqlite3_bind_text (find, 1, question, -1, SQLITE_STATIC);
  if (sqlite3_step (find) == SQLITE_ROW && sqlite3_column_type (find, 0) == SQLITE_TEXT)
    {
      const char *kept = (const char *) sqlite3_column_text (find, 0);
      if (kept && is_plain (kept, (gsize) sqlite3_column_bytes (find, 0)))
        text = g_strdup (kept);
    }
  sqlite3_reset (find);
  if (text)
    _hv_store_touch (store, id);
  return g_steal_pointer (&text);
}

/* Within a transaction. */
static gboolean
put (HvStore *store, gint64 id, const char *question, const char *text, GError **error)
{
  g_autofree char *range = _hv_store_key_range (FALSE, id);
  /* what a later one cannot have a number above goes, too */
  g_autofree char *older = g_strdup_printf (
      "DELETE FROM answer WHERE key%s AND (question = ?1 OR key & 4294967295 = 4294967295"
      " OR key NOT IN (SELECT key FROM answer WHERE key%s ORDER BY key DESC LIMIT %d))",
      range, range, HV_MAX_ANSWERS - 1);
  g_autofree char *insert = g_strdup_printf (
      "INSERT INTO answer SELECT COALESCE (max(key) + 1, %" G_GINT64_FORMAT
      "), ?1, ?2 FROM answer WHERE key%s",
      id << 32, range);
  const char *const steps[] = { older, insert };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (HvStatement) statement = _hv_store_prepare (store, steps[i], error);
      if (statement == NULL)
        return FALSE;
      sqlite3_bind_text (statement, 1, question, -1, SQLITE_STATIC);
      if (i == 1)
        sqlite3_bind_text (statement, 2, text, -1, SQLITE_STATIC);
      if (sqlite3_step (statement) != SQLITE_DONE)
        return _hv_store_fail (store, "the store cannot be written", error);
    }
  return TRUE;
}

gboolean
hv_store_put_answer (HvStore *store, const char *key, const char *question, const char *text,
                     GError **error)
{
  gint64 id = 0;

  if (store->read_only || !is_plain (text, strlen (text)))
    return TRUE;
  if (!_hv_store_exec (store, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (_hv_store_find (store, key, &id, error) && (id == 0 || put (store, id, question, text, error))
      && _hv_store_exec (store, "COMMIT", error))
    return TRUE;
  _hv_store_rollback (store);
  return FALSE;
}
