/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/rules.h"
#include "importers/symbols/symbols.h"
#include "store/canonical.h"
#include "store/origin.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* A raw name as symbol tables and dumps hold it, and a readable one as recorders write it: all that
 * is made of either. */
static void
take_name (const char *name)
{
  g_autoptr (GString) path = g_string_new (NULL), trait = g_string_new (NULL);
  g_autoptr (GString) brief = g_string_new (NULL), generic = g_string_new (NULL);
  g_autoptr (GString) key = g_string_new (NULL), label = g_string_new (NULL);

  hv_canonical_path (path, trait, name);
  hv_shorten_function (brief, name);
  hv_generic_name (generic, name);
  hv_function_task (name, key, label);
  hv_rules_category (name, NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *raw = g_strndup ((const char *) data, size);
  g_autofree char *readable = hv_demangle (raw);

  take_name (readable);
  if (strcmp (raw, readable) != 0)
    take_name (raw);
  hv_rules_category (raw, raw);
  return 0;
}
