/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/rules.h"
#include "importers/symbols/symbols.h"
#include "store/canonical.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* A raw name as symbol tables and dumps hold it, and a readable one as recorders write it. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *raw = g_strndup ((const char *) data, size);
  g_autofree char *readable = hv_demangle (raw);

  g_autoptr (GString) brief = g_string_new (NULL);

  hv_shorten_function (brief, readable);
  hv_rules_category (readable, NULL);
  hv_rules_category (raw, raw);
  return 0;
}
