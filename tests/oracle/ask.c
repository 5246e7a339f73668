/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/find.h"
#include "importers/symbols/object.h"
#include "importers/symbols/symbols.h"
#include "store/canonical.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ask PROGRAM [DEBUG-DIR] < ADDRESSES: what the symboliser says of ELF virtual addresses, in hex, a
 * line each. Prints a line a frame, innermost first: raw name, canonical path, file, line, parted
 * by tabs; or "= START" where only the function's start is known; then an empty line.
 *
 * ask --readable PROGRAM < ADDRESSES: readable names and places, as llvm-symbolizer prints them;
 * for the benchmark, which is to time no more than that.
 *
 * ask < NAMES: the canonical path of each raw name. */

static char *
canonical (const char *raw)
{
  g_autofree char *readable = hv_demangle (raw);
  GString *path = g_string_new (NULL);

  hv_canonical_path (path, NULL, readable);
  return g_string_free (path, FALSE);
}

static void
take_text (gsize index, const HvObjectFrame *frames, gsize n, gpointer user)
{
  char **texts = user;
  GString *text = g_string_new (texts[index] ? "said twice\n" : NULL);

  g_free (texts[index]);
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = canonical (frames[i].function);
      g_string_append_printf (text, "%s\t%s\t%s\t%u\n", frames[i].function, path,
                              frames[i].file ? frames[i].file : "??", frames[i].line);
      if (frames[i].inlined != (i + 1 < n))
        g_string_append (text, "wrongly inlined\n");
    }
  texts[index] = g_string_free (text, FALSE);
}

static void
take_readable (gsize index, const HvObjectFrame *frames, gsize n, gpointer user)
{
  char **texts = user;
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    {
      char line[16];
      g_snprintf (line, sizeof line, "%u", frames[i].line);
      g_string_append (text, frames[i].readable);
      g_string_append_c (text, '\n');
      g_string_append (text, frames[i].file ? frames[i].file : "??");
      g_string_append_c (text, ':');
      g_string_append (text, line);
      g_string_append_c (text, '\n');
    }
  texts[index] = g_string_free (text, FALSE);
}

static HvObject *
open_program (const char *path, const char *debug_dir)
{
  const char *const dirs[] = { debug_dir, NULL };
  HvImportOptions options = { .debug_dirs = (char **) dirs };
  g_autoptr (GError) error = NULL;
  g_autofree char *debug_path = NULL;
  HvElf *elf = hv_elf_open (path, &error);

  if (elf == NULL)
    {
      g_printerr ("%s\n", error->message);
      exit (EXIT_FAILURE);
    }
  HvElf *debug = hv_find_debug (elf, path, &options, &debug_path, NULL);
  HvElf *alt = hv_find_alt (debug ? debug : elf, debug ? debug_path : path, &options, NULL, NULL,
                            NULL);
  HvObject *object = hv_object_new (elf, debug, alt);
  hv_object_set_split (object, hv_split_new (path, debug_path, NULL));
  return object;
}

int
main (int argc, char **argv)
{
  gboolean readable = argc > 2 && strcmp (argv[1], "--readable") == 0;
  if (readable)
    {
      argv++;
      argc--;
    }
  g_autoptr (HvObject) object = argc > 1 ? open_program (argv[1], argv[2]) : NULL;
  g_autoptr (GArray) addresses = g_array_new (FALSE, FALSE, sizeof (uint64_t));
  g_autofree char *line = NULL;
  size_t size = 0;

  while (getline (&line, &size, stdin) > 0)
    {
      uint64_t address = g_ascii_strtoull (line, NULL, 16);
      g_autofree char *path = object ? NULL : canonical (g_strchomp (line));
      g_array_append_val (addresses, address);
      if (path)
        puts (path);
    }
  if (object == NULL)
    return EXIT_SUCCESS;

  const uint64_t *address = (const uint64_t *) (void *) addresses->data;
  g_autofree char **texts = g_new0 (char *, addresses->len + 1);
  hv_object_resolve (object, address, addresses->len, NULL, readable ? take_readable : take_text,
                     texts);
  for (guint i = 0; i < addresses->len; i++)
    {
      uint64_t start;
      if (texts[i])
        fputs (texts[i], stdout);
      else if (hv_object_function_start (object, address[i], &start))
        printf ("= %" G_GINT64_MODIFIER "x\n", start);
      putchar ('\n');
      g_free (texts[i]);
    }
  return EXIT_SUCCESS;
}
