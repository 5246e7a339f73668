/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/verify.h"
#include "store/frame-key.h"
#include "symbols.h"

typedef struct
{
  const char *dump, *binary;
  guint addresses; /* at least */
} Sample;

static const Sample samples[] = {
  { "rust/default.index.heap", "hv-default", 20 },
  { "rust/default.rows.heap", "hv-default", 20 },
  { "rust/default.threads.heap", "hv-default", 20 },
  { "rust/default.async-mid.heap", "hv-default", 20 },
  { "rust/default.async-end.heap", "hv-default", 20 },
  { "rust/v0.index.heap", "hv-v0", 20 },
  { "rust/v0.rows.heap", "hv-v0", 20 },
  { "rust/v0.threads.heap", "hv-v0", 20 },
  { "rust/v0.async-mid.heap", "hv-v0", 20 },
  { "rust/v0.async-end.heap", "hv-v0", 20 },
  { "gt/runA.phase3.heap", "groundtruth", 15 },
  { "gt/runB.phase3.heap", "groundtruth", 15 },
  { "gt/dev.s12.acctrue.phase3.heap", "groundtruth", 15 },
  { "gt/v360.s12.acctrue.phase3.heap", "groundtruth", 15 },
  { "gt/v521.s16.acctrue.phase3.heap", "groundtruth", 15 },
  { "gt/v530.s12.acctrue.phase3.heap", "groundtruth", 15 },
};

static gboolean
is_of (const HvProfile *profile, const HvFrame *frame, const char *binary)
{
  return strcmp (hv_basename (hv_profile_string (profile, frame->module)), binary) == 0;
}

/* A file of the recordings; skips the test when it is not there. */
static char *
sample_path (const char *name)
{
  const char *folder = g_getenv ("HV_SAMPLES");
  g_autofree char *path = g_build_filename (folder ? folder : "", "jemalloc", name, NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  g_test_skip ("the recordings (HV_SAMPLES) are not here");
  return NULL;
}

/* Their programs are compressed. */
static char *
sample_binary (const char *name)
{
  g_autofree char *inside = g_strdup_printf ("bin/%s.zst", name);
  g_autofree char *packed = sample_path (inside);
  g_autofree char *binary = g_build_filename (scratch, name, NULL);

  if (packed == NULL)
    return NULL;
  if (!g_file_test (binary, G_FILE_TEST_EXISTS))
    {
      g_autofree char *unpacked = run (NULL, "zstd -dqf '%s' -o '%s'", packed, binary);
      if (unpacked == NULL)
        {
          g_test_skip ("needs zstd");
          return NULL;
        }
    }
  return g_steal_pointer (&binary);
}

/* Of ten thousand calls some are looked at, throughout: enough to see that a tenth are none. */
static void
assert_sampled (HvElf *elf, const GArray *calls)
{
  enum
  {
    MANY = 10000
  };
  g_autofree uint64_t *addresses = g_new (uint64_t, MANY);

  for (guint i = 0; i < MANY; i++)
    addresses[i] = g_array_index (calls, uint64_t, i % calls->len);
  HvVerdict all = hv_verify_calls (elf, addresses, MANY);
  g_assert_cmpuint (all.checked, >=, 500);
  g_assert_cmpuint (all.checked, <, MANY);
  g_assert_cmpuint (all.calls, ==, all.checked);

  for (guint i = 0; i < MANY; i += 10)
    for (guint k = 0; k < 10 && (i / 10) % 10 == 0; k++)
      addresses[i + k] = 0;
  HvVerdict some = hv_verify_calls (elf, addresses, MANY);
  g_assert_cmpuint (some.checked, ==, all.checked);
  g_assert_cmpuint (some.calls, <=, some.checked - some.checked / 20);
  g_assert_cmpuint (some.calls, >=, some.checked - some.checked / 5);
}

static void
test_sample (gconstpointer data)
{
  const Sample *sample = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *dump = sample_path (sample->dump);
  g_autofree char *binary = dump ? sample_binary (sample->binary) : NULL;

  if (binary == NULL)
    return;

  const char *binaries[] = { binary, NULL };
  HvImportOptions options = { .binaries = (char **) binaries };
  g_autoptr (HvInput) input = hv_input_open (dump, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (HvProfile) raw = hv_import_input (input, dump, &options, &error);
  g_assert_no_error (error);
  g_autoptr (HvElf) elf = hv_elf_open (binary, &error);
  g_assert_no_error (error);
  g_autoptr (GArray) sites = g_array_new (FALSE, FALSE, sizeof (uint64_t));
  for (uint32_t f = 1; f < raw->n_frames; f++)
    {
      uint64_t address;
      if (raw->frame[f].function == 0 && is_of (raw, &raw->frame[f], sample->binary)
          && hv_elf_address (elf, raw->frame[f].address, &address))
        g_array_append_val (sites, address);
    }
  g_assert_cmpuint (sites->len, >=, sample->addresses);
  HvVerdict verdict = hv_verify_calls (elf, (const uint64_t *) (void *) sites->data, sites->len);
  g_assert_cmpuint (verdict.calls, ==, verdict.checked);
  assert_sampled (elf, sites);
  guint laid_out = 0;
  for (uint32_t m = 0; m < raw->n_modules; m++)
    if (strcmp (hv_basename (hv_profile_string (raw, raw->module[m].path)), sample->binary) == 0)
      {
        uint64_t offset = raw->module[m].code_offset, size = raw->module[m].code_size;
        g_assert_cmpuint (offset, >, 0);
        g_assert_true (hv_verify_layout (elf, offset, size));
        g_assert_false (hv_verify_layout (elf, offset, size + 0x1000));
        g_assert_false (hv_verify_layout (elf, offset, size - 0x1000));
        g_assert_false (hv_verify_layout (elf, offset + 0x1000, size - 0x1000));
        laid_out++;
      }
  g_assert_cmpuint (laid_out, ==, 1);

  int64_t total = hv_profile_total (raw, HV_METRIC_LIVE_BYTES);
  g_autoptr (HvProfile) profile = hv_import (dump, &options, &error);
  g_assert_no_error (error);
  g_assert_true (hv_profile_check (profile, &error));
  g_assert_no_error (error);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==, total);
  gboolean found = FALSE;
  for (uint32_t m = 0; m < profile->n_modules; m++)
    if (strcmp (hv_basename (hv_profile_string (profile, profile->module[m].path)), sample->binary)
        == 0)
      {
        found = TRUE;
        g_assert_cmpstr (hv_profile_string (profile, profile->module[m].status), ==, "resolved");
      }
  g_assert_true (found);
  /* no frame of the program stays without a name, but for the C runtime's few bytes */
  guint unnamed = 0;
  for (uint32_t n = 1; n < profile->n_nodes; n++)
    {
      const HvFrame *frame = &profile->frame[profile->node_frame[n]];
      unnamed += is_of (profile, frame, sample->binary) && frame->function == 0;
    }
  g_assert_cmpuint (unnamed, ==, 0);
}

/* The other build of the same program: few addresses follow a call there. */
static void
test_wrong_binary (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dump = sample_path ("rust/default.threads.heap");
  g_autofree char *hv_v0 = dump ? sample_binary ("hv-v0") : NULL;
  gboolean found = FALSE;

  if (hv_v0 == NULL)
    return;

  const char *binaries[] = { hv_v0, NULL };
  HvImportOptions options = { .binaries = (char **) binaries };
  g_autoptr (HvProfile) profile = hv_import (dump, &options, &error);
  g_assert_no_error (error);
  for (uint32_t m = 0; m < profile->n_modules; m++)
    if (strcmp (hv_basename (hv_profile_string (profile, profile->module[m].path)), "hv-default")
        == 0)
      {
        found = TRUE;
        g_assert_cmpstr (hv_profile_string (profile, profile->module[m].status), ==,
                         "does not match");
      }
  g_assert_true (found);
}
int
main (int argc, char **argv)
{
  symbols_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *name = g_strconcat ("/sample/", samples[i].dump, NULL);
      g_test_add_data_func (name, &samples[i], test_sample);
    }
  g_test_add_func ("/sample/wrong-binary", test_wrong_binary);
  return symbols_run ();
}
