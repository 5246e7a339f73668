/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calls.h"
#include "importers/symbols/live.h"

static const HvModule *
resolved_with (HvProfile *profile, const char *binary)
{
  const char *binaries[] = { binary, NULL };
  HvImportOptions options = { .binaries = (char **) binaries };

  resolve (profile, &options);
  return &profile->module[0];
}

/* A file of another name is a module's when the module's calls are in it. */
static void
test_renamed (void)
{
  g_autofree char *path = data_path ("gcc-5.so"), *other = data_path ("clang-5.so");
  g_autofree char *renamed = g_build_filename (scratch, "downloaded", NULL);
  g_autoptr (HvProfile) library = make_profile ("/nowhere/lib.so.1", calls, n_calls);
  g_autoptr (HvProfile) wrong = make_profile ("/nowhere/lib.so.1", calls, n_calls);
  g_autoptr (HvProfile) few = make_profile ("/nowhere/lib.so.1", stack, G_N_ELEMENTS (stack));

  copy_file (path, renamed, FALSE);
  const HvModule *module = resolved_with (library, renamed);
  g_assert_cmpstr (status (library), ==, "resolved");
  g_assert_cmpint (module->verdict, ==, HV_VERDICT_MATCHES);
  g_autofree char *line = g_strconcat (renamed, ": resolved", NULL);
  g_assert_nonnull (strstr (hv_profile_string (library, module->tried), line));

  resolved_with (wrong, other);
  g_assert_cmpstr (status (wrong), ==, "file not found");
  g_assert_cmpuint (wrong->warnings->len, ==, 2);
  resolved_with (few, renamed);
  g_assert_cmpstr (status (few), ==, "file not found");
}

/* Of two modules, the one whose calls they are; and a file is not used twice. */
static void
test_renamed_of_two (void)
{
  g_autofree char *path = data_path ("gcc-5.so");
  g_autofree char *renamed = g_build_filename (scratch, "downloaded", NULL);
  g_autoptr (HvProfile) profile = make_profile ("/nowhere/a.so.1", calls, n_calls);
  HvModule second = { .path = hv_profile_intern (profile, "/nowhere/b.so.1", -1) };
  uint32_t node = 0;

  copy_file (path, renamed, FALSE);
  hv_profile_add_module (profile, &second);
  for (gsize i = 0; i < n_calls; i++)
    {
      HvFrame frame = { .module = second.path, .address = calls[i] + 1 };
      node = hv_profile_node (profile, node, hv_profile_frame (profile, &frame));
    }
  uint32_t site = hv_profile_site (profile, node);
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = 1;
  resolved_with (profile, renamed);
  g_assert_cmpstr (hv_profile_string (profile, profile->module[0].status), ==, "resolved");
  g_assert_cmpstr (hv_profile_string (profile, profile->module[1].status), ==, "file not found");
}

static gboolean
has_place (const char *path, const char *sysroot, const char *place)
{
  HvImportOptions options = { .sysroot = sysroot };
  g_autoptr (GPtrArray) places = hv_find_module (path, "", FALSE, &options);

  return g_ptr_array_find_with_equal_func (places, place, g_str_equal, NULL);
}

/* As the host sees a container's files; the sysroot is the container's root. */
static void
test_containers (void)
{
  static const char *const paths[] = {
    "/var/lib/docker/overlay2/0a1b/merged/usr/bin/app",
    "/var/lib/docker/overlay2/0a1b/diff/usr/bin/app",
    "/var/lib/containers/storage/overlay/0a1b/merged/usr/bin/app",
    "/home/u/.local/share/containers/storage/overlay/0a1b/diff/usr/bin/app",
    "/run/containerd/io.containerd.runtime.v2.task/k8s.io/0a1b/rootfs/usr/bin/app",
    "/proc/77/root/usr/bin/app",
    "/proc/77/root/usr/bin/app (deleted)",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    g_assert_true (has_place (paths[i], "/sys", "/sys/usr/bin/app"));
  g_assert_true (has_place ("/usr/bin/app", "/sys", "/sys/usr/bin/app"));
  g_assert_true (has_place ("/nix/store/abc-x-1/bin/app", NULL, "/nix/store/abc-x-1/bin/app"));
  g_assert_false (has_place ("/srv/merged/usr/bin/app", "/sys", "/sys/usr/bin/app"));
  g_assert_false (has_place (paths[0], NULL, "/usr/bin/app"));
}

/* A process is asked only while it has the very file at the very address. */
static void
test_live (void)
{
  static const struct
  {
    int64_t pid;
    HvModule module;
    const char *path;
    guint n;
  } cases[] = {
    { 77, { .code_start = 0x5000, .device = 0x801, .inode = 12 }, "/nowhere/app", 2 },
    { 78, { .code_start = 0x5000, .device = 0x801, .inode = 12 }, "/nowhere/app", 0 },
    { -1, { .code_start = 0x5000, .device = 0x801, .inode = 12 }, "/nowhere/app", 0 },
    { 77, { .code_start = 0x6000, .device = 0x801, .inode = 12 }, "/nowhere/app", 0 },
    { 77, { .code_start = 0x5000, .device = 0x802, .inode = 12 }, "/nowhere/app", 0 },
    { 77, { .code_start = 0x5000, .device = 0x801, .inode = 13 }, "/nowhere/app", 0 },
    { 77, { .code_start = 0x5000, .device = 0x801, .inode = 12 }, "/nowhere/other", 0 },
    { 77, { .code_start = 0x5000 }, "/nowhere/app", 0 },
  };
  g_autofree char *proc = g_build_filename (scratch, "proc", NULL);
  g_autofree char *folder = g_build_filename (proc, "77", NULL);
  g_autofree char *maps = g_build_filename (folder, "maps", NULL);
  g_autofree char *root = g_build_filename (folder, "root/nowhere/app", NULL);
  g_autofree char *file = g_build_filename (folder, "map_files/5000-7000", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (maps,
                                      "4000-5000 r--p 00000000 08:01 12 /nowhere/app\n"
                                      "5000-7000 r-xp 00001000 08:01 12 /nowhere/app (deleted)\n",
                                      -1, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (places, g_strdup ("/given"));
      g_ptr_array_add (places, g_strdup (cases[i].path));
      hv_find_live (places, proc, cases[i].pid, cases[i].path, &cases[i].module);
      g_assert_cmpuint (places->len, ==, 2 + cases[i].n);
      if (cases[i].n == 0)
        continue;
      g_assert_cmpstr (places->pdata[0], ==, "/given");
      g_assert_cmpstr (places->pdata[1], ==, root);
      g_assert_cmpstr (places->pdata[2], ==, file);
      g_assert_cmpstr (places->pdata[3], ==, cases[i].path);
    }
}

/* Of a stripped program and a whole one in a folder for symbols the names are the whole one's, and
 * nothing is said of a file that is neither. */
static void
test_stripped_first (void)
{
  g_autofree char *whole = data_path ("gcc-5.so"), *bare = data_path ("stripped.so");
  g_autofree char *other = data_path ("clang-5.so"), *text = NULL;
  g_autofree char *installed = g_build_filename (scratch, "installed", NULL);
  g_autofree char *program = g_build_filename (installed, "lib.so", NULL);
  g_autofree char *search = g_strdup_printf ("%s/others:%s/whole", scratch, scratch);
  g_auto (GStrv) folders = g_strsplit (search, ":", 2);
  HvImportOptions options = { 0 };

  g_assert_cmpint (g_mkdir_with_parents (installed, 0700), ==, 0);
  copy_file (bare, program, FALSE);
  for (gsize i = 0; i < 2; i++)
    {
      g_autofree char *copy = g_build_filename (folders[i], "lib.so", NULL);
      g_assert_cmpint (g_mkdir_with_parents (folders[i], 0700), ==, 0);
      copy_file (i ? whole : other, copy, FALSE);
    }
  g_autoptr (HvProfile) alone = make_profile (program, calls, n_calls);
  resolve (alone, &options);
  g_assert_cmpstr (status (alone), ==, "symbol table only");

  g_setenv ("HEAPVIEW_BINARY_PATH", search, TRUE);
  g_autoptr (HvProfile) profile = make_profile (program, calls, n_calls);
  resolve (profile, &options);
  g_unsetenv ("HEAPVIEW_BINARY_PATH");
  g_assert_cmpstr (status (profile), ==, "resolved");
  g_assert_cmpint (profile->module[0].verdict, ==, HV_VERDICT_MATCHES);
  g_assert_cmpuint (profile->warnings->len, ==, 0);
  text = stack_text (profile);
  g_assert_nonnull (strstr (text, "app::run(int):"));
}

/* Below a sysroot the debug file of /app/lib.so is at /usr/lib/debug/app, as on the machine itself.
 */
static void
test_debug_in_sysroot (void)
{
  g_autofree char *bare = data_path ("stripped.so"), *debug = data_path ("stripped.debug");
  g_autofree char *root = g_build_filename (scratch, "image", NULL);
  g_autofree char *with_slash = g_strconcat (root, "//", NULL);
  const char *const places[][2] = { { bare, "app/lib.so" },
                                    { debug, "usr/lib/debug/app/stripped.debug" } };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *copy = g_build_filename (root, places[i][1], NULL);
      g_autofree char *folder = g_path_get_dirname (copy);
      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
      copy_file (places[i][0], copy, FALSE);
    }
  for (int i = 0; i < 2; i++)
    {
      HvImportOptions options = { .sysroot = i ? with_slash : root };
      g_autoptr (HvProfile) profile = make_profile ("/app/lib.so", calls, n_calls);
      resolve (profile, &options);
      g_assert_cmpstr (status (profile), ==, "resolved");
    }
}

/* What is given and of no use is told of, where names are missing. */
static void
test_unused (void)
{
  static const struct
  {
    const char *module, *file, *expected;
  } cases[] = {
    { NULL, "/nowhere/file", " cannot be used: " },
    { "lib.so.1", "/nowhere/file", " cannot be used: " },
    { "lib.so.2", "gcc-5.so", " was not used: no module without symbols is called lib.so.2." },
    { NULL, "gcc-5.so", " --binary MODULE=" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *file = *cases[i].file == '/' ? g_strdup (cases[i].file)
                                                    : data_path (cases[i].file);
      g_autofree char *binary = cases[i].module ? g_strconcat (cases[i].module, "=", file, NULL)
                                                : g_strdup (file);
      g_autofree char *prefix = g_strconcat ("--binary ", binary, NULL);
      g_autoptr (HvProfile)
          profile = make_profile ("/nowhere/lib.so.1", stack, G_N_ELEMENTS (stack));
      resolved_with (profile, binary);
      g_assert_cmpuint (profile->warnings->len, ==, 2);
      const char *warning = g_ptr_array_index (profile->warnings, 1);
      g_assert_true (g_str_has_prefix (warning, prefix));
      g_assert_nonnull (strstr (warning, cases[i].expected));
    }
}

int
main (int argc, char **argv)
{
  symbols_init (&argc, &argv);
  find_calls ();
  g_test_add_func ("/places/renamed", test_renamed);
  g_test_add_func ("/places/renamed-of-two", test_renamed_of_two);
  g_test_add_func ("/places/stripped-first", test_stripped_first);
  g_test_add_func ("/places/debug-in-sysroot", test_debug_in_sysroot);
  g_test_add_func ("/places/unused", test_unused);
  g_test_add_func ("/places/containers", test_containers);
  g_test_add_func ("/places/live", test_live);
  return symbols_run ();
}
