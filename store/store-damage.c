/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-private.h"

#include <errno.h>
#include <glib/gstdio.h>

/* The file stays beside the new one, for whoever misses a view that was saved in it. */
void
_hv_store_set_aside (HvStore *store)
{
  static GMutex lock;
  g_autofree char *aside = g_strconcat (store->path, ".damaged", NULL);
  g_autofree char *journal = g_strconcat (store->path, "-journal", NULL);
  g_autofree char *journal_aside = g_strconcat (aside, "-journal", NULL);
  int moved = 0;

  g_mutex_lock (&lock);
  /* whoever else has it open may have done so, and made a new one */
  if (sqlite3_file_control (store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK
      && !moved)
    {
      g_unlink (journal_aside);
      /* first: the new file must not be undone by what is the old one's */
      if (g_rename (journal, journal_aside) == 0 || errno == ENOENT)
        g_rename (store->path, aside);
    }
  g_mutex_unlock (&lock);
}
