/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export.h"
#include "store/flame-layout.h"

G_BEGIN_DECLS

/* Characters kept of a name: those of templates have no bounds. */
#define HV_SVG_MAX_NAME 400

/* The whole name on a box, without numbers. Owned by the tree. */
const char *hv_svg_box_label (const HvReport *report, const HvFlameLayout *layout,
                              const HvFlameBox *box);

/* The name that the tooltip of a box below the root opens with. Owned by the tree. */
const char *hv_svg_box_function (const HvReport *report, const HvFlameBox *box);

/* Appends the <title> of a box: name, place, value, what it is a share of, blocks. */
void hv_svg_append_tooltip (GString *out, const HvReport *report, const HvFlameLayout *layout,
                            const HvFlameBox *box);

G_END_DECLS
