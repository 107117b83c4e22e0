"""What runs beside the submission: it imports nothing else of benchharness and holds no secret."""
