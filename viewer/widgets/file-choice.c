/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/file-choice.h"

char *
hv_file_choice_take (GtkFileChooserNative **chooser, int response)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT
                               ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (*chooser))
                               : NULL;

  g_clear_object (chooser);
  return file ? g_file_get_path (file) : NULL;
}
