/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/importer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Whatever the bytes, the import ends in a profile whose tables hold together or in an error. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  HvImportOptions options = { .no_symbols = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (HvInput) input = hv_input_new_for_memory (data, size, &error);

  if (input == NULL)
    return 0;
  g_autoptr (HvProfile) profile = hv_import_input (input, "fuzz", &options, &error);
  if ((profile == NULL) == (error == NULL))
    abort ();
  if (profile && !hv_profile_check (profile, NULL))
    abort ();
  return 0;
}
