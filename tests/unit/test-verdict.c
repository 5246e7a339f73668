/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calls.h"
#include "importers/maps.h"

#include <sys/sysmacros.h>

static void
assert_verdict (const HvProfile *profile, HvModuleVerdict expected)
{
  g_assert_cmpstr (hv_module_verdict_text (profile->module[0].verdict), ==,
                   hv_module_verdict_text (expected));
}

/* Enough calls, or few and the place of the code, or the build id. */
static void
test_matches (void)
{
  g_autofree char *path = data_path ("gcc-5.so");
  HvImportOptions options = { 0 };
  g_autoptr (HvProfile) many = make_profile (path, calls, n_calls);
  g_autoptr (HvProfile) few = make_profile (path, stack, G_N_ELEMENTS (stack));

  resolve (many, &options);
  assert_verdict (many, HV_VERDICT_MATCHES);
  resolve (few, &options);
  assert_verdict (few, HV_VERDICT_UNVERIFIED);

  g_autoptr (HvProfile) same = make_profile (path, stack, G_N_ELEMENTS (stack));
  same->module[0].build_id = hv_profile_intern (
      same, hv_profile_string (few, few->module[0].build_id), -1);
  resolve (same, &options);
  assert_verdict (same, HV_VERDICT_MATCHES);
}

/* The build id of a file that was used before is no proof that it was the right one. */
static void
test_same_file_again (void)
{
  static const HvModuleVerdict verdicts[] = { HV_VERDICT_UNVERIFIED, HV_VERDICT_MATCHES };
  g_autofree char *path = data_path ("gcc-5.so");
  HvImportOptions options = { 0 };
  g_autoptr (HvProfile) first = make_profile (path, stack, G_N_ELEMENTS (stack));

  resolve (first, &options);
  for (gsize i = 0; i < G_N_ELEMENTS (verdicts); i++)
    {
      g_autoptr (HvProfile) again = make_profile (path, stack, G_N_ELEMENTS (stack));
      again->module[0].build_id = hv_profile_intern (
          again, hv_profile_string (first, first->module[0].build_id), -1);
      again->module[0].verdict = verdicts[i];
      resolve (again, &options);
      assert_verdict (again, verdicts[i]);
    }
}

static void
test_mismatch (void)
{
  g_autofree char *path = data_path ("gcc-5.so");
  uint64_t wrong[64];
  HvImportOptions options = { 0 };
  g_autoptr (HvProfile) missing = make_profile ("/nowhere/x.so", calls, n_calls);

  for (gsize i = 0; i < n_calls; i++)
    wrong[i] = calls[i] + 1;
  g_autoptr (HvProfile) other = make_profile (path, wrong, n_calls);
  resolve (other, &options);
  assert_verdict (other, HV_VERDICT_MISMATCH);
  g_assert_cmpstr (status (other), ==, "does not match");
  resolve (missing, &options);
  assert_verdict (missing, HV_VERDICT_NONE);
  g_assert_null (hv_module_verdict_text (missing->module[0].verdict));
}

/* With enough calls the place of the code is a remark. */
static void
test_moved_code (void)
{
  g_autofree char *path = data_path ("gcc-5.so");
  HvImportOptions options = { 0 };
  g_autoptr (HvProfile) profile = make_profile (path, calls, n_calls);

  profile->module[0].code_offset = 0x5000;
  profile->module[0].code_size = 0x9000;
  resolve (profile, &options);
  assert_verdict (profile, HV_VERDICT_MATCHES);
  g_assert_nonnull (strstr (hv_profile_string (profile, profile->module[0].tried),
                            "(its code is not where it was mapped)"));
}

/* The file of that name is another one than what was mapped: a remark, for it may be a copy. */
static void
test_replaced (void)
{
  static const char remark[] = "(the file was replaced since)";
  g_autofree char *path = data_path ("gcc-5.so");
  g_autofree char *copy = g_build_filename (scratch, "gcc-5.so", NULL);
  GStatBuf file;
  const char *binaries[] = { copy, NULL };

  copy_file (path, copy, FALSE);
  g_assert_cmpint (g_stat (path, &file), ==, 0);
  for (int i = 0; i < 4; i++)
    {
      HvImportOptions options = { .binaries = i == 3 ? (char **) binaries : NULL };
      g_autoptr (HvProfile) profile = make_profile (path, calls, n_calls);
      profile->module[0].device = file.st_dev + (i == 2);
      profile->module[0].inode = file.st_ino + (i > 0);
      resolve (profile, &options);
      assert_verdict (profile, HV_VERDICT_MATCHES);
      g_assert_cmpint (strstr (hv_profile_string (profile, profile->module[0].tried), remark)
                           != NULL,
                       ==, i == 1);
    }
}

/* A line of a map tells the file. */
static void
test_maps (void)
{
  static const struct
  {
    const char *line;
    unsigned major, minor;
    uint64_t inode;
  } cases[] = {
    { "1000-2000 r-xp 00000000 08:01 1234 /bin/a", 8, 1, 1234 },
    { "1000-2000 r-xp 00000000 103:1f 18446744073709551615   /bin/a", 0, 0, 0 },
    { "1000-2000 r-xp 00000000 103:1f 77 /bin/a", 0x103, 0x1f, 77 },
    { "1000-2000 r-xp 00000000 00:00 0 /bin/a", 0, 0, 0 },
    { "1000-2000 r-xp 00000000 :1 7 /bin/a", 0, 0, 0 },
    { "1000-2000 r-xp 00000000 1:z 7 /bin/a", 0, 0, 0 },
    { "1000-2000 r-xp 00000000 fffffffff:1 7 /bin/a", 0, 0, 0 },
    { "1000-2000 r-xp 00000000 08:01 7x /bin/a", 0, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HvProfile) profile = hv_profile_new ();
      HvMaps maps;
      hv_maps_init (&maps);
      hv_maps_add_line (&maps, profile, cases[i].line, strlen (cases[i].line));
      hv_maps_end (&maps);
      const HvMapping *mapping = hv_maps_find (&maps, 0x1800);
      g_assert_nonnull (mapping);
      g_assert_cmpuint (mapping->inode, ==, cases[i].inode);
      if (cases[i].inode)
        g_assert_cmpuint (mapping->device, ==, makedev (cases[i].major, cases[i].minor));
      hv_maps_clear (&maps);
    }
}

int
main (int argc, char **argv)
{
  symbols_init (&argc, &argv);
  find_calls ();
  g_test_add_func ("/verdict/matches", test_matches);
  g_test_add_func ("/verdict/same-file-again", test_same_file_again);
  g_test_add_func ("/verdict/mismatch", test_mismatch);
  g_test_add_func ("/verdict/moved-code", test_moved_code);
  g_test_add_func ("/verdict/replaced", test_replaced);
  g_test_add_func ("/verdict/maps", test_maps);
  return symbols_run ();
}
