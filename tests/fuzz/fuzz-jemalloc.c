/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/importer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Whatever the bytes: an error, or a profile that is sound. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  HvImportOptions options = { .no_symbols = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (HvInput) input = hv_input_new_for_memory (data, size, &error);
  g_autoptr (HvProfile) profile = NULL;

  if (input)
    profile = hv_import_input (input, "p.1.2.i3.heap", &options, &error);
  if ((profile == NULL) != (error != NULL))
    abort ();
  if (profile && !hv_profile_check (profile, NULL))
    abort ();
  return 0;
}
