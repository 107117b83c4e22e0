c = get_config()  # noqa: F821  (traitlets defines it)
c.CourseDirectory.course_id = "images"
c.Execute.timeout = 2
