"""How strict and how fair a suite is: every small mistake in its references, graded."""
