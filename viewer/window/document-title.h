/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/export/export.h"

G_BEGIN_DECLS

/* What a profile or diff is called: "cur.heap compared with base.heap". Newly allocated. */
char *hv_document_title (const HvReport *report);

/* What is known of its current profile: format, sampling, duration, command. Newly allocated. */
char *hv_document_subtitle (const HvReport *report);

G_END_DECLS
