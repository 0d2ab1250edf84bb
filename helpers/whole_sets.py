"""``helpers.data.whole_sets`` under the name that homework already handed out uses."""

import sys

from helpers.data import whole_sets

sys.modules[__name__] = whole_sets
