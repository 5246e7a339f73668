/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store.h"
HvStore *
hv_store_open (const char *path, gint64 max_bytes, GError **error)
{
  return NULL;
}
void
hv_store_close (HvStore *store)
{
}
char *
hv_store_key (const char *path, const char *salt, GError **error)
{
  return NULL;
}
HvProfile *
hv_store_load (HvStore *store, const char *key, GError **error)
{
  return NULL;
}
gboolean
hv_store_save (HvStore *store, const char *key, const HvProfile *profile, GCancellable *c,
               GError **error)
{
  return TRUE;
}
gboolean
hv_store_query (HvStore *store, const char *sql, const char *const *keys, guint s, GString *csv,
                GError **error)
{
  return FALSE;
}
