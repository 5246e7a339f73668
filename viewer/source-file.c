/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <string.h>

#include "store/units.h"
#include "viewer/regular-file.h"
#include "viewer/source-file.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* Appends `length` bytes of a line without its end; a text view would break it also at a lone \r
 * and at U+2029, which no compiler counts. */
static void
append_line (HvSourceFile *file, GString *text, const char *line, gsize length)
{
  gsize max = HV_SOURCE_MAX_COLUMNS;
  gboolean cut;

  if (length && line[length - 1] == '\r')
    length--;
  cut = length > max;
  if (cut)
    {
      while (max && ((guint8) line[max] & 0xc0) == 0x80)
        max--;
      length = max;
      file->cut = TRUE;
    }
  for (gsize i = 0; i < length; i++)
    if (line[i] == '\r')
      g_string_append (text, REPLACEMENT);
    else if (length - i >= 3 && memcmp (line + i, "\xe2\x80\xa9", 3) == 0)
      {
        g_string_append (text, REPLACEMENT);
        i += 2;
      }
    else
      g_string_append_c (text, line[i]);
  if (cut)
    g_string_append (text, "…");
}

HvSourceFile *
hv_source_file_read (const char *path, GError **error)
{
  g_autoptr (HvSourceFile) file = g_new0 (HvSourceFile, 1);
  gsize length;
  g_autofree char *data = hv_read_regular_file (path, HV_SOURCE_MAX_BYTES, &length, &file->modified,
                                                error);

  if (!data)
    return NULL;
  if (!g_utf8_validate_len (data, length, NULL))
    {
      char *valid = g_utf8_make_valid (data, (gssize) length);
      g_free (data);
      data = valid;
      length = strlen (data);
      file->replaced = TRUE;
    }

  g_autoptr (GString) text = g_string_sized_new (length);
  for (const char *line = data, *end = data + length; line < end;)
    {
      const char *next = memchr (line, '\n', (gsize) (end - line));
      append_line (file, text, line, (gsize) ((next ? next : end) - line));
      if (++file->n_lines > HV_SOURCE_MAX_LINES)
        {
          g_autofree char *limit = hv_format_count (HV_SOURCE_MAX_LINES);
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("has more than %s lines"), limit);
          return NULL;
        }
      if (next)
        g_string_append_c (text, '\n');
      line = next ? next + 1 : end;
    }
  file->path = g_strdup (path);
  file->text = g_string_free (g_steal_pointer (&text), FALSE);
  return g_steal_pointer (&file);
}

HvSourceFile *
hv_source_file_find (const GPtrArray *places, GString *tried, GError **error)
{
  g_autoptr (GError) reason = NULL;

  for (guint i = 0; i < places->len; i++)
    {
      const char *path = g_ptr_array_index (places, i);
      g_autofree char *shown = g_filename_display_name (path);
      g_autoptr (GError) why = NULL;
      HvSourceFile *file = hv_source_file_read (path, &why);
      if (file)
        return file;
      gboolean absent = g_error_matches (why, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
                        || g_error_matches (why, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
      g_string_append_printf (tried, "%s%s: %s", tried->len ? "\n" : "", shown,
                              absent ? _ ("is not there") : why->message);
      if (!absent && !reason)
        reason = g_error_new (G_IO_ERROR, why->code, "%s: %s", shown, why->message);
    }
  if (reason)
    g_propagate_error (error, g_steal_pointer (&reason));
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                         _ ("The source file is not on this machine."));
  return NULL;
}

void
hv_source_file_free (HvSourceFile *file)
{
  if (!file)
    return;
  g_free (file->path);
  g_free (file->text);
  g_free (file);
}

char **
hv_editor_arguments (const char *command, const char *path, guint line, GError **error)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);
  gboolean has_file = FALSE;

  if (!g_shell_parse_argv (command, NULL, &words, error))
    return NULL;
  for (guint i = 0; words[i]; i++)
    {
      GString *argument = g_string_new (NULL);
      for (const char *c = words[i]; *c; c++)
        if (c[0] == '%' && c[1] == 'f')
          {
            g_string_append (argument, path);
            has_file = TRUE;
            c++;
          }
        else if (c[0] == '%' && c[1] == 'l')
          {
            g_string_append_printf (argument, "%u", MAX (1, line));
            c++;
          }
        else
          {
            g_string_append_c (argument, *c);
            c += c[0] == '%' && c[1] == '%';
          }
      g_ptr_array_add (arguments, g_string_free (argument, FALSE));
    }
  if (!has_file)
    g_ptr_array_add (arguments, g_strdup (path));
  g_ptr_array_add (arguments, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&arguments), FALSE);
}
