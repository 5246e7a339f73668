/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/importer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Whatever the bytes: a clean error, or a profile whose every index is good. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const HvImportOptions options;
  g_autoptr (GError) error = NULL;
  g_autoptr (HvInput) input = hv_input_new_for_memory (data, size, NULL);

  if (input == NULL)
    return 0;
  g_autoptr (HvProfile) profile = hv_import_input (input, "fuzz", &options, &error);
  if ((profile == NULL) == (error == NULL))
    abort ();
  if (profile && !hv_profile_check (profile, &error))
    {
      g_printerr ("%s\n", error->message);
      abort ();
    }
  return 0;
}
