/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "viewer/session.h"

G_BEGIN_DECLS

/* Asks which two profiles to compare: of those that are open, were opened lately or are in the
 * store, or files from a chooser. Everything in it has a key. */
#define HV_TYPE_COMPARE_DIALOG (hv_compare_dialog_get_type ())
G_DECLARE_FINAL_TYPE (HvCompareDialog, hv_compare_dialog, HV, COMPARE_DIALOG, AdwWindow)

/* Signal "compare" (char *base, char *current): paths; the dialog closes. */

/* `open` (comparable.h) has the open profiles, those of the selected tab first, and is taken over.
 * `session` is needed for the call only. */
HvCompareDialog *hv_compare_dialog_new (GtkWindow *parent, const HvSession *session,
                                        GPtrArray *open);

G_END_DECLS
