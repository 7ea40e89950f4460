"""From figures to sections of sentences, in which every number cites a figure."""
