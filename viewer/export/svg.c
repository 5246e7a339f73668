/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export.h"
static gboolean
none (const HvReport *r, GString *o, GError **e)
{
  return FALSE;
}
const HvExporter hv_export_svg = { "svg", none };
