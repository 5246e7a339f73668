/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importer.h"

#include "store/series.h"
#include "symbols/rules.h"
#include "symbols/symbols.h"

#include <errno.h>
#include <string.h>

static const HvImporter *const importers[] = {
  &hv_importer_dhat,
  &hv_importer_heaptrack,
  &hv_importer_jemalloc,
};

HvProfile *
hv_import_input (HvInput *input, const char *path, const HvImportOptions *options, GError **error)
{
  g_autoptr (HvProfile) profile = hv_profile_new ();
  const HvImporter *importer = NULL;
  GError *read_error = NULL;
  gboolean cut_short;

  profile->path = g_strdup (path);
  hv_input_fill (input, 4096);
  gsize size = (gsize) (input->end - input->pos);
  if (!hv_input_finish (input, &cut_short, error))
    return NULL;
  if (size == 0)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_FORMAT, "the file is empty");
      return NULL;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (importers) && importer == NULL; i++)
    if (importers[i]->detect (input->pos, size))
      importer = importers[i];
  if (importer == NULL)
    {
      g_set_error (
          error, HV_ERROR, HV_ERROR_FORMAT,
          "not a heap profile that heapview knows (DHAT, jemalloc, gperftools or heaptrack)");
      return NULL;
    }

  profile->format = importer->name;
  gboolean done = importer->import (input, profile, options, error);
  /* a read error or Cancel explains whatever the parser made of the missing rest */
  if (!hv_input_finish (input, &cut_short, &read_error))
    {
      g_clear_error (error);
      g_propagate_error (error, read_error);
      return NULL;
    }
  if (!done)
    return NULL;
  if (profile->full)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_FORMAT,
                   "more than 4,000,000,000 entries in one table");
      return NULL;
    }
  if (cut_short && !profile->incomplete)
    {
      profile->incomplete = TRUE;
      hv_profile_warn (profile, "The compressed file stops before its end.");
    }
  return g_steal_pointer (&profile);
}

/* "PATH: what is wrong", once. */
static void
prefix_path (GError **error, const char *path)
{
  if (error && *error && !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (error, "%s: ", path);
}

static HvProfile *
import_unresolved (const char *path, const HvImportOptions *options, GError **error)
{
  g_autoptr (HvInput) input = NULL;
  HvProfile *profile = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY,
                 "is a directory (open its dumps with --series)");
  else
    input = hv_input_open (path, error);
  if (input)
    {
      hv_input_watch (input, options->cancellable, options->progress, options->progress_user);
      profile = hv_import_input (input, path, options, error);
    }
  prefix_path (error, path);
  return profile;
}

static gboolean
finish (HvProfile *profile, const HvImportOptions *options, GError **error)
{
  if (!options->no_symbols && !hv_symbols_resolve (profile, options, error))
    return FALSE;
  hv_rules_apply (profile);
  hv_profile_seal (profile);
  return TRUE;
}

HvProfile *
hv_import (const char *path, const HvImportOptions *options, GError **error)
{
  g_autoptr (HvProfile) profile = import_unresolved (path, options, error);

  if (profile == NULL || !finish (profile, options, error))
    return NULL;
  return g_steal_pointer (&profile);
}

HvProfile *
hv_import_series (const char *const *paths, const HvImportOptions *options, GError **error)
{
  return NULL;
}
