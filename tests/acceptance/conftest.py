"""What the acceptance tests share."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("acceptance.walk")
