/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heaptrack-private.h"

#include <string.h>

#define NEWEST_VERSION 3
/* __lsan_default_suppressions() of real programs has a few dozen lines. */
#define MAX_SUPPRESSIONS 1000

gboolean
ht_fail (HtReader *reader, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (reader->error, HV_ERROR, HV_ERROR_FORMAT, "%s (line %" G_GUINT64_FORMAT ")", message,
               reader->line);
  return FALSE;
}

/* --- fields --- */

/* The value of a lower-case hexadecimal digit, -1 for any other byte. */
static inline int
hex_digit (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The next field, hexadecimal; FALSE where there is none or it is no number of 64 bits. */
static gboolean
hex (HtFields *fields, uint64_t *value)
{
  const char *pos = fields->pos, *start = pos;
  uint64_t number = 0;

  for (; pos < fields->end && *pos != ' '; pos++)
    {
      int digit = hex_digit (*pos);
      if (digit < 0 || number >> 60)
        return FALSE;
      number = number << 4 | (uint64_t) digit;
    }
  if (pos == start)
    return FALSE;
  fields->pos = pos < fields->end ? pos + 1 : pos;
  *value = number;
  return TRUE;
}

gboolean
ht_number (HtReader *reader, HtFields *fields, const char *what, uint64_t limit, uint64_t *value)
{
  if (!hex (fields, value))
    return ht_fail (reader,
                    fields->pos >= fields->end ? "the %s is missing"
                                               : "the %s is not a hexadecimal number",
                    what);
  if (*value > limit)
    return ht_fail (reader, "the %s %" G_GINT64_MODIFIER "x is out of range", what, *value);
  return TRUE;
}

void
ht_text (const HtReader *reader, HtFields *fields, const char **text, gsize *length)
{
  HtFields sized = *fields;
  uint64_t said;

  /* Anonymised files have no length, though their version says so: take the whole then. */
  if (reader->version >= 3 && hex (&sized, &said) && said == (uint64_t) (sized.end - sized.pos))
    *fields = sized;
  *text = fields->pos;
  *length = (gsize) (fields->end - fields->pos);
  fields->pos = fields->end;
}

uint32_t
ht_intern (HtReader *reader, const char *text, gsize length)
{
  return length ? hv_profile_intern (reader->profile, text, (gssize) length) : 0;
}

void
ht_add_module (HtReader *reader, uint32_t path)
{
  if (path && g_hash_table_add (reader->modules, GUINT_TO_POINTER (path)))
    hv_profile_add_module (reader->profile, &(HvModule){ .path = path });
}

/* --- header --- */

static gboolean
read_version (HtReader *reader, HtFields *fields)
{
  uint64_t tool, file;

  if (reader->seen_version)
    return ht_fail (reader, "a second header: two recordings were written into this file");
  reader->seen_version = TRUE;
  if (!ht_number (reader, fields, "version", G_MAXUINT32, &tool))
    return FALSE;
  /* 1.2.0's forerunner wrote version 1 before it said so. */
  if (fields->pos >= fields->end)
    file = tool == 0x10200 ? 1 : 0;
  else if (!ht_number (reader, fields, "file version", G_MAXUINT32, &file))
    return FALSE;
  if (file > NEWEST_VERSION)
    return ht_fail (reader, "heaptrack file version %u is newer than heapview knows (%u)",
                    (unsigned) file, NEWEST_VERSION);
  reader->tool_version = (uint32_t) tool;
  reader->version = (uint32_t) file;
  reader->pointers = file == 0;
  return TRUE;
}

static gboolean
read_command (HtReader *reader, const HtFields *fields)
{
  if (reader->seen_command)
    return ht_fail (reader, "a second command line: two processes wrote into this file");
  reader->seen_command = reader->command_open = TRUE;
  g_string_append_len (reader->command, fields->pos, fields->end - fields->pos);
  return TRUE;
}

static gboolean
read_system (HtReader *reader, HtFields *fields)
{
  uint64_t pages;

  return ht_number (reader, fields, "page size", G_MAXUINT32, &reader->page_size)
         && ht_number (reader, fields, "number of pages", G_MAXUINT64, &pages);
}

/* Sized by accident in version 3. */
static void
read_suppression (HtReader *reader, HtFields *fields)
{
  const char *text;
  gsize length;

  ht_text (reader, fields, &text, &length);
  if (reader->suppressions->len < MAX_SUPPRESSIONS)
    g_ptr_array_add (reader->suppressions, g_strndup (text, length));
  else if (!reader->more_suppressions)
    {
      reader->more_suppressions = TRUE;
      hv_profile_warn (reader->profile, "Only the recording's first %d leak suppressions count.",
                       MAX_SUPPRESSIONS);
    }
}

static gboolean
read_stamp (HtReader *reader, HtFields *fields)
{
  uint64_t ms;

  if (!ht_number (reader, fields, "time stamp", G_MAXINT64 - 1, &ms))
    return FALSE;
  ht_ledger_stamp (&reader->ledger, (int64_t) ms);
  return TRUE;
}

static gboolean
read_rss (HtReader *reader, HtFields *fields)
{
  uint64_t pages, bytes;

  if (reader->tool_version >= 0x10200)
    {
      if (!ht_number (reader, fields, "resident set", G_MAXUINT64, &pages))
        return FALSE;
    }
  else
    {
      /* Before 1.2 the recorder took the kernel's decimal digits for hexadecimal ones. */
      pages = 0;
      const char *pos = fields->pos;
      for (; pos < fields->end && g_ascii_isdigit (*pos); pos++)
        if (__builtin_mul_overflow (pages, 10, &pages)
            || __builtin_add_overflow (pages, (uint64_t) (*pos - '0'), &pages))
          return ht_fail (reader, "the resident set is out of range");
      if (pos == fields->pos || (pos < fields->end && *pos != ' '))
        return ht_fail (reader, "the resident set is not a decimal number");
    }
  if (__builtin_mul_overflow (pages, reader->page_size, &bytes) || bytes > G_MAXINT64)
    return ht_fail (reader, "the resident set is out of range");
  if (reader->page_size)
    ht_ledger_rss (&reader->ledger, reader->profile, (int64_t) bytes);
  return TRUE;
}

/* --- lines --- */

static void
read_comment (HtReader *reader, const char *line, gsize length)
{
  static const char last[] = "# ips: ";

  if (length >= strlen (last) && memcmp (line, last, strlen (last)) == 0)
    reader->footer = TRUE;
}

static gboolean
read_line (HtReader *reader, const char *line, gsize length)
{
  HtFields fields = { line + MIN (length, 2), line + length };

  reader->line++;
  if (length == 0)
    return TRUE;
  if (length == 1 || line[1] == ' ')
    {
      gboolean in_command = reader->command_open;
      reader->command_open = FALSE;
      switch (line[0])
        {
        case '+':
          return ht_read_event (reader, &fields, HT_ALLOCATED);
        case '-':
          return ht_read_event (reader, &fields, HT_FREED);
        case 's':
          return ht_read_string (reader, &fields);
        case 'i':
          return ht_read_ip (reader, &fields);
        case 't':
          return ht_read_trace (reader, &fields);
        case 'a':
          return ht_read_info (reader, &fields);
        case 'c':
          return read_stamp (reader, &fields);
        case 'R':
          return read_rss (reader, &fields);
        case '#':
          read_comment (reader, line, length);
          return TRUE;
        case 'v':
          return read_version (reader, &fields);
        case 'X':
          return read_command (reader, &fields);
        case 'I':
          return read_system (reader, &fields);
        case 'S':
          read_suppression (reader, &fields);
          return TRUE;
        case 'A':
          reader->attached = TRUE;
          return TRUE;
        case 'x':
          return ht_raw_executable (reader, &fields);
        case 'm':
          return ht_raw_module (reader, &fields);
        default:
          reader->command_open = in_command;
        }
    }

  /* A line break in an argument of the command. */
  if (reader->command_open)
    {
      g_string_append_c (reader->command, '\n');
      g_string_append_len (reader->command, line, (gssize) length);
    }
  else if (reader->unknown_lines++ == 0)
    reader->first_unknown = reader->line;
  return TRUE;
}

/* All whole lines. What is left in the window afterwards is the beginning of a last one. */
static gboolean
read_lines (HtReader *reader)
{
  HvInput *input = reader->input;
  gsize scanned = 0;

  while (TRUE)
    {
      gsize left = (gsize) (input->end - input->pos);
      const char *newline = left > scanned ? memrchr (input->pos + scanned, '\n', left - scanned)
                                           : NULL;

      if (newline == NULL)
        {
          scanned = left;
          if (!hv_input_fill (input, left + 1))
            return TRUE;
          continue;
        }

      const char *pos = input->pos, *stop = newline + 1;
      HtRuns runs = { .readable = pos };
      runs.scan = hv_input_scanned (input, &runs.text, &runs.n);
      while (pos < stop)
        {
          if (!reader->pointers)
            pos = ht_read_events (reader, &runs, pos, stop);
          if (pos == stop)
            break;
          const char *end = memchr (pos, '\n', (gsize) (stop - pos));
          if (!read_line (reader, pos, (gsize) (end - pos)))
            return FALSE;
          pos = end + 1;
        }
      input->pos = pos;
      scanned = 0;
    }
}

/* --- the end --- */

static void
describe (HtReader *reader)
{
  HvProfile *profile = reader->profile;
  g_autofree char *variant = g_strdup_printf ("%sv%u", reader->raw ? "raw " : "", reader->version);

  profile->variant = hv_profile_intern (profile, variant, -1);
  profile->command = ht_intern (reader, reader->command->str, reader->command->len);
  profile->default_metric = HV_METRIC_PEAK_BYTES;
  profile->suppressed_bytes = ht_suppressed_bytes (profile, reader->suppressions);
}

/* What was live at the peak below the note, and in how many stacks. */
static void
warn_truncated (const HtReader *reader)
{
  HvProfile *profile = reader->profile;
  g_autofree uint8_t *cut = g_new0 (uint8_t, profile->n_nodes);
  const int64_t *peak = profile->column[HV_METRIC_PEAK_BYTES];
  int64_t bytes = 0;
  uint32_t stacks = 0;

  if (reader->truncated == 0)
    return;
  for (uint32_t n = 1; n < profile->n_nodes; n++)
    cut[n] = cut[profile->node_parent[n]] || profile->node_frame[n] == reader->truncated;
  for (uint32_t s = 0; s < profile->n_sites; s++)
    if (cut[profile->site_node[s]])
      {
        stacks++;
        bytes += peak[s];
      }
  hv_profile_warn (
      profile,
      "%u stack%s (%.1f %% of the peak) reach%s the %d frames that heaptrack records: "
      "cut from the root, they hang under “[truncated]”.",
      stacks, stacks == 1 ? "" : "s",
      reader->ledger.peak_bytes ? 100.0 * (double) bytes / (double) reader->ledger.peak_bytes : 0.0,
      stacks == 1 ? "es" : "", HT_DEPTH_LIMIT);
}

static void
warn (HtReader *reader, gboolean cut_short, gboolean partial)
{
  HvProfile *profile = reader->profile;

  if (cut_short)
    hv_profile_warn (profile,
                     "The compressed file stops before its end: read up to line %" G_GUINT64_FORMAT
                     "; what was freed later counts as live.",
                     reader->line);
  else if (partial)
    hv_profile_warn (profile,
                     "The recording stops in the middle of line %" G_GUINT64_FORMAT
                     "; what was freed later counts as live.",
                     reader->line + 1);
  else if (!reader->raw && !reader->footer)
    hv_profile_warn (profile,
                     "The recording stops after line %" G_GUINT64_FORMAT
                     " without heaptrack's closing lines; what was freed later counts as live.",
                     reader->line);
  profile->incomplete = cut_short || partial || (!reader->raw && !reader->footer);

  if (reader->attached)
    hv_profile_warn (profile, "heaptrack was attached to the running process: memory allocated "
                              "before is not in the recording.");
  if (!reader->ledger.stamped)
    hv_profile_warn (profile, "The recording has no time stamps: the process ended before the "
                              "first one or was killed, and its last events may be missing.");
  if (reader->unknown_lines)
    hv_profile_warn (profile,
                     "%" G_GUINT64_FORMAT " lines were not understood, the first is line "
                     "%" G_GUINT64_FORMAT ".",
                     reader->unknown_lines, reader->first_unknown);
  warn_truncated (reader);
}

static void
reader_init (HtReader *reader)
{
  reader->command = g_string_new (NULL);
  reader->suppressions = g_ptr_array_new_with_free_func (g_free);
  reader->modules = g_hash_table_new (NULL, NULL);
  reader->path = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  reader->segments = g_array_new (FALSE, FALSE, sizeof (HtSegment));
  reader->last_info = HT_NO_INFO;
  reader->hex_pair = ht_hex_pairs ();
  ht_scan_ahead (reader);
  ht_ledger_init (&reader->ledger);
  ht_tables_init (reader);
}

/* The tables, which only reading needs: the profile's columns take their place. */
static void
free_tables (HtReader *reader)
{
  g_clear_pointer (&reader->string, g_free);
  g_clear_pointer (&reader->functions, g_hash_table_unref);
  g_clear_pointer (&reader->ip_first, g_free);
  g_clear_pointer (&reader->ip_frame, g_free);
  g_clear_pointer (&reader->trace, g_free);
  g_clear_pointer (&reader->trace_mark, g_free);
  g_clear_pointer (&reader->trace_node, g_free);
  g_clear_pointer (&reader->cut_node, g_free);
  g_clear_pointer (&reader->info, g_free);
  g_clear_pointer (&reader->blocks, g_free);
}

static void
reader_clear (HtReader *reader)
{
  free_tables (reader);
  ht_ledger_clear (&reader->ledger);
  g_string_free (reader->command, TRUE);
  g_ptr_array_unref (reader->suppressions);
  g_hash_table_unref (reader->modules);
  g_array_unref (reader->path);
  g_array_unref (reader->segments);
}

static gboolean
finish (HtReader *reader)
{
  gboolean cut_short;

  if (!hv_input_finish (reader->input, &cut_short, reader->error))
    return FALSE;
  gboolean partial = reader->input->pos < reader->input->end;
  if (reader->ledger.n_sites == 0 && !reader->footer)
    {
      reader->line += partial;
      return ht_fail (reader, "the recording stops before its first allocation");
    }
  free_tables (reader);
  hv_profile_settle (reader->profile);
  ht_ledger_finish (&reader->ledger, reader->profile);
  describe (reader);
  warn (reader, cut_short, partial);
  return TRUE;
}

static gboolean
heaptrack_detect (const char *head, gsize size)
{
  const char *newline = memchr (head, '\n', size);
  const char *end = newline ? newline : head + size;
  uint64_t version;

  if (end - head < 3 || head[0] != 'v' || head[1] != ' ')
    return FALSE;
  HtFields fields = { head + 2, end };
  if (!hex (&fields, &version) || (fields.pos < fields.end && !hex (&fields, &version)))
    return FALSE;
  return fields.pos >= fields.end;
}

static gboolean
heaptrack_import (HvInput *input, HvProfile *profile, const HvImportOptions *options,
                  GError **error)
{
  GError *local = NULL;
  HtReader reader = { .input = input, .profile = profile, .error = &local };

  reader_init (&reader);
  gboolean done = read_lines (&reader) && finish (&reader);
  reader_clear (&reader);
  if (!done)
    g_propagate_error (error, local);
  return done;
}

const HvImporter hv_importer_heaptrack = { "heaptrack", heaptrack_detect, heaptrack_import };
