/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/store-state.h"
#include "viewer/session.h"

G_BEGIN_DECLS

/* The states and named views of the session's store, asked for away from the main thread: whoever
 * imports may hold the store for seconds. */

/* Writes a state; the application goes on until that is done. What fails is not worth a word. */
void hv_kept_views_put_state (const HvSession *session, const char *key, const char *text);

typedef enum
{
  HV_KEPT_VIEWS_LIST,
  HV_KEPT_VIEWS_PUT,
  HV_KEPT_VIEWS_RENAME,
  HV_KEPT_VIEWS_DELETE,
} HvKeptViewsVerb;

typedef struct
{
  HvKeptViewsVerb verb;
  const char *key, *program;       /* of what is shown */
  gint64 id;                       /* to be renamed or deleted */
  const char *name, *text;         /* to be put, or the new name */
  const char *of_key, *of_program; /* what it is put for; NULL: for what is shown */
} HvKeptViewsRequest;

/* Does it, and lists what there is then; copies the request. */
void hv_kept_views_ask (const HvSession *session, const HvKeptViewsRequest *request,
                        gpointer source, GAsyncReadyCallback callback, gpointer user);

/* HvNamedView, of hv_store_list_views(). */
GPtrArray *hv_kept_views_finish (GAsyncResult *result, GError **error);

G_END_DECLS
