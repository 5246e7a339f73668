/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importer.h"
static gboolean
no (const char *h, gsize n)
{
  return FALSE;
}
static gboolean
none (HvInput *i, HvProfile *p, const HvImportOptions *o, GError **e)
{
  return FALSE;
}
const HvImporter hv_importer_jemalloc = { "jemalloc", no, none };
