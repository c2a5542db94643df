"""Other packages doing driftline's job: which, where they are installed, how they are run."""
