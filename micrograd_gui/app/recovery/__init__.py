"""Recovery: what is not saved is kept through a crash, and offered again by the next start."""
