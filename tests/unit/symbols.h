/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "importers/symbols/find.h"
#include "importers/symbols/object.h"
#include "importers/symbols/symbols.h"

#include <glib/gstdio.h>
#include <string.h>

/* Programs and libraries for tests of the symboliser, and profiles that need their names. */

/* A folder of the test's own. */
static char *scratch;

static inline gboolean
have (const char *tool)
{
  g_autofree char *path = g_find_program_in_path (tool);
  return path != NULL;
}

/* Runs a shell command in the scratch folder; its output, or NULL. */
static inline char *
run (const char *input, const char *format, ...)
{
  va_list args;
  char *output = NULL;
  int status;
  g_autofree char *in = g_build_filename (scratch, "input", NULL);

  va_start (args, format);
  g_autofree char *command = g_strdup_vprintf (format, args);
  va_end (args);
  g_assert_true (g_file_set_contents (in, input ? input : "", -1, NULL));
  g_autofree char *line = g_strdup_printf ("cd '%s' && %s < input", scratch, command);
  const char *argv[] = { "/bin/sh", "-c", line, NULL };
  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output,
                     NULL, &status, NULL)
      || !g_spawn_check_wait_status (status, NULL))
    g_clear_pointer (&output, g_free);
  return output;
}

static inline HvObject *
open_object (const char *path, const HvImportOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *debug_path = NULL;
  HvElf *elf = hv_elf_open (path, &error);

  g_assert_no_error (error);
  HvElf *debug = hv_find_debug (elf, path, options, &debug_path, NULL);
  HvElf *alt = hv_find_alt (debug ? debug : elf, debug ? debug_path : path, options, NULL, NULL,
                            NULL);
  HvObject *object = hv_object_new (elf, debug, alt);
  hv_object_set_split (object, hv_split_new (path, debug_path, options->sysroot));
  return object;
}

/* A file of tests/data/symbols. */
static inline char *
data_path (const char *name)
{
  return g_build_filename (g_getenv ("HV_TEST_DATA"), "symbols", name, NULL);
}

static inline void
copy_file (const char *from, const char *to, gboolean damaged)
{
  g_autofree char *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (from, &data, &size, NULL));
  if (damaged)
    data[size - 1] ^= 1;
  g_assert_true (g_file_set_contents (to, data, (gssize) size, NULL));
}

/* One stack, a site of 100 bytes: `n` unresolved frames of a module, innermost first. */
static inline HvProfile *
make_profile (const char *module, const uint64_t *addresses, gsize n)
{
  HvProfile *profile = hv_profile_new ();
  HvModule entry = { .path = hv_profile_intern (profile, module, -1) };
  uint32_t node = 0;

  hv_profile_add_module (profile, &entry);
  for (gsize i = n; i > 0; i--)
    {
      HvFrame frame = { .module = entry.path, .address = addresses[i - 1] };
      node = hv_profile_node (profile, node, hv_profile_frame (profile, &frame));
    }
  uint32_t site = hv_profile_site (profile, node);
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = 100;
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  return profile;
}

/* The stack of the first site, innermost first, a function a line, "+" before inlined ones, "="
 * before those of a symbol table. */
static inline char *
stack_text (const HvProfile *profile)
{
  GString *text = g_string_new (NULL);

  for (uint32_t n = profile->site_node[0]; n != 0; n = profile->node_parent[n])
    {
      const HvFrame *frame = &profile->frame[profile->node_frame[n]];
      if (frame->flags & HV_FRAME_INLINED)
        g_string_append_c (text, '+');
      if (frame->flags & HV_FRAME_SYMBOL_ONLY)
        g_string_append_c (text, '=');
      if (frame->function)
        g_string_append (text, hv_profile_string (profile, frame->function));
      else
        g_string_append_printf (text, "0x%" G_GINT64_MODIFIER "x", frame->address);
      if (frame->line)
        g_string_append_printf (text, ":%u", frame->line);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

static inline const char *
status (const HvProfile *profile)
{
  g_assert_cmpuint (profile->n_modules, ==, 1);
  return hv_profile_string (profile, profile->module[0].status);
}

/* In gcc-5.so: in the anonymous namespace's function, in the lambda of app::run, in entry. */
static const uint64_t stack[] = { 0x2e3, 0x33c, 0x3b5 };

static const char stack_named[] = "(anonymous namespace)::Hidden::add(int):13\n"
                                  "+app::run(int)::{lambda}::operator():49\n"
                                  "app::run(int):53\n"
                                  "entry:61\n";

static inline void
resolve (HvProfile *profile, const HvImportOptions *options)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hv_symbols_resolve (profile, options, NULL, &error));
  g_assert_no_error (error);
  hv_profile_seal (profile);
  g_assert_true (hv_profile_check (profile, &error));
  g_assert_no_error (error);
}

/* What main() does before and after. No cache of the user's is read. */
static inline void
symbols_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  scratch = g_dir_make_tmp ("hv-symbols-XXXXXX", NULL);
  g_assert_nonnull (scratch);
  g_autofree char *caches = g_build_filename (scratch, "cache", NULL);
  g_setenv ("XDG_CACHE_HOME", caches, TRUE);
}

static inline int
symbols_run (void)
{
  int failed = g_test_run ();
  g_autofree char *left = run (NULL, "rm -rf \"$PWD\"; :");

  g_clear_pointer (&scratch, g_free);
  return failed;
}
