/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* _() looks in our own catalogue: the command's process may host other domains. */
#include "config.h"
#define GETTEXT_PACKAGE HV_GETTEXT_PACKAGE
#include <glib/gi18n-lib.h>
