/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store.h"

G_BEGIN_DECLS

/* How profiles were looked at, kept beside them: the state a profile was left in, and views that
 * the user named. Texts are the caller's own, of HV_MAX_STATE_BYTES at most. Both outlive the
 * profile: it may be dropped to make room, and be read again. A key is hv_store_key()'s, of a
 * comparison those of base and current with a space between. Whatever fails is HV_ERROR_STORE. */

#define HV_MAX_STATE_BYTES (256 * 1024)
#define HV_MAX_NAMED_VIEWS 500

/* Newly allocated; NULL without error: none is kept. */
char *hv_store_get_state (HvStore *store, const char *key, GError **error);

/* Of many, those not written for longest go. */
gboolean hv_store_put_state (HvStore *store, const char *key, const char *text, GError **error);

typedef struct
{
  gint64 id;
  char *name, *text;
  char *key, *program; /* what it was kept for; program: NULL: not known */
  gboolean of_key;     /* that is the key asked for, else only of the same program */
} HvNamedView;

void hv_named_view_free (HvNamedView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvNamedView, hv_named_view_free)

/* The views of `key`, then those of other keys of `program` (NULL: none) that are comparisons where
 * `key` is one, each by name: HvNamedView. A name that `key` has itself is not told twice. */
GPtrArray *hv_store_list_views (HvStore *store, const char *key, const char *program,
                                GError **error);

/* Keeps a view, in the place of one of the same key and name. Fails where there are too many. */
gboolean hv_store_put_view (HvStore *store, const char *key, const char *program, const char *name,
                            const char *text, GError **error);

/* A view of the same key and with that name goes. */
gboolean hv_store_rename_view (HvStore *store, gint64 id, const char *name, GError **error);
gboolean hv_store_delete_view (HvStore *store, gint64 id, GError **error);

G_END_DECLS
