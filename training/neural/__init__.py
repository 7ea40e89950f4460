"""Networks: a small encoder of our own, fine-tuning of any encoder, export. Needs the extra."""
