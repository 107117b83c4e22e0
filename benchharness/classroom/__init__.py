"""A whole class: what was handed in, graded side by side, kept, and resumed after any end."""
