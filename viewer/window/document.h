/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "viewer/session.h"
#include "viewer/window/loader.h"
#include "viewer/window/profile-view.h"
#include "viewer/window/symbols-window.h"

G_BEGIN_DECLS

/* One tab of the window: the start page, a load under way, an error, or one opened profile or
 * diff. It loads on while another tab is shown. */
#define HV_TYPE_DOCUMENT (hv_document_get_type ())
G_DECLARE_FINAL_TYPE (HvDocument, hv_document, HV, DOCUMENT, GtkWidget)

typedef enum
{
  HV_PAGE_START,
  HV_PAGE_LOADING,
  HV_PAGE_ERROR,
  HV_PAGE_VIEW,
} HvPage;

/* Signal "changed": its page, what is shown there or its title. */
/* Signal "settled": a load ended, drawn or failed. */
/* Signal "message" (char *): one sentence to tell, plain text. */
/* Signal "chosen" (char **files, int kind): what was chosen on the start page. */

/* `session` is borrowed and must outlive the document. What is opened starts as `start` says, but
 * for its metric and moment, which are told when opening. */
HvDocument *hv_document_new (const HvSession *session, const HvProfileViewStart *start);

/* Loads in the background. `metric` and `at` may be NULL. */
void hv_document_open (HvDocument *self, const char *const *files, HvLoadKind kind,
                       const char *metric, const char *at);

/* Stops the load under way, which is gone from the window at once; what was open stays. */
void hv_document_cancel (HvDocument *self);

/* Stops everything: the document goes. Its load leaves nothing behind. */
void hv_document_close (HvDocument *self);

/* Names what is shown once more, with `file` as the binary of a module. */
void hv_document_locate (HvDocument *self, const char *module, const char *file);

/* Opens the report of missing symbols; it is the document's. */
HvSymbolsWindow *hv_document_show_symbols (HvDocument *self);

/* Reads the files of what is shown once more; the question and the selection stay. */
void hv_document_reload (HvDocument *self);

/* Other frame rules are in force: what is shown is by them now, and what is being loaded will be.
 */
void hv_document_follow_rules (HvDocument *self);

/* Whether these files are what is shown or being loaded, and nothing was asked of them when
 * opening. `changed`: whether one of them was written to since. */
gboolean hv_document_has_files (HvDocument *self, const char *const *files, HvLoadKind kind,
                                gboolean *changed);

/* Whether another file can be opened in it without loss. */
gboolean hv_document_is_free (HvDocument *self);

gboolean hv_document_is_loading (HvDocument *self);

/* Whether the last load failed or was cancelled. */
gboolean hv_document_has_failed (HvDocument *self);

HvPage hv_document_get_page (HvDocument *self);
HvProfileView *hv_document_get_view (HvDocument *self);

/* What is shown; NULL unless the page is HV_PAGE_VIEW. */
const HvScene *hv_document_get_scene (HvDocument *self);

/* What is shown is known by it in the store (store-state.h); NULL: it is not kept. */
const char *hv_document_get_key (HvDocument *self);

/* The name of what is shown or loaded; NULL: the start page. */
const char *hv_document_get_title (HvDocument *self);

/* What is known of it, in a line; "" when nothing. */
const char *hv_document_get_subtitle (HvDocument *self);

/* The paths of what is shown or loaded, a line each; newly allocated, NULL: none. */
char *hv_document_get_location (HvDocument *self);

/* The document came to the front: the flame graph takes the keys if it has not had them yet. */
void hv_document_take_focus (HvDocument *self);

GtkSearchBar *hv_document_get_search_bar (HvDocument *self);
void hv_document_start_search (HvDocument *self);

/* Undoes one layer: a load, the search, then what the view has; FALSE when there is none. */
gboolean hv_document_escape (HvDocument *self);

G_END_DECLS
