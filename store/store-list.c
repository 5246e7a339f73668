/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-private.h"

void
hv_stored_free (HvStored *stored)
{
  g_free (stored->location);
  g_free (stored->command);
  g_free (stored);
}

GPtrArray *
hv_store_list (HvStore *store, guint most, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_stored_free);
  /* with max(), SQLite takes the other columns from the row that has it */
  g_autoptr (HvStatement) find = _hv_store_prepare (
      store,
      "SELECT location, text, created, max(last_used) AS used FROM profile p"
      " LEFT JOIN string s ON s.key = (p.id << 32) + p.command"
      " WHERE location IS NOT NULL GROUP BY location ORDER BY used DESC, p.id DESC LIMIT ?1",
      error);
  int rc;

  if (find == NULL)
    return NULL;
  sqlite3_bind_int64 (find, 1, most);
  while ((rc = sqlite3_step (find)) == SQLITE_ROW)
    {
      HvStored *stored = g_new0 (HvStored, 1);
      stored->location = g_strdup ((const char *) sqlite3_column_text (find, 0));
      stored->command = g_strdup ((const char *) sqlite3_column_text (find, 1));
      stored->created = sqlite3_column_int64 (find, 2);
      g_ptr_array_add (list, stored);
    }
  if (rc != SQLITE_DONE)
    {
      _hv_store_fail (store, "the store cannot be read", error);
      return NULL;
    }
  return g_steal_pointer (&list);
}
