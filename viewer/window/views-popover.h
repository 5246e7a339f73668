/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/window/document.h"

G_BEGIN_DECLS

/* The views of what is shown that have a name: take one up again, rename or delete it, and give the
 * present one a name. */
#define HV_TYPE_VIEWS_POPOVER (hv_views_popover_get_type ())
G_DECLARE_FINAL_TYPE (HvViewsPopover, hv_views_popover, HV, VIEWS_POPOVER, GtkPopover)

/* Signal "message" (char *): one sentence to tell, plain text. */
/* Signal "toast" (AdwToast): one with a button. */

/* What it is about from now on; `session` must outlive it. */
void hv_views_popover_follow (HvViewsPopover *self, const HvSession *session, HvDocument *document);

/* Opens it where a name is typed. */
void hv_views_popover_start_save (HvViewsPopover *self);

G_END_DECLS
