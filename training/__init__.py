"""Makes artefacts from corpora. Sits on `models`, never on `service`."""
