/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/importer.h"
#include "store/profile.h"

#include <string.h>

/* Recordings so long that a second thread reads them ahead, and finds their events when it has the
 * time, which is chance. The result must not depend on it. */

static const HvImportOptions options = { .no_symbols = TRUE };

#define HEADER                                                                                     \
  "v 10400 3\nX ./prog\nI 1000 100\n"                                                              \
  "s 4 prog\ns 4 main\ns 6 main.c\ni 1000 1 2 3 7\nt 1 0\na 10 1\n"

typedef struct
{
  GString *text;
  GRand *random;
  uint64_t line; /* of the latest */
  uint32_t infos;
  int64_t total_bytes, total_blocks, live_bytes, temporary, last;
} Trace;

static void
trace_init (Trace *trace, guint32 seed)
{
  *trace = (Trace){
    .text = g_string_new (HEADER), .random = g_rand_new_with_seed (seed), .infos = 1, .last = -1
  };
  for (const char *c = HEADER; *c; c++)
    trace->line += *c == '\n';
}

static void
trace_clear (Trace *trace)
{
  g_string_free (trace->text, TRUE);
  g_rand_free (trace->random);
}

/* The allocation of info i has 0x10 + i bytes. */
static void
add_event (Trace *trace)
{
  uint32_t info = (uint32_t) g_rand_int_range (trace->random, 0, (gint32) trace->infos);
  int64_t size = 0x10 + (int64_t) info;

  trace->line++;
  if (trace->last >= 0 && g_rand_int_range (trace->random, 0, 3) == 0)
    {
      g_string_append_printf (trace->text, "- %x\n", (guint) trace->last);
      trace->live_bytes -= 0x10 + trace->last;
      trace->temporary++;
      trace->last = -1;
      return;
    }
  g_string_append_printf (trace->text, "+ %x\n", info);
  trace->total_bytes += size;
  trace->live_bytes += size;
  trace->total_blocks++;
  trace->last = info;
}

/* Something else between the events: a new kind of allocation, a time, a comment. */
static void
add_other (Trace *trace)
{
  trace->line++;
  switch (g_rand_int_range (trace->random, 0, 3))
    {
    case 0:
      g_string_append_printf (trace->text, "a %x 1\n", 0x10 + trace->infos++);
      break;
    case 1:
      g_string_append_printf (trace->text, "c %x\n", (guint) trace->line);
      break;
    default:
      {
        gint32 length = g_rand_int_range (trace->random, 0, 300);
        g_autofree char *blanks = g_strnfill ((gsize) length, ' ');
        g_string_append_printf (trace->text, "#%s\n", blanks);
      }
    }
}

static void
add_events (Trace *trace, gsize bytes, gint32 every)
{
  for (gsize end = trace->text->len + bytes; trace->text->len < end;)
    if (g_rand_int_range (trace->random, 0, every) == 0)
      add_other (trace);
    else
      add_event (trace);
}

static HvProfile *
import (const Trace *trace, GError **error)
{
  g_autoptr (HvInput) input = hv_input_new_for_memory (trace->text->str, trace->text->len, error);

  g_assert_nonnull (input);
  return hv_import_input (input, "memory", &options, error);
}

static void
test_sums (void)
{
  static const gint32 every[] = { 2, 20, 200, 100000 };

  for (guint i = 0; i < G_N_ELEMENTS (every); i++)
    {
      g_autoptr (GError) error = NULL;
      Trace trace;
      trace_init (&trace, i);
      add_events (&trace, 6 << 20, every[i]);
      g_autoptr (HvProfile) profile = import (&trace, &error);
      g_assert_no_error (error);
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_TOTAL_BYTES), ==, trace.total_bytes);
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_TOTAL_BLOCKS), ==, trace.total_blocks);
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==, trace.live_bytes);
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_TEMPORARY_BLOCKS), ==, trace.temporary);
      trace_clear (&trace);
    }
}

/* Wherever it is, the line that is wrong is named. */
static void
test_errors (void)
{
  static const char *const wrong[] = { "+ fffff0\n", "+ ffffffff\n", "- 10000\n", "+ 12g\n" };

  for (guint i = 0; i < 24; i++)
    {
      g_autoptr (GError) error = NULL;
      Trace trace;
      trace_init (&trace, i);
      add_events (&trace, (1 << 20) + ((gsize) i << 17) + i, 1000);
      g_string_append (trace.text, wrong[i % G_N_ELEMENTS (wrong)]);
      g_autofree char *place = g_strdup_printf ("(line %" G_GUINT64_FORMAT ")", trace.line + 1);
      add_events (&trace, 2 << 20, 1000);
      g_autoptr (HvProfile) profile = import (&trace, &error);
      g_assert_null (profile);
      g_assert_error (error, HV_ERROR, HV_ERROR_FORMAT);
      if (!g_str_has_suffix (error->message, place))
        g_error ("%s, not %s", error->message, place);
      trace_clear (&trace);
    }
}

/* The sums are full in the midst of events: 2^61 bytes are 1024 of the large ones. */
static void
test_full (void)
{
  g_autoptr (GError) error = NULL;
  Trace trace;

  trace_init (&trace, 1);
  add_events (&trace, 1 << 20, 1000);
  g_string_append_printf (trace.text, "a 7ffffffffffff 1\n");
  uint64_t first = trace.line + 2;
  for (guint i = 0; i < 300000; i++)
    g_string_append_printf (trace.text, "+ %x\n", trace.infos);
  g_autoptr (HvProfile) profile = import (&trace, &error);
  g_assert_null (profile);
  g_assert_error (error, HV_ERROR, HV_ERROR_FORMAT);
  const char *line = strstr (error->message, "(line ");
  g_assert_nonnull (line);
  uint64_t named = g_ascii_strtoull (line + strlen ("(line "), NULL, 10);
  g_assert_cmpuint (named, >=, first + 1000);
  g_assert_cmpuint (named, <=, first + 1100);
  trace_clear (&trace);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/heaptrack-runs/sums", test_sums);
  g_test_add_func ("/heaptrack-runs/errors", test_errors);
  g_test_add_func ("/heaptrack-runs/full", test_full);
  return g_test_run ();
}
