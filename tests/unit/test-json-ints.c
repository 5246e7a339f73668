/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/json-scan.h"

#include <string.h>

/* Lists of numbers, which are read many at a time: as one by one, wherever something stands in one
 * that is no plain number. */

#define MOST 400

static GRand *chance;

static int64_t
random_number (void)
{
  int64_t most = 1;

  for (gint32 digits = g_rand_int_range (chance, 0, g_rand_boolean (chance) ? 6 : 12); digits;
       digits--)
    most *= 10;
  int64_t value = (int64_t) (g_rand_double (chance) * (double) most);
  return g_rand_int_range (chance, 0, 4) ? value : -value;
}

/* Reads "[…" behind its bracket; the rest of the input is far more than is looked at. */
static gboolean
read_list (const char *list, const int64_t **values, gsize *n, HvJsonScan *scan)
{
  g_autofree char *rest = g_strnfill (200, ' ');
  g_autofree char *text = g_strconcat (list, "7", rest, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (HvInput) input = hv_input_new_for_memory (text, strlen (text), &error);

  g_assert_no_error (error);
  hv_json_scan_init (scan, input);
  gboolean read = hv_json_ints (scan, MOST, values, n);
  if (read)
    g_assert_cmpint (hv_json_peek (scan), ==, '7');
  return read;
}

static void
test_lists (void)
{
  for (guint round = 0; round < 20000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      int64_t wanted[MOST];
      gsize n_wanted = (gsize) g_rand_int_range (chance, 0, g_rand_boolean (chance) ? 12 : MOST);
      gsize n = 0;
      const int64_t *values;
      HvJsonScan scan;

      for (gsize i = 0; i < n_wanted; i++)
        {
          wanted[i] = random_number ();
          gboolean blank = g_rand_int_range (chance, 0, 60) == 0;
          g_string_append_printf (text, "%s%s%" G_GINT64_FORMAT, i ? "," : "", blank ? " " : "",
                                  wanted[i]);
        }
      g_string_append_c (text, ']');
      if (!read_list (text->str, &values, &n, &scan))
        g_error ("%s: %s", text->str, scan.wrong);
      g_assert_cmpmem (values, n * sizeof *values, wanted, n_wanted * sizeof *wanted);
      hv_json_scan_clear (&scan);
    }
}

/* What is no whole number of JSON is found at every place. */
static void
test_wrong (void)
{
  static const char *const wrong[] = { "01",  "-01", "-", "--1",   "1-2",
                                       "1.5", "1e3", "",  "+1",    "0x1",
                                       "1_0", "1/2", ":", "00000", "12345678901234567890123" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    for (guint at = 1; at < 60; at++)
      {
        g_autoptr (GString) text = g_string_new ("1");
        const int64_t *values;
        gsize n;
        HvJsonScan scan;

        for (guint k = 1; k < at; k++)
          g_string_append_printf (text, ",%d", g_rand_int_range (chance, -50, 5000));
        g_string_append_printf (text, ",%s,1,22,333,4444,55555,666666,7,8,9,10,11,12]", wrong[i]);
        if (read_list (text->str, &values, &n, &scan))
          g_error ("%s is read", text->str);
        g_assert_nonnull (scan.wrong);
        hv_json_scan_clear (&scan);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  chance = g_rand_new_with_seed (20260101);
  g_test_add_func ("/json-ints/lists", test_lists);
  g_test_add_func ("/json-ints/wrong", test_wrong);
  int failed = g_test_run ();
  g_rand_free (chance);
  return failed;
}
