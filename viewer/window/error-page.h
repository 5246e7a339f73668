/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Why a file is not shown, in one sentence, and what to do next: another file, or another program
 * where the file is no heap profile. */
#define HV_TYPE_ERROR_PAGE (hv_error_page_get_type ())
G_DECLARE_FINAL_TYPE (HvErrorPage, hv_error_page, HV, ERROR_PAGE, GtkWidget)

/* `files`: what was to be opened, ended by NULL. */
void hv_error_page_show (HvErrorPage *self, const GError *error, const char *const *files);

G_END_DECLS
