/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/importer.h"

/* Enough that the stacks go through several blocks to the thread that makes their tree. */
#define N_POINTS 20000
#define N_NAMES 300
#define MAX_DEPTH 40

/* A file of random stacks, and what it must come to by whoever reads its text. */
typedef struct
{
  GString *text;
  GHashTable *bytes; /* "outer;inner;innermost" → gint64 * */
  uint32_t n_frames; /* functions that names may be of */
} File;

/* Names of one line at several addresses, when there are more names than functions. */
static char *
name_of (const File *file, uint32_t index)
{
  return g_strdup_printf ("f%u", index % file->n_frames);
}

static void
add_point (File *file, GRand *rand, GArray *stack, guint i)
{
  g_autoptr (GString) path = g_string_new (NULL);
  uint32_t kept = stack->len ? g_rand_int (rand) % stack->len : 0;
  uint32_t depth = kept + 1 + g_rand_int (rand) % (MAX_DEPTH - kept);
  gint64 bytes = 1 + g_rand_int (rand) % 1000;

  g_array_set_size (stack, kept);
  while (stack->len < depth)
    {
      /* some stacks reach a root, and a few functions are called all the time */
      uint32_t index = stack->len == 0 && g_rand_int (rand) % 8 ? N_NAMES
                       : g_rand_int (rand) % 3                  ? g_rand_int (rand) % 4
                                                                : g_rand_int (rand) % N_NAMES;
      g_array_append_val (stack, index);
    }
  if (depth == MAX_DEPTH && g_array_index (stack, uint32_t, 0) != N_NAMES)
    g_string_append (path, "[truncated];");
  g_string_append_printf (file->text, "%s{\"tb\":%" G_GINT64_FORMAT ",\"tbk\":1,\"fs\":[",
                          i ? "\n," : "", bytes);
  for (uint32_t k = depth; k-- > 0;)
    g_string_append_printf (file->text, "%u%s", g_array_index (stack, uint32_t, k), k ? "," : "]}");
  for (uint32_t k = 0; k < depth; k++)
    {
      uint32_t index = g_array_index (stack, uint32_t, k);
      g_autofree char *name = index == N_NAMES ? g_strdup ("main") : name_of (file, index);
      g_string_append_printf (path, "%s%s", name, k + 1 < depth ? ";" : "");
    }
  gint64 *sum = g_hash_table_lookup (file->bytes, path->str);
  if (sum == NULL)
    g_hash_table_insert (file->bytes, g_strdup (path->str), sum = g_new0 (gint64, 1));
  *sum += bytes;
}

static void
make_file (File *file, uint32_t n_frames)
{
  GRand *rand = g_rand_new_with_seed (n_frames);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (uint32_t));

  file->n_frames = n_frames;
  file->bytes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  file->text = g_string_new ("{\"dhatFileVersion\":2,\"mode\":\"heap\",\"bklt\":true,\"pps\":[");
  for (guint i = 0; i < N_POINTS; i++)
    add_point (file, rand, stack, i);
  g_string_append (file->text, "],\"ftbl\":[");
  for (uint32_t i = 0; i < N_NAMES; i++)
    {
      g_autofree char *name = name_of (file, i);
      g_string_append_printf (file->text, "\"0x%X: %s (a.c:1)\",", 0x1000 + 16 * i, name);
    }
  g_string_append (file->text, "\"0x10: main (a.c:1)\"]}");
  g_rand_free (rand);
}

static char *
path_of (const HvProfile *profile, uint32_t site)
{
  GString *path = g_string_new (NULL);

  for (uint32_t n = profile->site_node[site]; n; n = profile->node_parent[n])
    {
      const HvFrame *frame = &profile->frame[profile->node_frame[n]];
      if (path->len)
        g_string_prepend_c (path, ';');
      g_string_prepend (path, hv_profile_string (profile, frame->function));
    }
  return g_string_free (path, FALSE);
}

/* Each call path once, with the bytes of all its program points: where each name is a frame of its
 * own, and where the tree of names has to be folded. */
static void
test_many (gconstpointer data)
{
  HvImportOptions options = { .no_symbols = TRUE };
  g_autoptr (GError) error = NULL;
  File file;

  make_file (&file, GPOINTER_TO_UINT (data));
  g_autoptr (HvInput) input = hv_input_new_for_memory (file.text->str, file.text->len, &error);
  g_assert_no_error (error);
  g_autoptr (HvProfile) profile = hv_import_input (input, "memory", &options, &error);
  g_assert_no_error (error);
  g_assert_true (hv_profile_check (profile, NULL));

  g_assert_cmpuint (profile->n_sites, ==, g_hash_table_size (file.bytes));
  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      g_autofree char *path = path_of (profile, s);
      const gint64 *bytes = g_hash_table_lookup (file.bytes, path);
      g_assert_nonnull (bytes);
      g_assert_cmpint (profile->column[HV_METRIC_TOTAL_BYTES][s], ==, *bytes);
    }
  g_autoptr (GHashTable) children = g_hash_table_new (NULL, NULL);
  for (uint32_t n = 1; n < profile->n_nodes; n++)
    {
      gsize pair = (gsize) profile->node_parent[n] * profile->n_frames + profile->node_frame[n];
      g_assert_true (g_hash_table_add (children, GSIZE_TO_POINTER (pair)));
    }
  g_hash_table_unref (file.bytes);
  g_string_free (file.text, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/dhat-stacks/distinct", GUINT_TO_POINTER (N_NAMES), test_many);
  g_test_add_data_func ("/dhat-stacks/folded", GUINT_TO_POINTER (7), test_many);
  g_test_add_data_func ("/dhat-stacks/last-two", GUINT_TO_POINTER (N_NAMES - 1), test_many);
  return g_test_run ();
}
