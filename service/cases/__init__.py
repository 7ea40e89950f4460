"""The register: what citizens wrote, what became of it, what the model and people said of it."""
