/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Adds a line to a budget (store/budget.h), as proposed or as the user changed it; which file that
 * is stays in the settings. */
#define HV_TYPE_BUDGET_DIALOG (hv_budget_dialog_get_type ())
G_DECLARE_FINAL_TYPE (HvBudgetDialog, hv_budget_dialog, HV, BUDGET_DIALOG, AdwWindow)

/* Signal "added" (const char *): the line is in the file of that path. */

/* `folder`: where a new file is proposed; NULL: the user's own. */
HvBudgetDialog *hv_budget_dialog_new (GtkWindow *parent, const char *title, const char *line,
                                      const char *folder);

G_END_DECLS
