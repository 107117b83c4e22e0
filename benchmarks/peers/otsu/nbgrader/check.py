check = "CHECK"
for number, image in enumerate(images(check)):  # noqa: F821  (from the cell with cases.py)
    assert otsu_threshold(image) == EXPECTED[check][number]  # noqa: F821  (the student's)
