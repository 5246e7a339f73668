/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  HV_SCHEME_SYSTEM, /* as the desktop */
  HV_SCHEME_LIGHT,
  HV_SCHEME_DARK,
  HV_N_SCHEMES
} HvScheme;

/* What the colour of a frame of one profile stands for. */
typedef enum
{
  HV_COLOR_BY_CRATE, /* crate, namespace or module (store/origin.h) */
  HV_COLOR_BY_MODULE,
  HV_COLOR_BY_NONE,
  HV_N_COLOR_BYS
} HvColorBy;

#define HV_DEBUGINFOD_SECONDS 10
#define HV_MAX_DEBUGINFOD_SECONDS 3600
/* Of the cache of profiles. */
#define HV_CACHE_MIB 2048
#define HV_MIN_CACHE_MIB 16
#define HV_MAX_CACHE_MIB (1024 * 1024)

/* What the user chose once and for all, in $XDG_CONFIG_HOME/heapview/settings.ini. It is not in the
 * store: that is a cache, bounded and safe to delete, and --no-store goes without one, while no
 * importer could ever give these back. */
typedef struct
{
  gboolean si; /* units of 1000 */
  HvScheme scheme;
  gboolean strong_colors; /* growth and shrink far apart for every kind of colour vision */
  HvColorBy color_by;

  char *editor;        /* command with %f and %l (hv_editor_arguments()); NULL: the desktop's */
  GPtrArray *mappings; /* HvPathMapping (source-path.h), the latest first */

  GPtrArray *debug_dirs; /* char *, absolute: as --debug-dir */
  char *sysroot;         /* absolute; NULL: none */
  gboolean debuginfod;   /* servers may be asked */
  int debuginfod_seconds;

  int cache_mib;

  char *budget; /* absolute: the file that lines were last added to; NULL: none */

  int window_width, window_height; /* 0: as it comes */
  gboolean maximized;
} HvSettings;

/* Never fails: what is not there, damaged or out of bounds is as if nothing had been chosen. */
HvSettings *hv_settings_load (void);

/* Writes them, for the user alone. What is in the file beyond these stays. */
gboolean hv_settings_save (const HvSettings *settings, GError **error);

void hv_settings_free (HvSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvSettings, hv_settings_free)

/* Remembers that files below `prefix` are below `directory`, before all that was said earlier. */
void hv_settings_add_mapping (HvSettings *settings, const char *prefix, const char *directory);

/* The bound of the cache. */
gint64 hv_settings_cache_bytes (const HvSettings *settings);

/* Another folder of debug files, unless it is known or there are too many. */
void hv_settings_add_debug_dir (HvSettings *settings, const char *directory);

G_END_DECLS
