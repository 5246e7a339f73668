/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/widgets/palette.h"
#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* What a diff comes to, in a few translated words, as markup: the change, where the growth divides,
 * into what and why. hv_diff_summary() is its untranslated cousin for reports. Newly allocated. */
char *hv_sentence_markup (const HvScene *scene, const HvPalette *palette);

G_END_DECLS
