-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whether the file that a module's names are from is the one that ran: 1 yes, 2 not proven, 3 no.
ALTER TABLE module ADD COLUMN verdict INTEGER;
